"""The frame around the sections: keys, commands, themes, hosts, copying, and what stands in the first line."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("textual", reason="the console's toolkit is an extra")

from textual.events import Key

from qualia._safe import UNSAFE
from qualia.errors import InvalidSetting
from qualia_tui.copying import OSC_52_BYTES, fits_clipboard, kept_copy
from qualia_tui.keymap import scopes, worn_keys
from qualia_tui.lines import Column, Row, Span, changed_lines, line, widths
from qualia_tui.look import Look
from qualia_tui.sections import ENTRIES
from qualia_tui.settings import read_settings, settings_path, worn
from qualia_tui.widgets.painting import fitted, row_line, shown_text, strip_of
from qualia_tui.words import wanted_language
from tests.tui.seeing import FakeHost, ran, shown

anything = st.text(st.characters(), max_size=30)


def host() -> FakeHost:
    """Return a host that has nothing to tell."""
    return FakeHost({"health": {"status": "ok"}})


# ---------------------------------------------------------------------- what is painted


@given(text=anything, width=st.integers(1, 40), ascii_only=st.booleans())
@pytest.mark.properties
def test_no_text_steers_a_terminal(text: str, width: int, ascii_only: bool) -> None:
    """Whatever a text holds, what is painted has no control character and no mark that turns a line around."""
    strip = strip_of(line(text), width, theme="ansi", ascii_only=ascii_only)
    painted = strip.text
    assert not UNSAFE.search(painted), painted
    assert not any(category(each) == "Cc" for each in painted), painted
    assert strip.cell_length == width
    assert not ascii_only or painted.isascii()


@given(text=anything, width=st.integers(1, 30), right=st.booleans())
def test_a_cell_is_as_wide_as_it_is_told_to_be(text: str, width: int, right: bool) -> None:
    """Wide and combining characters included, a cell never shifts its neighbours."""
    from rich.cells import cell_len

    assert cell_len(fitted(shown_text(text, ascii_only=False), width, right=right)) == width


columns_drawn = st.lists(
    st.builds(Column, title=st.just("x"), width=st.integers(1, 20), grow=st.integers(0, 2), rank=st.integers(0, 3)),
    min_size=1,
    max_size=6,
)


@given(columns=columns_drawn, available=st.integers(1, 120))
def test_columns_share_what_there_is(columns: list[Column], available: int) -> None:
    """Columns that must stay do, what is left over is shared, and nothing needs more room than there is."""
    given_widths = widths(columns, available)
    shown_widths = [width for width in given_widths if width]
    assert all(width for width, column in zip(given_widths, columns, strict=True) if not column.rank)
    least = sum(column.width + 1 for column in columns if not column.rank) - 1
    if available >= least:
        assert sum(shown_widths) + len(shown_widths) - 1 <= available


@given(before=st.lists(anything, max_size=6), after=st.lists(anything, max_size=6))
def test_changed_lines_are_those_that_differ(before: list[str], after: list[str]) -> None:
    """A line that is the same at the same place is never painted again, and every other one is."""
    old, new = [line(each) for each in before], [line(each) for each in after]
    changed = changed_lines(old, new)
    same = [number for number in range(min(len(old), len(new))) if old[number] == new[number]]
    assert sorted((*changed, *same)) == list(range(max(len(old), len(new))))


def test_a_row_stands_below_its_heading() -> None:
    """Numbers stand to the right, and a column without room is left out with its gap."""
    columns = (
        Column(title="name", width=6),
        Column(title="n", width=4, right=True),
        Column(title="x", width=9, rank=1),
    )
    row = Row("a", (Span("alpha"), Span("12"), Span("gone")))
    text = "".join(span.text for span in row_line(row, columns, widths(columns, 12), ascii_only=False))
    assert text == "alpha    12"


# ---------------------------------------------------------------------- keys and commands


def test_help_names_every_key_with_what_it_does() -> None:
    """The help is made from the bindings: those of the section are in it, with the names that settings know."""

    async def work() -> None:
        async with shown(host(), size=(100, 50)) as seen:
            await seen.press("4", "?")
            await seen.until("runs.compare")
            assert "quit" in seen.text()
            assert "section.health" in seen.text()
            await seen.press("escape")
            await seen.until("4 Runs]")

    ran(work)


def test_a_command_is_found_by_part_of_its_name() -> None:
    """The palette narrows down as somebody types, and enter does it."""

    async def work() -> None:
        async with shown(host()) as seen:
            await seen.press("ctrl+p")
            await seen.until("type to narrow it down")
            await seen.press(*"the log", "enter")
            await seen.until("[6 Log]")

    ran(work)


def test_a_palette_that_is_left_does_nothing() -> None:
    """Escape leaves everything as it was."""

    async def work() -> None:
        async with shown(host()) as seen:
            await seen.press("ctrl+p", "escape")
            await seen.until("[1 Health]")

    ran(work)


@pytest.mark.parametrize(("keys", "here"), [("]", "[2 Plugins]"), ("[", "[6 Log]"), ("4", "[4 Runs]")])
def test_sections_are_turned_through(keys: str, here: str) -> None:
    """Numbers lead to a section, brackets to the next and the one before, round and round."""

    async def work() -> None:
        async with shown(host()) as seen:
            await seen.press({"]": "right_square_bracket", "[": "left_square_bracket"}.get(keys, keys))
            await seen.until(here)

    ran(work)


def test_somebodys_own_keys_hold() -> None:
    """A key of the keymap does what the standard one did."""

    async def work() -> None:
        async with shown(host(), keys={"section.log": "f9"}) as seen:
            await seen.press("f9")
            await seen.until("[6 Log]")

    ran(work)


def test_a_key_that_nothing_has_is_refused() -> None:
    """A name that was mistyped is told, with the one that was meant."""
    with pytest.raises(InvalidSetting, match=r"runs\.compar.*did you mean 'runs\.compare'"):
        worn_keys({"runs.compar": "z"}, "console.toml")


def test_a_key_that_is_taken_is_refused() -> None:
    """One key cannot do two things in one place; the other action is named."""
    with pytest.raises(InvalidSetting, match=r"keys\.runs\.compare.*'q' from quit"):
        worn_keys({"runs.compare": "q"}, "console.toml")


def test_the_standard_keys_do_not_clash() -> None:
    """No section takes a key of the frame, or one key twice; what is looked for is left as a dialog is, with escape."""
    for place in scopes()[: len(ENTRIES)]:
        keys = [key for name, each in place.items() if name != "filter.all" for key in each]
        assert len(keys) == len(set(keys)), sorted(key for key in keys if keys.count(key) > 1)


def test_every_binding_has_a_name_that_settings_know() -> None:
    """Whatever a key does can be put on another key."""
    assert all(name for place in scopes() for name in place)


# ---------------------------------------------------------------------- how it looks


def test_the_footer_always_ends_with_help_and_quit() -> None:
    """However narrow it is, whole keys are left out and those two stay."""

    async def work() -> None:
        async with shown(host()) as seen:
            for width in (120, 80, 60, 40, 24):
                await seen.resize(width, 16)
                for key in "123456":
                    await seen.press(key)
                    assert seen.lines()[-1].endswith("? help  q quit"), (width, key)
                    assert "…" not in seen.lines()[-1], (width, key)

    ran(work)


def test_keys_behind_the_one_that_leaves_do_nothing() -> None:
    """Whoever types on does not make it crash: the help that is asked for then never comes."""

    async def work() -> None:
        async with shown(host()) as seen:
            for key, character in (("q", "q"), ("question_mark", "?"), ("r", "r")):
                seen.app.post_message(Key(key, character))
            await seen.settled()
            assert seen.app.return_code == 0

    ran(work)


def test_a_signal_while_a_dialog_is_on_its_way_leaves_as_it_says() -> None:
    """The dialog is never laid out; that is no crash, and the exit code is the signal's."""

    async def work() -> None:
        async with shown(host()) as seen:
            seen.app.action_help()
            seen.app.exit(129, 129)
        assert seen.app.return_code == 129

    ran(work)


def test_a_terminal_too_small_for_a_section_is_told_how_large_it_wants() -> None:
    """Below 40 columns or 10 lines it says so, whatever section is turned to, and no longer once there is room."""

    async def work() -> None:
        async with shown(host(), size=(80, 24)) as seen:
            for size in ((20, 5), (39, 24), (80, 9)):
                await seen.resize(*size)
                await seen.until("needs 40 by 10")
                await seen.press("2")
                await seen.until("needs 40 by 10")
            await seen.resize(40, 10)
            await seen.until(lambda text: "needs" not in text)

    ran(work)


def test_themes_are_worn_in_turn() -> None:
    """Each theme is worn while it runs, and says its name."""

    async def work() -> None:
        async with shown(host()) as seen:
            for name in ("dark", "light", "contrast", "none", "ansi"):
                await seen.press("f3")
                await seen.until(f"theme {name}")
                assert seen.app.look.theme == name

    ran(work)


@pytest.mark.parametrize(("state", "told"), [("live", "● live"), ("stale", "○ stale"), ("lost", "○ lost")])
def test_the_link_is_told_by_a_mark_and_a_word(state: str, told: str) -> None:
    """Live, stale and lost are told apart without colours; what is old has an age."""

    async def work() -> None:
        async with shown(host()) as seen:
            seen.host.age_s = 7.0
            seen.host.link(state)
            await seen.until(told)
            assert ("7 s" in seen.lines()[0]) == (state != "live")

    ran(work)


@pytest.mark.parametrize(
    ("status", "told"), [("ok", "✓ healthy"), ("degraded", "! degraded"), ("failing", "✗ failing")]
)
def test_the_verdict_stands_in_the_first_line(status: str, told: str) -> None:
    """Whatever section is shown, the verdict is seen."""

    async def work() -> None:
        async with shown(FakeHost({"health": {"status": status}})) as seen:
            await seen.press("6")
            await seen.until(told)

    ran(work)


# ---------------------------------------------------------------------- settings, copies


def test_settings_are_read_from_the_users_folder(tmp_path: Path) -> None:
    """What the file says is worn; what it leaves out stays."""
    path = settings_path({"XDG_CONFIG_HOME": str(tmp_path)})
    path.parent.mkdir()
    path.write_text('theme = "light"\nascii = true\nlanguage = "pt"\n[keys]\n"runs.compare" = "z"\n', encoding="utf-8")
    look = worn(Look(mouse=False), read_settings(path))
    assert look == Look(theme="light", ascii_only=True, mouse=False, language="pt-BR", keys={"runs.compare": "z"})


def test_no_settings_are_fine(tmp_path: Path) -> None:
    """Where there is no file everything stays as it is."""
    assert read_settings(tmp_path / "console.toml") == {}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('theem = "dark"', "did you mean 'theme'"),
        ('theme = "pink"', "no theme"),
        ("mouse = 1", "write true or false"),
        ('keys = "q"', "table of texts"),
        ("[keys]\nq = 1", "table of texts"),
        ('language = "fr"', "not spoken"),
        ("theme = ", "cannot be read"),
    ],
)
def test_a_wrong_setting_names_file_place_and_remedy(tmp_path: Path, text: str, told: str) -> None:
    """Each mistake is one sentence that says where it is and what would be right."""
    path = tmp_path / "console.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidSetting, match=r"console\.toml") as caught:
        read_settings(path)
    assert told in str(caught.value)


@given(size=st.integers(0, 80_000))
def test_a_text_fits_the_clipboard_by_its_length_in_base64(size: int) -> None:
    """The bound is that of the terminals, in the form in which it is sent."""
    import base64

    assert fits_clipboard("x" * size) == (len(base64.b64encode(b"x" * size)) <= OSC_52_BYTES)


def test_a_copy_is_kept_where_only_its_owner_reads(tmp_path: Path) -> None:
    """For terminals that take no copies there is a file, whole and private, and the next copy takes its place."""
    environ = {"XDG_RUNTIME_DIR": str(tmp_path)}
    kept_copy("first, and longer", environ)
    path = kept_copy("second", environ)
    assert path.read_text(encoding="utf-8") == "second"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_copying_says_what_became_of_it(short: Path) -> None:
    """A short text goes to the clipboard and into a file, a long one into the file alone."""

    async def work() -> None:
        async with shown(host()) as seen:
            seen.app.copy("a word")
            await seen.until("copied")
            assert seen.app.clipboard == "a word"
            seen.app.copy("x" * 100_000)
            await seen.until("too long for the clipboard")
            assert seen.app.clipboard == "a word"
            assert len((short / "run" / "qualia" / "copied.txt").read_text()) == 100_000

    ran(work)


@pytest.mark.parametrize(
    ("asked", "environ", "spoken"),
    [
        ("pt", {"LANG": "en_US"}, "pt-BR"),
        (None, {"LANG": "pt_BR.UTF-8"}, "pt-BR"),
        (None, {"LANGUAGE": "en:pt", "LANG": "pt_BR"}, "en"),
        (None, {"LANG": "fr_FR"}, "en"),
        (None, {}, "en"),
    ],
)
def test_the_language_is_that_of_the_terminal(asked: str | None, environ: dict[str, Any], spoken: str) -> None:
    """What was asked for holds, else what the environment says, else English."""
    assert wanted_language(asked, environ) == spoken


def test_every_sentence_is_translated() -> None:
    """Nothing the console says lacks its Portuguese, and placeholders are the same."""
    import string

    from babel.messages.pofile import read_po

    from tests.tui.catalogues import PATH, sentences

    with PATH.open("rb") as file:
        catalogue: Any = read_po(file, locale="pt_BR")
    known = {message.id: message.string for message in catalogue if message.id}
    assert sorted(set(sentences()) - {key for key, value in known.items() if value}) == []

    def fields(text: str) -> set[str]:
        return {name for _text, name, _form, _conversion in string.Formatter().parse(text) if name}

    assert {key: value for key, value in known.items() if fields(key) != fields(value)} == {}
