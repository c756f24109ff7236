"""The panel of what the AI says."""
