"""HTML built from values: a text is always escaped, only `Html` is markup."""

from __future__ import annotations

import html
from collections.abc import Iterable

from attrs import frozen

from qualia.draw import plain

_VOID = frozenset({"img", "meta", "source"})


@frozen
class Html:
    """A piece of finished markup."""

    source: str


Child = Html | str | None
"""What an element holds: markup, a text to escape, or None for nothing."""


def escaped(text: str) -> str:
    """Return a text as HTML that shows exactly it, in an element or between double quotes."""
    # `plain` trims; a space at the edge separates a text from the element beside it.
    before, after = (" " if text[edge].isspace() else "" for edge in (0, -1)) if text else ("", "")
    return html.escape(f"{before}{plain(text)}{after}", quote=True)


def element(name: str, /, *children: Child, **attributes: str | None) -> Html:
    """Return an element; ``class_`` gives class, ``aria_label`` gives aria-label, None leaves an attribute out."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escaped(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in _VOID:
        return Html(f"<{name}{written}>")
    return Html(f"<{name}{written}>{joined(children).source}</{name}>")


def joined(children: Iterable[Child]) -> Html:
    """Return several pieces as one."""
    return Html("".join(_source(child) for child in children if child is not None))


def _source(child: Html | str) -> str:
    return child.source if isinstance(child, Html) else escaped(child)


def isolated(text: str) -> Html:
    """Return a name or word fenced off, so that its direction never reorders what stands beside it."""
    return element("bdi", text)


def table(caption: str, heads: Iterable[Child], rows: Iterable[Html], *, class_: str) -> Html:
    """Return a table with a caption; the first head names the rows."""
    cells = [element("th", head, scope="col") for head in heads]
    return element(
        "table",
        element("caption", caption),
        element("thead", element("tr", *cells)) if cells else None,
        element("tbody", *rows),
        class_=class_,
    )
