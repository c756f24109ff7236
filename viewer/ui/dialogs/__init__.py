"""Windows of their own: settings, models, keys, skipped files."""
