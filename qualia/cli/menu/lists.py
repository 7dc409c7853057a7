"""A list to choose from with arrows, numbers or by typing a part of a line."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from qualia.cli.menu.asking import Choice, folded, numbers, shown
from qualia.cli.words import _

if TYPE_CHECKING:
    from prompt_toolkit.formatted_text import StyleAndTextTuples
    from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
    from prompt_toolkit.layout import Layout

_MOST_TOLD = 4


class ChoiceList:
    """The state of one list while it is asked; typing narrows it to the lines that hold what was typed.

    In lists that are numbered a digit chooses at once; in longer ones it narrows as any other character does.

    Args:
        title: the question.
        choices: at least one.
        default: the key pointed at first; the first one when there is no such key.
    """

    def __init__(self, title: str, choices: Sequence[Choice], *, default: str) -> None:
        self._title: str = title
        self._choices: tuple[Choice, ...] = tuple(choices)
        self._numbers: tuple[str, ...] = numbers(choices)
        self._typed: str = ""
        keys = [choice.key for choice in choices]
        self._at: int = keys.index(default) if default in keys else 0
        self._refused: str = ""

    @property
    def visible(self) -> tuple[Choice, ...]:
        """The choices that hold what was typed; all of them when nothing was."""
        wanted = _plain(self._typed)
        return tuple(choice for choice in self._choices if wanted in _plain(choice.label))

    @property
    def pointed(self) -> Choice | None:
        """The choice pointed at; None when none is left."""
        return self.visible[self._at] if self.visible else None

    @property
    def typed(self) -> str:
        """What was typed to narrow the list."""
        return self._typed

    def move(self, steps: int) -> None:
        """Point so many lines further down; beyond one end of the list it goes on at the other."""
        self._refused = ""
        if self.visible:
            self._at = (self._at + steps) % len(self.visible)

    def jump(self, steps: int) -> None:
        """Point so many lines further down, at most at the end."""
        self._refused = ""
        self._at = max(0, min(self._at + steps, len(self.visible) - 1))

    def type(self, text: str) -> None:
        """Narrow the list by what was typed, unless nothing would be left."""
        before, self._refused = self._typed, ""
        self._typed += text
        if not self.visible:
            self._typed = before
        self._at = 0

    def erase(self) -> None:
        """Take the last typed character off."""
        self._typed, self._at, self._refused = self._typed[:-1], 0, ""

    def clear(self) -> None:
        """Take all that was typed off."""
        self._typed, self._at, self._refused = "", 0, ""

    def take(self) -> Choice | None:
        """Return the choice pointed at, or None when it cannot be chosen; why not is shown then."""
        choice = self.pointed
        if choice is None or choice.why_not:
            self._refused = choice.why_not if choice else ""
            return None
        return choice

    def number(self, digit: str) -> bool:
        """Point at a line by its number and tell whether there is one."""
        if self._typed or digit not in self._numbers:
            return False
        self._at, self._refused = self._numbers.index(digit), ""
        return True

    def lines(self) -> StyleAndTextTuples:
        """Return the list as styled text."""
        found: StyleAndTextTuples = []
        is_numbered = bool(self._numbers) and not self._typed
        for place, choice in enumerate(self.visible):
            is_pointed = place == self._at
            style = "class:off" if choice.why_not else "class:pointed" if is_pointed else ""
            if is_pointed:
                found.append(("[SetCursorPosition]", ""))
            number = f"{self._numbers[place]} " if is_numbered else ""
            found.append((style, f"{'>' if is_pointed else ' '} {number}{shown(choice.label)}\n"))
        return [*found[:-1], (found[-1][0], found[-1][1].rstrip("\n"))] if found else [("", _("nothing"))]

    def told(self) -> str:
        """Return what the line pointed at is about, or why it cannot be chosen."""
        choice = self.pointed
        return "" if choice is None else shown(self._refused or choice.why_not or choice.told)

    def head(self) -> StyleAndTextTuples:
        """Return the question, folded to the width there is, with what was typed."""
        typed: StyleAndTextTuples = [("class:pointed", f" {shown(self._typed)}")] if self._typed else []
        return [("class:title", folded(self._title, _width())), *typed]

    def layout(self) -> Layout:
        """Return how it is drawn: question, list, what the line is about, keys."""
        from prompt_toolkit.filters import Condition
        from prompt_toolkit.layout import ConditionalContainer, Dimension, HSplit, Layout, Window
        from prompt_toolkit.layout.controls import FormattedTextControl

        lines = FormattedTextControl(self.lines, focusable=True, show_cursor=True)
        listed = Window(lines, dont_extend_height=True, height=Dimension(min=1))
        told = Window(
            FormattedTextControl(lambda: [("class:told", _below(self.told()))]),
            dont_extend_height=True,
            height=Dimension(max=_MOST_TOLD),
        )
        hint = Window(
            FormattedTextControl(lambda: [("class:hint", _hint(is_numbered=bool(self._numbers)))]),
            dont_extend_height=True,
            height=1,
        )
        head = Window(FormattedTextControl(self.head), wrap_lines=True, dont_extend_height=True)
        parts = [head, listed, ConditionalContainer(told, Condition(lambda: bool(self.told()))), hint]
        return Layout(HSplit(parts), focused_element=listed)

    def keys(self) -> KeyBindings:
        """Return what each key does."""
        from prompt_toolkit.key_binding import KeyBindings
        from prompt_toolkit.keys import Keys

        keys = KeyBindings()
        self._add_moves(keys)
        self._add_ends(keys)

        @keys.add("backspace")
        def erase(event: KeyPressEvent) -> None:
            del event
            self.erase()

        @keys.add("c-u")
        def clear(event: KeyPressEvent) -> None:
            del event
            self.clear()

        @keys.add(Keys.Any)
        def typed(event: KeyPressEvent) -> None:
            if self.number(event.data):
                self._accept(event)
            elif event.data.isprintable():
                self.type(event.data)

        del clear, erase, typed
        return keys

    def _add_ends(self, keys: KeyBindings) -> None:
        keys.add("enter", eager=True)(self._accept)

        @keys.add("c-c", eager=True)
        @keys.add("<sigint>")
        def interrupt(event: KeyPressEvent) -> None:
            event.app.exit(exception=KeyboardInterrupt())

        @keys.add("c-d", eager=True)
        def end(event: KeyPressEvent) -> None:
            event.app.exit(exception=EOFError())

        del interrupt, end

    def _accept(self, event: KeyPressEvent) -> None:
        choice = self.take()
        if choice is not None:
            event.app.exit(result=choice)

    def _add_moves(self, keys: KeyBindings) -> None:
        near = {"up": -1, "down": 1, "c-p": -1, "c-n": 1, "s-tab": -1, "tab": 1}
        far = {"pageup": -8, "pagedown": 8, "home": -len(self._choices), "end": len(self._choices)}

        def bound(move: Callable[[int], None], steps: int) -> Callable[[KeyPressEvent], None]:
            def pressed(event: KeyPressEvent) -> None:
                del event
                move(steps)

            return pressed

        for move, by_key in ((self.move, near), (self.jump, far)):
            for key, steps in by_key.items():
                keys.add(key)(bound(move, steps))


def _hint(*, is_numbered: bool) -> str:
    numbered, long = _("arrows, Enter or a number; Ctrl-D: back"), _("arrows, Enter or typing; Ctrl-D: back")
    return numbered if is_numbered else long


def _below(text: str) -> str:
    """Return a text folded to the width there is at the moment, indented."""
    return "\n".join(f"  {line}" for line in folded(text, _width() - 2).splitlines()[:_MOST_TOLD])


def _width() -> int:
    from prompt_toolkit.application import get_app

    return get_app().output.get_size().columns - 1


def _plain(text: str) -> str:
    """Return a text without case and accents, so that people need not type them."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in parts if not unicodedata.combining(char))
