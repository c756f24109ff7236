"""What a reader study shows: from tables of answers to every figure of the report; no files."""
