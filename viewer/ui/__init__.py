"""Widgets: they draw state and call commands."""
