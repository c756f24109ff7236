"""The entry: `python main.py` is the same as the command `tomolens`."""

from viewer.cli import main

if __name__ == "__main__":
    main()
