"""`python -m segql`."""

from segql.cli.main import main

if __name__ == "__main__":
    main()
