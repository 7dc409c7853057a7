"""Keys: every action can be found, named, and put on a key of one's own; what cannot be done is not offered."""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Awaitable, Callable, Iterator
from importlib import import_module
from pathlib import Path

import pytest

pytest.importorskip("textual", reason="the console's toolkit is an extra")

from textual.binding import Binding
from textual.dom import DOMNode

import qualia_tui
from qualia.errors import InvalidSetting
from qualia_tui.dialogs.asking import Option
from qualia_tui.dialogs.keys import options
from qualia_tui.keymap import bound, key_called, scopes, worn_keys
from qualia_tui.lines import line
from qualia_tui.names import ACTIONS, CHANGES
from qualia_tui.settings import read_settings
from qualia_tui.words import LANGUAGES, speaking
from tests.tui.seeing import FakeHost, Seen, ran, shown

PLUGINS = [{"id": "word_frequency", "state": "enabled", "breaker": "closed"}]


def host() -> FakeHost:
    """Return a host with one plugin."""
    return FakeHost({"health": {"status": "ok"}, "plugins.list": PLUGINS})


def own_classes() -> Iterator[type[DOMNode]]:
    """Yield every class of the console that has keys."""
    for module in pkgutil.walk_packages(qualia_tui.__path__, "qualia_tui."):
        if not module.name.endswith("__main__"):
            for kind in vars(import_module(module.name)).values():
                if inspect.isclass(kind) and kind.__module__ == module.name and issubclass(kind, DOMNode):
                    yield kind


def all_bindings() -> Iterator[Binding]:
    """Yield every binding of the console."""
    for kind in own_classes():
        yield from (each for each in kind.__dict__.get("BINDINGS", ()) if isinstance(each, Binding))


# ---------------------------------------------------------------------- names


def test_every_key_of_the_console_can_be_set() -> None:
    """No screen, dialog or widget has a key that settings do not know."""
    known = {name for place in scopes() for name in place}
    assert sorted({str(each.id) for each in all_bindings()} - known) == []


def test_every_key_of_the_console_is_told_in_words() -> None:
    """Whatever a key does, the help says it."""
    nameless = {each.id for each in all_bindings() if not (each.description or ACTIONS.get(each.id or ""))}
    assert sorted(map(str, nameless)) == []


def test_names_of_actions_are_those_of_bindings() -> None:
    """No name is kept for what is gone."""
    ids = {each.id for each in all_bindings()}
    assert sorted({*ACTIONS, *CHANGES} - ids) == []


def test_an_inherited_key_is_known_with_its_own() -> None:
    """A dialog has the keys of every dialog."""
    from qualia_tui.dialogs.picker import Picker

    assert {"dialog.leave", "help.dialog", "picker.hidden"} <= bound(Picker).keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_commands_have_names_of_their_own(language: str) -> None:
    """In each section and language every command of the palette is told apart from the others by its words."""

    async def work() -> None:
        async with shown(host(), language=language) as seen:
            for key in "123456":
                await seen.press(key)
                names = [each.text for each in options(seen.app.screen)]
                assert len(names) == len(set(names)), sorted(each for each in names if names.count(each) > 1)

    ran(work)


# ---------------------------------------------------------------------- keys of one's own


@pytest.mark.parametrize(
    ("written", "called"),
    [
        ("?", "question_mark"),
        ("F9", "f9"),
        ("Ctrl+R", "ctrl+r"),
        ("shift+z", "Z"),
        ("shift+tab", "shift+tab"),
        ("esc", "escape"),
        ("ctrl+i", "tab"),
        (" x ", "x"),
        ("slash", "slash"),
        ("é", "é"),
        ("f25", ""),
        ("nokey", ""),
        ("ctrl+nokey", ""),
        ("", ""),
        ("a b", ""),
    ],
)
def test_a_key_goes_by_the_names_people_give_it(written: str, called: str) -> None:
    """Characters, names in any case and aliases mean the key; what no terminal sends means none."""
    assert key_called(written) == called


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"runs.compare": "?"}, "takes the key 'question_mark' from help"),
        ({"runs.compare": "/"}, "takes the key 'slash' from runs.filter"),
        ({"runs.compare": "j"}, "takes the key 'j' from move.down"),
        ({"runs.compare": "enter"}, "takes the key 'enter' from grid.choose"),
        ({"results.save": "n"}, "takes the key 'n' from results.step"),
        ({"picker.hidden": "h"}, "takes the key 'h' from typing"),
        ({"dialog.leave": "q"}, "takes the key 'q' from"),
        ({"runs.compare": "nokey"}, "is 'nokey', which is no key"),
        ({"runs.compare": ""}, "is '', which is no key"),
        ({"zzzzzzz": "x"}, "is unknown; ? in the console tells every name"),
    ],
)
def test_a_key_that_would_not_do_what_is_meant_is_refused(keys: dict[str, str], told: str) -> None:
    """What another action of the same screen has, what cannot be pressed, and what nothing is called."""
    with pytest.raises(InvalidSetting) as caught:
        worn_keys(keys, "console.toml")
    assert told in str(caught.value)


def test_keys_may_be_exchanged() -> None:
    """What another action gave away is free, and a key may be named that is its own already."""
    assert worn_keys({"runs.compare": "e", "runs.export": "c, F9"}, "x") == {
        "runs.compare": "e",
        "runs.export": "c,f9",
    }
    assert worn_keys({"log.clear": "escape"}, "x") == {"log.clear": "escape"}


@pytest.mark.parametrize("text", ['"runs.compare" = "="', 'runs.compare = "="', 'runs = {compare = "="}'])
def test_a_name_with_a_dot_needs_no_quotes(tmp_path: Path, text: str) -> None:
    """TOML takes a dotted name for tables; it is the same key."""
    path = tmp_path / "console.toml"
    path.write_text(f"\ufeff[keys]\n{text}\n", encoding="utf-8")
    assert read_settings(path) == {"keys": {"runs.compare": "="}}


def test_a_mistake_is_told_in_the_readers_language(tmp_path: Path) -> None:
    """Nothing of a Portuguese sentence about settings is English."""
    path = tmp_path / "console.toml"
    with speaking("pt-BR"):
        for text, told in (
            ('theme = "pink"', "que não é um tema"),
            ("mouse = 1", "escreva true ou false"),
            ("theme = ", "não pode ser lido"),
            ('theem = "dark"', "você quis dizer 'theme'"),
        ):
            path.write_text(text, encoding="utf-8")
            with pytest.raises(InvalidSetting) as caught:
                read_settings(path)
            assert told in str(caught.value)
        with pytest.raises(InvalidSetting, match="tira a tecla 'q' de quit"):
            worn_keys({"runs.compare": "q"}, "x")


def test_a_changed_key_is_shown_wherever_keys_are() -> None:
    """At the bottom, in the help and among the commands stands the key that was chosen, which alone works."""

    async def work() -> None:
        keys = worn_keys({"plugins.reload": "F9", "reading.copy": "Y", "dialog.leave": "f8", "help": "H"}, "x")
        async with shown(host(), keys=keys) as seen:
            await seen.press("2")
            await seen.until("F9 reload")
            assert seen.lines()[-1].endswith("H help  q quit")
            await seen.press("H")
            await seen.until("F8 back  Y copy")
            assert any(each.startswith("│ F9 ") and "plugins.reload" in each for each in seen.lines())
            await seen.press("f8", "ctrl+p", *"reload")
            await seen.until(lambda text: "F9" in text and "type to" not in text)
            await seen.press("f8", "r")
            assert not seen.host.heard("plugins.reload")
            await seen.press("f9")
            assert seen.host.heard("plugins.reload") == [{"plugin": "word_frequency"}]

    ran(work)


# ---------------------------------------------------------------------- help


@pytest.mark.parametrize(("size", "rows"), [((80, 24), 1), ((60, 16), 2)])
def test_help_tells_names_in_whole(size: tuple[int, int], rows: int) -> None:
    """What the section does stands first; where a line has no room for a name it stands below, never cut."""

    async def work() -> None:
        async with shown(host(), size=size) as seen:
            await seen.press("2", "?")
            lines = [each.strip("│ ") for each in seen.lines()]
            assert lines[2] == "Here"
            place = next(number for number, each in enumerate(lines) if "plugins.reload" in each)
            assert lines[place].split()[0] == ("r" if rows == 1 else "plugins.reload")
            while "redraw" not in seen.text():
                await seen.press("pagedown")
            assert "…" not in seen.text()

    ran(work)


async def ask(seen: Seen, kind: str) -> None:
    """Open a dialog that letters are typed in."""
    asked: dict[str, Callable[[], Awaitable[object]]] = {
        "prompt": lambda: seen.app.prompt("A word"),
        "choose": lambda: seen.app.choose("Which", [Option("a", "one")]),
        "confirm": lambda: seen.app.confirm("May it be?", word="yes"),
    }

    async def work() -> None:
        await asked[kind]()

    seen.app.run_worker(work())
    await seen.settled()


@pytest.mark.parametrize("kind", ["prompt", "choose", "confirm"])
def test_what_takes_letters_has_help_on_f1(kind: str) -> None:
    """It is named at the bottom, tells the keys of that dialog, and leads back to it."""

    async def work() -> None:
        async with shown(host()) as seen:
            await ask(seen, kind)
            await seen.until("F1 help")
            await seen.press("?", "f1")
            await seen.until("dialog.leave")
            # Help of the help would be no help.
            await seen.press("f1", "?", "escape")
            await seen.until("F1 help")

    ran(work)


# ---------------------------------------------------------------------- what cannot be done


def test_who_only_looks_is_not_offered_changes() -> None:
    """Neither at the bottom nor in the help nor among the commands; the key itself says why it does nothing."""

    async def work() -> None:
        async with shown(host(), read_only=True) as seen:
            await seen.press("2")
            await seen.until("word_frequency")
            assert "reload" not in seen.lines()[-1]
            assert "/ filter" in seen.lines()[-1]
            assert not CHANGES & {each.key for each in options(seen.app.screen)}
            await seen.press("?")
            assert "plugins.reload" not in seen.text()
            await seen.press("escape", "r")
            await seen.until("this console only looks")
            assert not seen.host.heard("plugins.reload")

    ran(work)


# ---------------------------------------------------------------------- what is read


def test_what_is_read_is_folded_for_the_width_there_is() -> None:
    """A terminal that grows or shrinks has the text folded anew, and shows about the same place."""

    async def work() -> None:
        async with shown(host(), size=(80, 24)) as seen:
            seen.app.read(
                "Text", lambda width: [line(f"{number:<3}" + "x" * (width - 4) + "|") for number in range(90)]
            )
            await seen.until("|")
            await seen.press("pagedown", "pagedown")
            for size in ((120, 40), (60, 16), (80, 24)):
                await seen.resize(*size)
                assert all(each.rstrip("│ ").endswith("x|") for each in seen.lines()[2:-3]), size

    ran(work)


def test_the_help_is_folded_when_the_terminal_shrinks() -> None:
    """Names that stood beside what they name stand below it then."""

    async def work() -> None:
        async with shown(host(), size=(120, 40)) as seen:
            await seen.press("2", "?")
            await seen.resize(60, 16)
            assert "plugins.reload" in seen.text()
            assert "…" not in seen.text()

    ran(work)


@pytest.mark.parametrize("kind", ["prompt", "choose", "confirm"])
def test_what_takes_letters_says_that_enter_takes_them(kind: str) -> None:
    """Whoever types reads at the bottom how to go on, and how to go back."""

    async def work() -> None:
        async with shown(host()) as seen:
            await ask(seen, kind)
            await seen.until("enter take it  esc back")

    ran(work)


def test_while_a_filter_is_typed_no_letter_is_offered() -> None:
    """What would be typed is not told as a key; help is there with the key that is none of a text."""

    async def work() -> None:
        async with shown(host()) as seen:
            await seen.press("2", "/")
            await seen.until("enter keep it  esc clear  ^p commands")
            assert "/ filter" not in seen.lines()[-1]
            assert seen.lines()[-1].endswith("F1 help")

    ran(work)


def test_what_a_question_is_about_is_told_in_whole() -> None:
    """The question and each sentence below it are folded, and folded anew when the terminal changes."""
    question = "May everything that was ever kept about the interviews of the second year be removed?"
    detail = "Nothing brings it back, and whoever needs it will have to measure all of it again from the start."

    async def work() -> None:
        async with shown(host()) as seen:

            async def asked() -> None:
                await seen.app.confirm(question, detail=[line(detail, "warn")])

            seen.app.run_worker(asked())
            for width, height in ((80, 24), (44, 16), (120, 40)):
                await seen.resize(width, height)
                told = " ".join(" ".join(each.strip("│ ") for each in seen.lines() if "│" in each).split())
                text = " ".join(told.replace("│", " ").split())
                assert question in text, text
                assert detail in text, text

    ran(work)
