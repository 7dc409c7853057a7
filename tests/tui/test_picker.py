"""Picking files of the host's machine, and pasting texts: by keys alone, and whatever names and texts hold."""

from __future__ import annotations

import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.events import Paste

from qualia._safe import UNSAFE
from qualia_tui.dialogs.pasting import MOST_CHARACTERS, Pasting, cleaned
from qualia_tui.dialogs.picker import Picker
from qualia_tui.model.folders import (
    ABOVE,
    HERE,
    folder_columns,
    folder_of,
    folder_rows,
    is_path,
    kind_of,
    typed_path,
)
from qualia_tui.model.given import Given
from tests.tui.pipelines_data import folder, host
from tests.tui.seeing import Seen, ran, shown


class Asked:
    """Shows a dialog and keeps what it gives."""

    def __init__(self, seen: Seen, dialog: Any) -> None:
        self.given: list[Any] = []

        async def work() -> None:
            self.given.append(await seen.app.answered(dialog))

        seen.app.run_worker(work())


def test_folders_come_before_files() -> None:
    """The folder itself and the one above come first of all, and every row has a cell a column."""
    rows = folder_rows(folder_of(folder()), takes_folders=True)
    assert [row.key for row in rows] == [
        HERE,
        ABOVE,
        "/srv/interviews/files",
        "/srv/interviews/notes.txt",
        "/srv/interviews/pipe",
    ]
    assert [row.cells[0].text for row in rows][2:4] == ["files/", "notes.txt"]
    assert {len(row.cells) for row in rows} == {len(folder_columns())}
    assert [row.key for row in folder_rows(folder_of(folder("/")), takes_folders=False)] == ["/srv"]


@given(st.text(string.ascii_lowercase + "/~.", max_size=20), st.text(string.ascii_lowercase + "/", max_size=20))
def test_a_typed_path_is_whole(typed: str, below: str) -> None:
    """Whatever is typed leads somewhere from the root, without a way up left in it."""
    path = typed_path(typed, f"/{below}", home="/home/ana")
    assert path.startswith("/")
    assert ".." not in path.split("/")


def test_paths_are_typed_from_anywhere() -> None:
    """From the root, from the folder one looks into, or from somebody's own."""
    typed = {"/a/b": "/a/b", "c/d": "/srv/c/d", "../x": "/x", "~": "/home/ana", "~/n.txt": "/home/ana/n.txt"}
    assert {each: typed_path(each, "/srv", home="/home/ana") for each in typed} == typed
    assert [is_path(each) for each in ("ana", "a/b", "~")] == [False, True, True]


def test_what_a_host_says_of_a_folder_is_not_trusted() -> None:
    """An answer of another shape is an empty folder."""
    assert folder_of(None).entries == ()
    assert kind_of(folder_of({"entries": [{"path": 5}, 7]}), "/a") == ""


def test_a_file_is_picked_by_part_of_its_name() -> None:
    """Typing narrows, enter takes, and hidden files are shown when asked for."""

    async def work() -> None:
        async with shown(host()) as seen:
            asked = Asked(seen, Picker("Run it on", start="/srv/interviews/files"))
            await seen.until("bruno.vtt")
            assert ".kept" not in seen.text()
            await seen.press("f4")
            await seen.until(".kept")
            await seen.press(*"bru")
            await seen.until(lambda text: "ana.vtt" not in text)
            await seen.press("enter")
            assert asked.given == [Given(kind="file", path="/srv/interviews/files/bruno.vtt")]

    ran(work)


def test_one_walks_up_and_down() -> None:
    """Enter goes down, backspace in an empty line goes up, and the cursor stands on where one came from."""

    async def work() -> None:
        async with shown(host()) as seen:
            asked = Asked(seen, Picker("Run it on"))
            await seen.until("notes.txt")
            await seen.press("enter")
            await seen.until("ana.vtt")
            await seen.press("backspace")
            await seen.until("notes.txt")
            await seen.press("down", "enter")
            assert asked.given == [Given(kind="file", path="/srv/interviews/notes.txt")]

    ran(work)


def test_a_folder_is_picked_where_that_may_be() -> None:
    """The first row stands for every file of the folder."""

    async def work() -> None:
        async with shown(host()) as seen:
            asked = Asked(seen, Picker("Run it on"))
            await seen.until("every file of this folder")
            await seen.press("pageup", "enter")
            assert asked.given == [Given(kind="folder", path="/srv/interviews")]

    ran(work)


@pytest.mark.parametrize(
    ("typed", "path"),
    [("/srv/interviews/notes.txt", "/srv/interviews/notes.txt"), ("files/ana.vtt", "/srv/interviews/files/ana.vtt")],
)
def test_a_path_is_typed(typed: str, path: str) -> None:
    """A file's path is taken, from the root or from here."""

    async def work() -> None:
        async with shown(host()) as seen:
            asked = Asked(seen, Picker("Run it on"))
            await seen.until("notes.txt")
            await seen.press(*typed, "enter")
            await seen.until("1 Health")
            assert asked.given == [Given(kind="file", path=path)]

    ran(work)


def test_what_cannot_be_looked_into_says_why() -> None:
    """A wrong path leaves one where one is; so does a thing that is no file. Typing on takes the complaint away."""

    async def work() -> None:
        async with shown(host()) as seen:
            asked = Asked(seen, Picker("Run it on"))
            await seen.until("notes.txt")
            await seen.press(*"/no", "enter")
            await seen.until("no such file or directory")
            await seen.press("backspace")
            await seen.until(lambda text: "no such file or directory" not in text)
            await seen.press("backspace", "backspace", *"pipe", "enter")
            await seen.until("neither a file nor a folder")
            await seen.press("escape")
            assert asked.given == [None]

    ran(work)


def test_where_it_began_may_be_gone() -> None:
    """Then the host's own folder is shown."""

    async def work() -> None:
        async with shown(host()) as seen:
            Asked(seen, Picker("Run it on", start="/gone"))
            await seen.until("notes.txt")

    ran(work)


def test_hostile_names_cannot_steer_the_terminal() -> None:
    """A name with escape sequences is shown as what it is."""
    evil = {"name": "a\x1b]0;evil\x07.txt", "path": "/srv/a\x1b]0;evil\x07.txt", "kind": "file", "bytes": 1}
    answer = {"path": "/srv/\x1b[2J", "parent": "/", "entries": [evil], "more": True}

    async def work() -> None:
        async with shown(host(files__list=answer)) as seen:
            Asked(seen, Picker("Run it on"))
            await seen.until("\\u001b]0;evil")
            assert UNSAFE.search(seen.text()) is None
            await seen.until("there is more than is listed")

    ran(work)


@given(st.text(max_size=200))
def test_a_pasted_text_is_made_safe(text: str) -> None:
    """Nothing that could steer a terminal is left, letters and line ends are, however lines ended."""
    clean = cleaned(text)
    assert UNSAFE.search(clean) is None
    assert "".join(cleaned("a\r\nb\rc\u2028d")) == "a\nb\nc\nd"
    assert [each for each in clean if each.isalnum()] == [each for each in text if each.isalnum()]


def test_a_text_is_pasted_and_given_whole() -> None:
    """Several lines arrive as they are, without what could steer a terminal; nothing is given of nothing."""

    async def work() -> None:
        async with shown(host()) as seen:
            asked = Asked(seen, Pasting())
            await seen.until("0 characters")
            await seen.press("ctrl+s")
            assert asked.given == []
            seen.app.post_message(Paste("Olá\r\nmundo\x1b[2J\u202e!"))
            await seen.until("13 characters")
            await seen.press("ctrl+s")
            assert asked.given == ["Olá\nmundo[2J!"]

    ran(work)


def test_a_text_is_no_longer_than_it_may_be() -> None:
    """What is beyond the bound is not taken in, and the line below says where longer texts belong."""

    async def work() -> None:
        async with shown(host()) as seen:
            asked = Asked(seen, Pasting())
            await seen.until("0 characters")
            seen.app.post_message(Paste("a line of words\n" * (MOST_CHARACTERS // 16 + 10)))
            await seen.until("200,000 characters")
            await seen.press("ctrl+u")
            await seen.until("0 characters;")
            await seen.press("escape")
            assert asked.given == [None]

    ran(work)
