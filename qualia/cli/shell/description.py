"""``qualia spec``: what the commands take, as JSON."""

from __future__ import annotations

import argparse
from typing import Any

from qualia.cli.arguments import whole_parser
from qualia.cli.output import Face, as_json
from qualia.cli.shell.spec import describe, flat, found_in
from qualia.cli.usage import WrongUsage
from qualia.cli.words import _


def show_spec(asked: argparse.Namespace, face: Face) -> None:
    """Write the whole command line as JSON, or one command of it.

    Raises:
        WrongUsage: there is no such command.
        UnwritableOutput: stdout is closed or full.
    """
    spec = describe(whole_parser())
    told: Any = spec
    if asked.words:
        told = found_in(spec, asked.words)
        if told is None:
            raise _unknown(" ".join(asked.words), [each["name"] for each in flat(spec["commands"])])
        told = {"schema": spec["schema"], "version": spec["version"], "language": spec["language"], **told}
    face.data(as_json(told), form="json")


def _unknown(name: str, known: list[str]) -> WrongUsage:
    from qualia.errors import nearest

    near = nearest(name, known)
    hint = _("did you mean {near}?", near=_(" or ").join(near)) if near else _("qualia --help shows the commands")
    return WrongUsage(_("there is no command {value!r}; {hint}", value=name, hint=hint))
