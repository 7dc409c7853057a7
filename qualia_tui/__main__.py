"""``python -m qualia_tui``."""

import sys

from qualia_tui import main

sys.exit(main())
