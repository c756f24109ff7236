"""One pane: an image, what the AI says of it, and the mouse upon it."""
