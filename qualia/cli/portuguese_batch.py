"""What the command line says in Brazilian Portuguese: batch."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {}
