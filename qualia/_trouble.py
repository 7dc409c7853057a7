"""What a look at files, databases, libraries and the caller's values may raise on its way."""

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
"""What becomes an answer or a finding. Anything else is a fault, and ends no more than where it came up."""
