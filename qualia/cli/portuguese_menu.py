"""What the command line says in Brazilian Portuguese: menu."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {}
