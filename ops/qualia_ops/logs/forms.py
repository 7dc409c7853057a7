"""How a line is written: as one JSON object, or for people."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Literal, TextIO

from qualia_ops.logs.lines import sentence
from qualia_ops.logs.scrubbing import scrubbed

Form = Literal["json", "console"]
_PAD = 24


def form_for(asked: str, stream: TextIO) -> Form:
    """Return the form asked for; with "auto" people read at a terminal, and programs elsewhere."""
    if asked in ("json", "console"):
        return "json" if asked == "json" else "console"
    return "console" if stream.isatty() else "json"


def written(facts: Mapping[str, Any], form: Form) -> str:
    """Return the line that holds these facts, which are scrubbed first."""
    return writer(form)(facts)


def writer(form: Form, *, colours: bool = False) -> Callable[[Mapping[str, Any]], str]:
    """Return what makes a line of facts, which it scrubs first.

    Args:
        form: how lines are written.
        colours: whether lines for people have colours.
    """
    if form == "json":
        encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode
        return lambda facts: encode(scrubbed(facts))
    from structlog.dev import ConsoleRenderer

    render = ConsoleRenderer(_PAD, colors=colours, force_colors=colours, sort_keys=False)

    def write(facts: Mapping[str, Any]) -> str:
        clean = scrubbed(facts)
        clean["event"] = sentence(str(clean.get("event", "")))
        return str(render(None, "", clean)).rstrip()

    return write
