"""Tables of results: records, the columns they have, and how a record becomes a row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from attrs import frozen

from qualia_tui.lines import Column, Row


@frozen(kw_only=True)
class Table:
    """Records as rows."""

    items: Sequence[Mapping[Any, Any]]
    columns: Callable[[int], tuple[Column, ...]]
    """The columns for so many cells."""
    row: Callable[[str, Mapping[Any, Any], int], Row]
    """A record as a row of this key, for so many cells."""
