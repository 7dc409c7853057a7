"""How values look in a notebook: compact tables of plain data, everything escaped, never more than fits on a screen."""

from __future__ import annotations

import base64
import html
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from qualia._values import is_mapping, is_sequence

_ROWS = 20
_COLUMNS = 10
_CELL = 120
_TABLES = 8
_FRAME_BYTES = 8 * 1024 * 1024


class Picture(Protocol):
    """What an artifact is to its frame."""

    media_type: str
    data: bytes
    name: str


def result_html(value: object, source: str, elapsed_s: float, cached: bool) -> str:
    """Return a result as HTML: its picture, or tables of its facts and lists.

    Args:
        value: plain data, or an artifact.
        source: what gave it.
        elapsed_s: seconds it took when it was computed.
        cached: whether it came from the cache.
    """
    note = f"{source} · {elapsed_s:.3g} s{' · cached' if cached else ''}"
    body = _picture(value) if hasattr(value, "media_type") and hasattr(value, "data") else _tables(value)
    return f"<div>{body}<small>{html.escape(note)}</small></div>"


def outcome_html(steps: Iterable[tuple[str, str, str, float | None, str]]) -> str:
    """Return a run as one table: each step's name, plugin, status, seconds and what it gave."""
    rows = [(*names, "" if elapsed_s is None else f"{elapsed_s:.3g}", told) for *names, elapsed_s, told in steps]
    return _table(rows, ("step", "plugin", "status", "s", "value"), most=len(rows))


def _picture(artifact: Any) -> str:
    """Return an artifact's frame; scripts in it cannot reach the notebook."""
    shown: Picture = artifact
    name = html.escape(shown.name, quote=True)
    if len(shown.data) > _FRAME_BYTES or not shown.media_type.startswith(("image/", "text/html")):
        return _table([(shown.name, shown.media_type, f"{len(shown.data):,}")], ("name", "media_type", "bytes"))
    if shown.media_type == "text/html":
        page = html.escape(shown.data.decode("utf-8", "replace"), quote=True)
        style = "width:100%;height:30em;border:0"
        return f'<iframe sandbox="allow-scripts" srcdoc="{page}" style="{style}" title="{name}"></iframe>'
    data = base64.b64encode(shown.data).decode("ascii")
    source = f"data:{html.escape(shown.media_type, quote=True)};base64,{data}"
    return f'<img src="{source}" alt="{name}" style="max-width:100%"><br>'


def _tables(value: object) -> str:
    """Return plain data as a table of its single facts, and one of each list in it."""
    if not is_mapping(value):
        return _listed(value) if is_sequence(value) else _table([(value,)], ())
    lists = {name: item for name, item in value.items() if is_sequence(item) and any(map(is_mapping, item))}
    facts = [(name, item) for name, item in value.items() if name not in lists and item not in (None, "", (), [], {})]
    parts = [_table(facts, ())] if facts else []
    for name, item in list(lists.items())[:_TABLES]:
        parts.append(f"<b>{html.escape(str(name))}</b>{_listed(item)}")
    return "".join(parts)


def _listed(items: Sequence[Any]) -> str:
    if not items or not all(map(is_mapping, items[:_ROWS])):
        return _table([(item,) for item in items[:_ROWS]], (), total=len(items))
    names = list(dict.fromkeys(name for item in items[:_ROWS] for name in item))[:_COLUMNS]
    rows = [[item.get(name) for name in names] for item in items[:_ROWS]]
    return _table(rows, names, total=len(items))


def _table(
    rows: Sequence[Sequence[object]], headings: Sequence[object], *, total: int | None = None, most: int = _ROWS
) -> str:
    head = "".join(f"<th>{_cell(each)}</th>" for each in headings)
    lines = [f"<tr>{head}</tr>"] if headings else []
    lines += ["<tr>" + "".join(f"<td>{_cell(each)}</td>" for each in row) + "</tr>" for row in rows[:most]]
    more = (len(rows) if total is None else total) - most
    if more > 0:
        lines.append(f"<tr><td>… +{more:,}</td></tr>")
    return f"<table>{''.join(lines)}</table>"


def _cell(item: object) -> str:
    if item is None:
        return ""
    if isinstance(item, float):
        text = f"{item:.4g}"
    elif is_mapping(item):
        text = ", ".join(f"{name}: {_short(each)}" for name, each in list(item.items())[:_COLUMNS])
    elif is_sequence(item):
        text = ", ".join(_short(each) for each in item[:_COLUMNS]) + (", …" if len(item) > _COLUMNS else "")
    else:
        text = str(item)
    return html.escape(text if len(text) <= _CELL else f"{text[: _CELL - 1]}… ({len(text):,})")


def _short(item: object) -> str:
    if isinstance(item, (Mapping, list, tuple)):
        return "…"
    return f"{item:.4g}" if isinstance(item, float) else str(item)[:_CELL]
