"""What the command line says in Brazilian Portuguese: project."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {}
