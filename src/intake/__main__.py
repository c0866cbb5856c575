"""``python -m intake`` is the command ``intake``."""

from intake.cli.main import main

if __name__ == "__main__":
    main()
