"""``python -m qualia``: the same as the ``qualia`` command."""

import sys

from qualia.cli import main

if __name__ == "__main__":
    sys.exit(main())
