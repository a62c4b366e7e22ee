"""`python -m defease` is the command line."""

from defease.cli import main

if __name__ == "__main__":
    main()
