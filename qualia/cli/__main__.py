"""``python -m qualia.cli``."""

import sys

from qualia.cli import main

if __name__ == "__main__":
    sys.exit(main())
