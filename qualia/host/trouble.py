"""What answering may raise on the way through files, databases and the caller's values."""

from __future__ import annotations

import sqlite3

from qualia.errors import QualiaError

TROUBLE = (
    QualiaError,
    OSError,
    sqlite3.Error,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ImportError,
    RuntimeError,
    ArithmeticError,
    MemoryError,
)
"""What becomes an answer. Anything else ends the connection or run it came up in, and nothing besides."""
