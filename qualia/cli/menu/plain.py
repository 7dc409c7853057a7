"""Questions for terminals that cannot move their cursor, and for screen readers: numbered lines, one answer a line."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence

from qualia._safe import safe_line
from qualia.cli.menu.asking import BACK, Check, Choice, Complete, folded
from qualia.cli.words import _


class PlainAsker:
    """Asks with lines alone: nothing is redrawn, nothing is coloured."""

    def choose(self, title: str, choices: Sequence[Choice], *, default: str = "", leaves_line: bool = True) -> str:
        """Return the key of the choice whose number was typed."""
        del leaves_line
        keys = [choice.key for choice in choices]
        names = [str(number) for number in range(1, len(keys) + 1)]
        if keys[-1] == BACK:
            names[-1] = "0"
        first = names[keys.index(default) if default in keys else 0]
        self.tell(f"\n{title}")
        for name, choice in zip(names, choices, strict=True):
            self.tell(f"{name:>3}. {choice.label}")
            if choice.told or choice.why_not:
                self.tell(f"     {choice.why_not or choice.told}")
        while True:
            typed = _line(_("number [{default}]: ", default=first)).strip() or first
            place = names.index(typed) if typed in names else None
            if place is None:
                self.tell(_("type one of the numbers in front of the lines"))
            elif choices[place].why_not:
                self.tell(choices[place].why_not)
            else:
                return keys[place]

    def text(
        self, title: str, *, default: str = "", check: Check | None = None, complete: Complete | None = None
    ) -> str:
        """Return a line; an empty one keeps the default, a single ``-`` empties it."""
        del complete
        question = f"{title} [{default}]: " if default else f"{title}: "
        while True:
            typed = _line(question)
            answer = "" if default and typed.strip() == "-" else typed or default
            wrong = "" if check is None else check(answer)
            if not wrong:
                return answer
            self.tell(wrong)

    def confirm(self, title: str, *, default: bool) -> bool:
        """Return whether yes was typed."""
        yes, no = _("yes"), _("no")
        while True:
            typed = _line(f"{title} [{yes if default else no}]: ").strip().casefold()
            if not typed:
                return default
            if yes.startswith(typed) or no.startswith(typed):
                return yes.startswith(typed)
            self.tell(_("type {yes} or {no}", yes=yes, no=no))

    def pause(self, title: str) -> None:
        """Wait for a line."""
        _line(f"{title} ")

    def tell(self, text: str) -> None:
        """Show lines of text."""
        show(folded(text, shutil.get_terminal_size().columns))


def show(text: str) -> None:
    """Print a text, whatever the encoding of stdout."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    print(text.encode(encoding, "backslashreplace").decode(encoding), flush=True)


def _line(question: str) -> str:
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    # What stands in a question may be a file's name; the gap before the answer is its end.
    asked = f"{safe_line(question)} ".encode(encoding, "backslashreplace").decode(encoding)
    while True:
        try:
            return input(asked)
        except UnicodeDecodeError:
            show(_("that could not be read; type it again"))
