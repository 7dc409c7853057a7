"""Tables as one page that a browser shows: no scripts, nothing from elsewhere, light or dark as the reader's system."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence

from qualia.cli.export.gathering import Gathered, exported_with
from qualia.cli.export.neutral import REPLACEMENT, whole, without_formula
from qualia.cli.export.tables import SUMMARY, Cell, Table, shown
from qualia.cli.words import _, spoken

# What HTML forbids: C0 but tab, line feed and carriage return, C1, and code points that are no characters.
_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")
_STYLE = """
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 75rem; margin: 0 auto; padding: 1rem; }
.scroll { overflow-x: auto; margin: 2rem 0; }
table { border-collapse: collapse; }
caption { text-align: start; font-weight: 700; font-size: 1.25rem; padding: .5rem 0; }
th, td { padding: .25rem .75rem; text-align: start; vertical-align: top; border-bottom: 1px solid #8886; }
thead th { border-bottom: 2px solid #888; white-space: nowrap; }
td { white-space: pre-wrap; overflow-wrap: anywhere; min-width: 3ch; }
td { mso-number-format: "\\@"; }
.n { mso-number-format: General; text-align: end; font-variant-numeric: tabular-nums; white-space: nowrap; }
footer { border-top: 1px solid #888; font-size: .875rem; }
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def page(gathered: Gathered, tables: Sequence[Table]) -> str:
    """Return tables as an HTML page, and where they came from below them.

    Every text is escaped; characters that HTML forbids become U+FFFD. Spreadsheets open pages too, and take a cell that
    begins like a formula for one, so such cells say that they are text.
    """
    return "\n".join(_lines(gathered, tables))


def _lines(gathered: Gathered, tables: Sequence[Table]) -> Iterator[str]:
    title = text(", ".join(str(each["source"]) for each in gathered.results[:3]))
    title += " …" if len(gathered.results) > 3 else ""
    yield f'<!DOCTYPE html>\n<html lang="{spoken()}">\n<head>\n<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{html.escape(_POLICY)}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>"
    if len(tables) > 1:
        links = (f'<li><a href="#t{number}">{text(table.name)}</a></li>' for number, table in enumerate(tables))
        yield f'<nav aria-label="{text(_("tables"))}">\n<ul>\n' + "\n".join(links) + "\n</ul>\n</nav>"
    for number, table in enumerate(tables):
        yield from _table(table, f"t{number}")
    yield "</main>\n<footer>"
    yield from _table(gathered.provenance, "provenance")
    yield f"<p>{text(_('exported with {program}', program=exported_with()))}</p>"
    yield "</footer>\n</body>\n</html>"


def _table(table: Table, anchor: str) -> Iterator[str]:
    # The box can be scrolled with the keyboard, so it can be reached with it and has a name.
    yield f'<div class="scroll" role="region" tabindex="0" aria-labelledby="{anchor}">\n<table>'
    yield f'<caption id="{anchor}">{text(table.name)}</caption>\n<thead>'
    numeric = [table.is_numeric(place) for place in range(len(table.columns))]
    heads = zip(table.columns, map(_aligned, numeric), strict=True)
    cells = [f'<th scope="col"{aligned}{_kept(name)}>{text(name)}</th>' for name, aligned in heads]
    yield f"<tr>{''.join(cells)}</tr>"
    yield "</thead>\n<tbody>"
    is_named = table.columns[:1] == ("name",) or table.name == SUMMARY
    for row in table.rows:
        cells = [
            f'<th scope="row"{_kept(item)}>{text(shown(item))}</th>'
            if is_named and place == 0
            else f"<td{_aligned(numeric[place]) or _direction(item)}{_kept(item)}>{text(shown(item))}</td>"
            for place, item in enumerate(row)
        ]
        yield f"<tr>{''.join(cells)}</tr>"
    yield "</tbody>\n</table>\n</div>"


def text(item: str) -> str:
    """Return a text as it stands in a page: nothing in it is markup."""
    return html.escape(_FORBIDDEN.sub(REPLACEMENT, whole(item))).replace("\r", "&#13;")


def _aligned(is_right: bool) -> str:
    return ' class="n"' if is_right else ""


def _direction(item: Cell) -> str:
    """Let a text that may run from right to left say so itself, and touch nothing beside it."""
    return "" if not isinstance(item, str) or item.isascii() else ' dir="auto"'


def _kept(item: Cell) -> str:
    """Say in LibreOffice's own words that a cell is text, where it begins like a formula; Excel takes the style's."""
    return ' sdnum="0;0;@"' if isinstance(item, str) and without_formula(item) != item else ""
