"""One module an architecture; each holds its SPEC, and imports torch only to make a network."""
