"""Fonts, icons, model cards and demo weights."""
