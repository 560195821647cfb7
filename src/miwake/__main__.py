"""`python -m miwake` is the command `miwake`."""

from miwake.cli import main

if __name__ == "__main__":
    main()
