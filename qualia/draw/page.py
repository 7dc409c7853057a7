"""One HTML page that needs nothing else: no request leaves it, and no text in it can run.

The page names its scripts by their hash in a content security policy, so that a script which slipped in through a
word, a name or a title would not run even if escaping failed (Content Security Policy Level 3, "hash-source").
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from qualia.draw.colour import Theme, theme
from qualia.draw.labels import plain

_ENDING = re.compile(r"<(/script|!--)", re.IGNORECASE)
_STYLE = """
:root{{color-scheme:{scheme}}}
body{{margin:0;padding:24px;background:{background};color:{ink};
font:16px/1.5 "DejaVu Sans",Verdana,system-ui,sans-serif,"Noto Color Emoji","Apple Color Emoji","Segoe UI Emoji";
overflow-wrap:anywhere}}
main{{max-width:{width}px;margin:0 auto}}
h1{{font-size:1.5rem;line-height:1.25;margin:0 0 4px}}
p{{margin:0 0 12px}} .muted{{color:{muted}}} figure{{margin:0 0 16px}}
.drawing{{overflow-x:auto}} .drawing svg,.drawing img{{max-width:100%;height:auto;display:block}}
.notice{{border:1px solid {muted};border-radius:8px;padding:32px;text-align:center}} .notice strong{{font-size:1.25rem}}
.drawing img{{width:100%}}
details{{margin:12px 0}} summary{{cursor:pointer}}
table{{border-collapse:collapse;margin:12px 0;font-size:.875rem}}
caption{{text-align:left;font-weight:bold;padding:4px 0}}
th,td{{text-align:left;padding:4px 16px 4px 0;border-bottom:1px solid {grid};vertical-align:top}}
@media (max-width:34rem){{body{{padding:16px}} th,td{{padding-right:8px}} h1{{font-size:1.25rem}}}}
td.number,th.number{{text-align:right;font-variant-numeric:tabular-nums;overflow-wrap:normal}}
"""


class Script(NamedTuple):
    """JavaScript that cannot end the element it stands in, and what a policy names it by."""

    code: bytes
    digest: str
    """SHA-256 in base 64."""


def escape(text: str) -> str:
    """Return text that is only text, between tags and inside quoted attributes alike."""
    return html.escape(plain(text), quote=True)


def json_text(value: object) -> str:
    r"""Write JSON that may stand inside ``<script>``: ``<``, ``>``, ``&`` and line separators as ``\uXXXX``.

    Raises:
        ValueError: a number is infinite or not a number.
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    # A lone surrogate is legal in a str but not in UTF-8.
    return text.encode("utf-8", "replace").decode("utf-8")


def table(*, caption: str, columns: Sequence[str], rows: Iterable[Sequence[str]], numbers: Sequence[int] = ()) -> str:
    """Return a data table, everything escaped.

    Args:
        caption: what the table holds.
        columns: the headings.
        rows: the cells, already written as people read them.
        numbers: positions of the columns that hold figures and are set flush right.
    """
    kinds = [' class="number"' if index in numbers else "" for index in range(len(columns))]
    head = "".join(f'<th scope="col"{kind}>{escape(text)}</th>' for kind, text in zip(kinds, columns, strict=True))
    lines = [
        "<tr>" + "".join(f"<td{kind}>{escape(text)}</td>" for kind, text in zip(kinds, row, strict=True)) + "</tr>"
        for row in rows
    ]
    return (
        f"<table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(lines)}</tbody></table>"
    )


def folded(summary: str, content: str) -> str:
    """Return markup behind a heading that opens it."""
    return f"<details><summary>{escape(summary)}</summary>{content}</details>"


def data_uri(media_type: str, data: bytes) -> str:
    """Return bytes as a ``data:`` address."""
    return f"data:{media_type};base64,{base64.b64encode(data).decode('ascii')}"


def image(media_type: str, data: bytes, *, alt: str) -> str:
    """Return a picture embedded in the page; inside ``<img>`` nothing in an SVG can run."""
    return f'<img src="{data_uri(media_type, data)}" alt="{escape(alt)}">'


def page(
    *,
    title: str,
    body: str,
    language: str = "en",
    colours: Theme | None = None,
    width: int = 960,
    style: str = "",
    scripts: Sequence[str | Script] = (),
) -> bytes:
    """Return a whole HTML5 document as UTF-8.

    Args:
        title: heads the window; escaped here.
        body: markup, escaped by whoever wrote it.
        language: language tag of the page.
        colours: the theme; None means light.
        width: widest the content may become, in pixels.
        style: more CSS.
        scripts: JavaScript to run, in this order, behind the body; no other script of the page will run.
    """
    chosen = colours or theme("light")
    css = _STYLE.format(scheme="dark" if chosen.name == "dark" else "light", width=width, **_colours(chosen))
    codes = [prepared(each) if isinstance(each, str) else each for each in scripts]
    head = "".join(
        (
            f'<!DOCTYPE html>\n<html lang="{escape(language)}"><head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{_policy(codes)}">',
            '<meta name="viewport" content="width=device-width,initial-scale=1">',
            f"<title>{escape(title)}</title><style>{css}{style}</style></head><body><main>\n",
            body,
            "\n</main>",
        )
    )
    pieces = [piece for each in codes for piece in (b"<script>", each.code, b"</script>")]
    return b"".join((head.encode(), *pieces, b"</body></html>\n"))


def _colours(chosen: Theme) -> dict[str, str]:
    behind = "transparent" if chosen.name == "transparent" else chosen.background
    return {"background": behind, "ink": chosen.ink, "muted": chosen.muted, "grid": chosen.grid}


def prepared(script: str) -> Script:
    """Return a script as a page holds it; a large one that many pages hold is prepared once."""
    code = _contained(script).encode()
    return Script(code=code, digest=base64.b64encode(hashlib.sha256(code).digest()).decode("ascii"))


def _contained(script: str) -> str:
    # Inside JavaScript strings the backslash changes nothing; for the HTML parser it takes the end tag away.
    code = script.replace("\r\n", "\n").replace("\r", "\n")
    return _ENDING.sub(r"<\\\1", code)


def _policy(codes: Sequence[Script]) -> str:
    scripts = "".join(f" 'sha256-{each.digest}'" for each in codes) or " 'none'"
    return (
        f"default-src 'none'; script-src{scripts}; style-src 'unsafe-inline'; img-src data: blob:; font-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
