"""The analysis window: curves, the hybrid explorer, comparisons and tables of a study."""
