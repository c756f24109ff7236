"""What `make benchmark` measures; each part runs in a process of its own."""
