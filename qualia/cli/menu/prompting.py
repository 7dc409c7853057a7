"""Questions that are drawn: lists with a pointer, lines that are checked while they are typed."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from qualia.cli.menu.asking import Check, Choice, Complete, folded, shown
from qualia.cli.menu.plain import show
from qualia.cli.words import _

if TYPE_CHECKING:
    from prompt_toolkit.completion import Completer
    from prompt_toolkit.input import Input
    from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
    from prompt_toolkit.output import Output
    from prompt_toolkit.styles import Style
    from prompt_toolkit.validation import Validator

_OFFERED_LINES = 6


class DrawingAsker:
    """Asks with prompt_toolkit; only its own lines are redrawn, and a question that was answered becomes one line.

    Args:
        keys: where keys come from; None for the terminal.
        screen: where to draw; None for the terminal.
        has_colour: whether colours are welcome.
    """

    def __init__(self, keys: Input | None = None, screen: Output | None = None, *, has_colour: bool = True) -> None:
        from prompt_toolkit.output import ColorDepth, create_output
        from prompt_toolkit.output.vt100 import Vt100_Output

        self._keys: Input | None = keys
        self._screen: Output = create_output(sys.stdout) if screen is None else screen
        if isinstance(self._screen, Vt100_Output):
            # Terminals that do not answer where the cursor is would be waited for, and complained about.
            self._screen.enable_cpr = False
        self._depth: ColorDepth | None = None if has_colour else ColorDepth.DEPTH_1_BIT

    def choose(self, title: str, choices: Sequence[Choice], *, default: str = "", leaves_line: bool = True) -> str:
        """Return the key of the choice pointed at when Enter was pressed."""
        from prompt_toolkit.application import Application

        from qualia.cli.menu.lists import ChoiceList

        asked = ChoiceList(shown(title), choices, default=default)
        app: Application[Choice] = Application(
            layout=asked.layout(),
            key_bindings=asked.keys(),
            style=_style(),
            erase_when_done=True,
            input=self._keys,
            output=self._screen,
            color_depth=self._depth,
        )
        self._begin()
        choice = app.run()
        if leaves_line:
            self._answered(title, choice.label)
        return choice.key

    def text(
        self, title: str, *, default: str = "", check: Check | None = None, complete: Complete | None = None
    ) -> str:
        """Return the line that was typed; what is wrong with it is shown while it is typed."""
        from prompt_toolkit import PromptSession

        session: PromptSession[str] = PromptSession(
            input=self._keys,
            output=self._screen,
            color_depth=self._depth,
            style=_style(),
            reserve_space_for_menu=_OFFERED_LINES if complete else 0,
            key_bindings=_ending(),
        )
        self._begin()
        return session.prompt(
            [("class:title", f"{shown(title)}: ")],
            default=default,
            validator=None if check is None else _validator(check),
            validate_while_typing=check is not None,
            completer=None if complete is None else _completer(complete),
            complete_while_typing=complete is not None,
        )

    def confirm(self, title: str, *, default: bool) -> bool:
        """Return whether yes was chosen."""
        choices = (Choice("yes", _("yes")), Choice("no", _("no")))
        return self.choose(title, choices, default="yes" if default else "no") == "yes"

    def pause(self, title: str) -> None:
        """Wait for Enter."""
        from prompt_toolkit import PromptSession

        session: PromptSession[str] = PromptSession(
            input=self._keys,
            output=self._screen,
            color_depth=self._depth,
            style=_style(),
            erase_when_done=True,
            key_bindings=_ending(),
        )
        self._begin()
        session.prompt([("class:told", f"{shown(title)} ")], validate_while_typing=False)

    def tell(self, text: str) -> None:
        """Show lines of text."""
        show(folded(text, shutil.get_terminal_size().columns))

    def _begin(self) -> None:
        """Wipe the echo of what was typed ahead of the question; the keys are not lost."""
        self._screen.write_raw("\r")
        self._screen.erase_end_of_line()
        self._screen.flush()

    def _answered(self, title: str, answer: str) -> None:
        self.tell(f"{shown(title)}: {shown(answer)}")


def _style() -> Style:
    from prompt_toolkit.styles import Style

    # Attributes and the terminal's own colours: both light and dark backgrounds stay readable.
    return Style.from_dict(
        {
            "title": "bold",
            "pointed": "bold ansicyan",
            "told": "",
            "off": "ansibrightblack",
            "hint": "ansibrightblack",
            "validation-toolbar": "noreverse ansired",
        }
    )


def _ending() -> KeyBindings:
    """Return Ctrl-D as the way out of a line, whatever stands in it."""
    from prompt_toolkit.key_binding import KeyBindings

    keys = KeyBindings()

    @keys.add("c-d", eager=True)
    def end(event: KeyPressEvent) -> None:
        event.app.exit(exception=EOFError())

    del end
    return keys


def _validator(check: Check) -> Validator:
    from prompt_toolkit.document import Document
    from prompt_toolkit.validation import ValidationError, Validator

    class Checked(Validator):
        """Says what the check says."""

        def validate(self, document: Document) -> None:
            wrong = check(document.text)
            if wrong:
                raise ValidationError(len(document.text), shown(wrong))

    return Checked()


def _completer(complete: Complete) -> Completer:
    from prompt_toolkit.completion import CompleteEvent, Completer, Completion
    from prompt_toolkit.document import Document

    class Completed(Completer):
        """Offers what the function returns in place of the whole line."""

        def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
            typed = document.text_before_cursor
            for offer in complete(typed):
                yield Completion(offer, start_position=-len(typed), display=shown(offer.rstrip("/").rpartition("/")[2]))

    return Completed()
