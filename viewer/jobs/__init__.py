"""The only bridge between Qt and threads."""
