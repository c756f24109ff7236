"""The locked-down window in which studies are read."""
