"""Tables and pictures that leave the program."""
