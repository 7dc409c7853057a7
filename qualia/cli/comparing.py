"""Two answers of a plugin, line by line: what the second has that the first had not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import unified_diff
from typing import Any, TypeGuard

from qualia._safe import safe_text
from qualia.cli.output import as_json

_SHORT = 100
_LONGEST = 200
_MOST = 2000
_RED, _GREEN, _GREY, _PLAIN = "\x1b[31m", "\x1b[32m", "\x1b[90m", "\x1b[0m"


def lines_of(data: object) -> list[str]:
    """Return plain data as lines that differ only where the data does: a line for each item that fits on one."""
    return [*_lines(data, "")]


def _lines(data: object, indent: str) -> Iterator[str]:
    if _is_mapping(data):
        for name, item in data.items():
            yield from _item(f"{indent}{name}:", item, indent)
    elif _is_list(data):
        for item in data:
            yield from _item(f"{indent}-", item, indent)
    else:
        yield f"{indent}{as_json(data, indent=None)}"


def _item(head: str, item: object, indent: str) -> Iterator[str]:
    if isinstance(item, str) and "\n" in item:
        yield head
        yield from (f"{indent}  {line}" for line in item.splitlines())
        return
    if (_is_mapping(item) or _is_list(item)) and item:
        short = as_json(item, indent=None) if _is_flat(item) else ""
        if not short or len(head) + len(short) > _SHORT:
            yield head
            yield from _lines(item, f"{indent}  ")
            return
    yield f"{head} {as_json(item, indent=None)}"


def difference(before: Sequence[str], after: Sequence[str]) -> list[str] | None:
    """Return a unified diff without its heading; an empty one when nothing differs, None when too much does.

    Lines that are equal at both ends are left aside first, so that a small change in a long answer is found at once.
    """
    begin = 0
    while begin < min(len(before), len(after)) and before[begin] == after[begin]:
        begin += 1
    end = 0
    most = min(len(before), len(after)) - begin
    while end < most and before[-1 - end] == after[-1 - end]:
        end += 1
    old, new = before[begin : len(before) - end], after[begin : len(after) - end]
    if max(len(old), len(new)) > _MOST:
        return None
    if not old and not new:
        return []
    around = before[max(0, begin - 1) : begin], before[len(before) - end :][:1]
    told = unified_diff([*around[0], *old, *around[1]], [*around[0], *new, *around[1]], n=1, lineterm="")
    return [line for line in told if not line.startswith(("---", "+++", "@@"))]


def shown(difference: Sequence[str], *, most: int, is_coloured: bool) -> list[str]:
    """Return the first ``most`` lines of a diff, safe for a terminal, and in colour where one shows it."""
    found: list[str] = []
    for line in difference[:most]:
        text = safe_text(line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…")
        colour = {"+": _GREEN, "-": _RED}.get(line[:1], _GREY)
        found.append(f"{colour}{text}{_PLAIN}" if is_coloured else text)
    return found


def _is_flat(item: Mapping[Any, Any] | Sequence[Any]) -> bool:
    items = item.values() if _is_mapping(item) else item
    return not any(
        isinstance(each, (Mapping, list, tuple)) or (isinstance(each, str) and "\n" in each) for each in items
    )


def _is_mapping(item: object) -> TypeGuard[Mapping[Any, Any]]:
    return isinstance(item, Mapping)


def _is_list(item: object) -> TypeGuard[Sequence[Any]]:
    return isinstance(item, (list, tuple))
