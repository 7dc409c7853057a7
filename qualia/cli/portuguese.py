"""What the command line says in Brazilian Portuguese and the catalogues do not hold yet."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {}
