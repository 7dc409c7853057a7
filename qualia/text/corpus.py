"""Several texts in one, each under a line with its name, as ``tail -n +1 FILES`` prints them."""

from __future__ import annotations

import re
from collections.abc import Iterable

_MARK = re.compile(r"^==> (.*?) <==[ \t]*\r?$\n?", re.MULTILINE)


def join_texts(texts: Iterable[tuple[str, str]]) -> str:
    """Return texts, each given with its name, as one text that `joined_parts` takes apart again.

    Raises:
        ValueError: a name has several lines, or a text holds a line that looks like another text's name.
    """
    parts: list[str] = []
    for name, text in texts:
        mark = f"==> {name} <==\n"
        if _MARK.fullmatch(mark) is None or _MARK.search(text):
            raise ValueError(
                f"{name!r} cannot be told from the texts: it, or a line of its text, breaks '==> name <=='"
            )
        parts.append(f"{mark}{text}" if text.endswith("\n") or not text else f"{mark}{text}\n")
    return "\n".join(parts)


def joined_parts(text: str) -> list[tuple[str, int, int]]:
    """Return each text's name with the offset of its first character and the offset behind its last.

    What stands before the first line ``==> name <==`` belongs to no text; there may be no such line at all.
    """
    marks = list(_MARK.finditer(text))
    ends = [*(mark.start() for mark in marks[1:]), len(text)]
    return [(mark[1], mark.end(), end) for mark, end in zip(marks, ends, strict=True)] if marks else []
