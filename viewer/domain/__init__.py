"""What the words mean: frozen data and pure functions."""
