"""What the menu asks with: a list, a line of text, yes or no. Who asks decides how it looks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from attrs import frozen

from qualia._safe import safe_line, safe_text
from qualia.cli.words import _

BACK = "back"
"""The key of the choice that leads one level back."""

_DIGITS = 9

Check = Callable[[str], str]
"""Takes what was typed and returns what is wrong with it in a sentence; empty when nothing is."""
Complete = Callable[[str], Iterable[str]]
"""Takes what was typed and returns what it may become."""


class Back(Exception):
    """Somebody wants to go one level back."""


LEAVING = (Back, EOFError, KeyboardInterrupt)
"""What leads one level back: the choice for it, Ctrl-D and Ctrl-C."""


@frozen
class Choice:
    """One line of a list."""

    key: str
    label: str
    told: str = ""
    """What it is about, shown for the line pointed at; empty for nothing."""
    why_not: str = ""
    """Why it cannot be chosen; empty when it can."""


class Asker(Protocol):
    """Somebody who puts questions to a person. Each method may raise one of `LEAVING`, except `tell`."""

    def choose(self, title: str, choices: Sequence[Choice], *, default: str = "", leaves_line: bool = True) -> str:
        """Return the key of the choice that was made.

        Args:
            title: the question.
            choices: at least one.
            default: the key of the choice pointed at first; empty, or unknown, for the first one.
            leaves_line: whether a line tells afterwards what was chosen.
        """
        ...

    def text(
        self, title: str, *, default: str = "", check: Check | None = None, complete: Complete | None = None
    ) -> str:
        """Return a line of text that passes the check.

        Args:
            title: the question.
            default: what stands there already and is kept by Enter.
            check: what says whether it will do; None takes everything.
            complete: what Tab offers; None offers nothing.
        """
        ...

    def confirm(self, title: str, *, default: bool) -> bool:
        """Return yes or no; Enter takes the default."""
        ...

    def pause(self, title: str) -> None:
        """Wait for Enter."""
        ...

    def tell(self, text: str) -> None:
        """Show lines of text, folded to the width there is."""
        ...


def back() -> Choice:
    """Return the choice that leads back."""
    return Choice(BACK, _("back"))


def chosen(asker: Asker, title: str, choices: Sequence[Choice], *, default: str = "", leaves_line: bool = True) -> str:
    """Ask with a list that ends with the way back, and return the key of the choice that was made.

    Raises:
        Back: that way was chosen.
    """
    key = asker.choose(title, [*choices, back()], default=default, leaves_line=leaves_line)
    if key == BACK:
        raise Back
    return key


def numbers(choices: Sequence[Choice]) -> tuple[str, ...]:
    """Return the digit in front of each line, 0 for the way back; none when a list has too many lines for that."""
    last = bool(choices) and choices[-1].key == BACK
    if len(choices) - last > _DIGITS:
        return ()
    return (*(str(place) for place in range(1, len(choices) + 1 - last)), *(["0"] if last else []))


def shown(text: str) -> str:
    """Return a text of any origin as one line that a terminal can show."""
    return safe_line(text)


def folded(text: str, width: int) -> str:
    """Return lines of text folded to a width, indentation kept."""
    import textwrap

    lines: list[str] = []
    for line in safe_text(text).splitlines():
        indent = line[: len(line) - len(line.lstrip())]
        parts = textwrap.wrap(
            line.strip(), max(width - len(indent), 20), break_on_hyphens=False, break_long_words=False
        )
        lines += [f"{indent}{part}" for part in parts or [""]]
    return "\n".join(lines)
