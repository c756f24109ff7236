"""The display check: test pattern, measured steps, and their entry."""
