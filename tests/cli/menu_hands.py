"""Somebody who answers the menu's questions from a list, and a visit in which commands are noted instead of run."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

from qualia.cli.commands import commands
from qualia.cli.menu.asking import Check, Choice, Complete
from qualia.cli.menu.memory import Memory
from qualia.cli.menu.session import Session

END, INTERRUPT, KEEP = "^D", "^C", "^KEEP"
"""Answers that are no text: Ctrl-D, Ctrl-C, and Enter, which keeps what is there."""
EVERY = tuple(command.name for command in commands())


class Hands:
    """Answers one question after the other, and fails on one that nobody foresaw.

    A list is answered by the key of a line, or by its label; yes or no by "yes" or "no".
    """

    def __init__(self, *answers: str) -> None:
        self.answers: list[str] = list(answers)
        self.asked: list[str] = []
        self.offered: list[tuple[str, ...]] = []
        self.told: list[str] = []

    def choose(self, title: str, choices: Sequence[Choice], *, default: str = "", leaves_line: bool = True) -> str:
        """Choose the line that was foreseen, which must be there and usable."""
        self.offered.append(tuple(choice.label for choice in choices))
        answer = self._next(title)
        keys = [choice.key for choice in choices]
        if answer == KEEP:
            answer = default if default in keys else keys[0]
        found = [choice for choice in choices if answer in (choice.key, choice.label)]
        assert found, f"{title!r} offers {keys}, not {answer!r}"
        assert not found[0].why_not
        return found[0].key

    def text(
        self, title: str, *, default: str = "", check: Check | None = None, complete: Complete | None = None
    ) -> str:
        """Type the text that was foreseen, which must pass the check."""
        answer = self._next(title)
        answer = default if answer == KEEP else answer
        wrong = "" if check is None else check(answer)
        assert not wrong, f"{title!r} refuses {answer!r}: {wrong}"
        return answer

    def confirm(self, title: str, *, default: bool) -> bool:
        """Say yes or no."""
        answer = self._next(title)
        assert answer in ("yes", "no", KEEP), f"{title!r} is no question for {answer!r}"
        return default if answer == KEEP else answer == "yes"

    def pause(self, title: str) -> None:
        """Press Enter, or what was foreseen."""
        assert self._next(title) == KEEP

    def tell(self, text: str) -> None:
        """Read."""
        self.told.append(text)

    def _next(self, title: str) -> str:
        self.asked.append(title)
        assert self.answers, f"nobody foresaw {self.asked}"
        answer = self.answers.pop(0)
        if answer == END:
            raise EOFError
        if answer == INTERRUPT:
            raise KeyboardInterrupt
        return answer


def visit_of(
    hands: Hands,
    folder: Path,
    *,
    run: Callable[[Sequence[str]], int],
    plugin_dirs: Sequence[Path] = (),
    names: Sequence[str] = EVERY,
    language: str | None = None,
    system: str = "",
) -> Session:
    """Return a visit whose memory lies in a folder and whose commands are given to ``run``."""
    asked = argparse.Namespace(plugin_dirs=[str(each) for each in plugin_dirs], project=None)
    if language is not None:
        asked.lang = language
    return Session(hands, Memory(folder / "menu.json"), asked=asked, commands=names, run=run, system=system)
