"""`python -m mofu` is the `mofu` command."""

from mofu.cli import main

if __name__ == "__main__":
    main()
