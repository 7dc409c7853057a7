"""What is wrong with a file somebody wrote, as values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from attrs import frozen

from qualia._safe import safe_line
from qualia.cli.words import _, heading, translated

_STEP = re.compile(r"steps\[(\d+)\]")
Kind = Literal["pipeline", "settings", "params"]


@frozen(kw_only=True)
class Problem:
    """One thing that is wrong with a file."""

    file: str
    message: str
    """What is wrong and what to do, in English."""
    line: int | None = None
    """Counted from 1; None means the file as a whole."""
    column: int | None = None
    """Counted from 1; None means the line as a whole."""
    key: str = ""
    """Where it stands among what the file holds, such as ``steps[0].params.top``; empty for the whole."""

    @property
    def place(self) -> str:
        """Where it stands, as ``file:line:column``, as far as they are known."""
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)

    @property
    def facts(self) -> Mapping[str, Any]:
        """The problem as plain data."""
        return {
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "key": self.key,
            "message": self.message,
        }

    def told(self) -> str:
        """Return it as one line in the language spoken."""
        step = _STEP.match(self.key)
        about = "" if step is None else f"{_('step {number}', number=int(step[1]) + 1)}: "
        return safe_line(f"{self.place}: {about}{translated(self.message)}")


def kind_told(kind: Kind | None) -> str:
    """Return what a kind of file is called in the language spoken."""
    names = {"pipeline": heading("pipeline"), "settings": heading("settings"), "params": heading("params")}
    return heading("unknown") if kind is None else names[kind]


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return problems in the order of the file, those of the whole file first."""
    return tuple(sorted(problems, key=lambda each: (each.line or 0, each.column or 0)))


@frozen(kw_only=True)
class Checked:
    """What was found in one file."""

    file: str
    kind: Kind | None
    """What it is; None when that cannot be told."""
    name: str = ""
    """The pipeline's name, or the plugin whose params it holds; empty otherwise."""
    problems: tuple[Problem, ...] = ()

    @property
    def facts(self) -> Mapping[str, Any]:
        """What was found as plain data."""
        return {
            "file": self.file,
            "kind": self.kind,
            "name": self.name,
            "valid": not self.problems,
            "problems": [each.facts for each in self.problems],
        }

    def told(self) -> str:
        """Return one line for each problem, or one that says that there is none, in the language spoken."""
        if self.problems:
            return "\n".join(each.told() for each in self.problems)
        what = f"{kind_told(self.kind)} {self.name}".rstrip()
        return safe_line(_("{file}: fine ({what})", file=self.file, what=what))
