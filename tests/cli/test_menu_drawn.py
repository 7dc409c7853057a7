"""Questions that are drawn, answered by keys that come through a pipe."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from qualia.cli.menu.asking import BACK, Choice
from qualia.cli.menu.prompting import DrawingAsker

pytest.importorskip("prompt_toolkit")

CHOICES = (Choice("a", "Apple", "red"), Choice("b", "Banana"), Choice("c", "Cherry", why_not="too early"))
DOWN, ENTER, CTRL_C, CTRL_D, CTRL_U, BACKSPACE = "\x1b[B", "\r", "\x03", "\x04", "\x15", "\x7f"


@pytest.fixture
def keys() -> Iterator[Callable[..., DrawingAsker]]:
    """Press keys at drawn questions."""
    from prompt_toolkit.input import create_pipe_input
    from prompt_toolkit.output import DummyOutput

    with create_pipe_input() as pipe:

        def press(*pressed: str) -> DrawingAsker:
            pipe.send_text("".join(pressed))
            return DrawingAsker(pipe, DummyOutput())

        yield press


@pytest.mark.parametrize(
    ("pressed", "key"),
    [
        ([ENTER], "a"),
        ([DOWN, ENTER], "b"),
        (["\t", DOWN, DOWN, DOWN, ENTER], "a"),
        (["2"], "b"),
        (["0"], BACK),
        (["nan", ENTER], "b"),
        (["x", BACKSPACE, "ban", CTRL_U, ENTER], "a"),
        (["3", DOWN, ENTER], BACK),
        (["\x1b[F", ENTER], BACK),
    ],
)
def test_a_list_is_answered_by_arrows_numbers_or_typing(
    keys: Callable[..., DrawingAsker], pressed: list[str], key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Enter takes the line pointed at; a line that cannot be chosen stays where it is."""
    choices = (*CHOICES, Choice(BACK, "back"))
    assert keys(*pressed).choose("Fruit?", choices) == key
    label = next(choice.label for choice in choices if choice.key == key)
    assert capsys.readouterr().out == f"Fruit?: {label}\n"


def test_a_list_begins_at_its_default_and_may_leave_no_line(
    keys: Callable[..., DrawingAsker], capsys: pytest.CaptureFixture[str]
) -> None:
    """What was chosen before is pointed at when a list is asked again."""
    assert keys(ENTER).choose("Fruit?", CHOICES, default="b", leaves_line=False) == "b"
    assert capsys.readouterr().out == ""


def test_text_is_checked_before_it_is_taken(keys: Callable[..., DrawingAsker]) -> None:
    """Enter does nothing as long as something is wrong; what stands there is kept by Enter."""
    assert keys(ENTER).text("Top", default="3") == "3"
    check: Callable[[str], str] = lambda text: "" if text.isdigit() else "no number"  # noqa: E731
    assert keys("x", ENTER, BACKSPACE, "7", ENTER).text("Top", check=check) == "7"
    assert keys(ENTER).confirm("Sure?", default=True)
    assert keys("2").confirm("Sure?", default=True) is False


@pytest.mark.parametrize(("pressed", "error"), [(CTRL_C, KeyboardInterrupt), (CTRL_D, EOFError)])
def test_every_question_can_be_left(
    keys: Callable[..., DrawingAsker], pressed: str, error: type[BaseException]
) -> None:
    """Ctrl-C and Ctrl-D leave lists, and lines with something in them."""
    questions: list[Callable[[DrawingAsker], Any]] = [
        lambda asker: asker.choose("Fruit?", CHOICES),
        lambda asker: asker.text("Name", default="half a na"),
        lambda asker: asker.confirm("Sure?", default=True),
        lambda asker: asker.pause("Enter"),
    ]
    for question in questions:
        with pytest.raises(error):
            question(keys(pressed))


def test_hostile_names_are_shown_harmless(
    keys: Callable[..., DrawingAsker], capsys: pytest.CaptureFixture[str]
) -> None:
    """A file's name cannot steer the terminal from a list or from the line behind it."""
    hostile = Choice("x", "a\x1b[31m\nb\udcff")
    assert keys(ENTER).choose("File\x1b]0;t\x07?", [hostile]) == "x"
    out = capsys.readouterr().out
    assert "\x1b" not in out and "\\u001b[31m b\\udcff" in out
