"""The papers' ablations at small size on phantoms."""
