"""What the command line says in Brazilian Portuguese: export."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {}
