"""Styles, pages and pictures: only where somebody looks, and only what their terminal can do."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from qualia.cli.colour import coloured, colours
from qualia.cli.output import Face
from qualia.cli.paging import is_long, page, pager_of
from qualia.cli.pictures import open_file, opener, protocol_of, shown
from qualia.cli.pretty import table
from qualia.result import Artifact

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40
COLOURS: tuple[tuple[dict[str, str], bool, bool], ...] = (
    ({}, True, True),
    ({}, False, False),
    ({"NO_COLOR": "1"}, True, False),
    ({"NO_COLOR": ""}, True, True),
    ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
    ({"FORCE_COLOR": "1"}, False, True),
    ({"FORCE_COLOR": "0"}, False, False),
    ({"CLICOLOR_FORCE": "1"}, False, True),
    ({"CLICOLOR_FORCE": "", "FORCE_COLOR": ""}, False, False),
    ({"TERM": "dumb"}, True, False),
    ({"TERM": "dumb", "FORCE_COLOR": "1"}, True, True),
    ({"CLICOLOR": "0"}, True, False),
)


@pytest.mark.parametrize(("environ", "is_terminal", "expected"), COLOURS)
def test_the_environment_decides_about_styles(environ: dict[str, str], is_terminal: bool, expected: bool) -> None:
    """NO_COLOR comes first, then FORCE_COLOR and CLICOLOR_FORCE, then the terminal."""
    assert colours(environ, is_terminal=is_terminal) is expected
    assert not colours(environ, is_terminal=is_terminal, is_refused=True)


@pytest.mark.parametrize("width", [None, 60])
def test_a_heading_is_bold_only_where_styles_are_welcome(width: int | None) -> None:
    """The same table has no control byte without them."""
    with coloured(True):
        styled = table([("a", "b")], headings=("x", "y"), width=width)
    with coloured(False):
        plain = table([("a", "b")], headings=("x", "y"), width=width)
    assert "\x1b[" in styled
    assert "\x1b" not in plain
    assert re.sub("\x1b\\[[0-9;]*m", "", styled) == plain


def test_no_color_is_an_option_and_force_color_works_in_a_pipe(
    qualia: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """--no-color is stronger than anything the environment says."""
    assert "\x1b" not in qualia("list").out
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert qualia("list").out.startswith("\x1b[1m")
    assert "\x1b" not in qualia("list", "--no-color").out
    assert "\x1b" not in qualia("list", "-f", "json").out


def test_the_pager_is_the_one_people_have_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    """QUALIA_PAGER is stronger than PAGER; empty, cat and a dumb terminal mean none; else less or more."""
    monkeypatch.setattr("shutil.which", lambda name: None if name in ("absent", "less") else f"/bin/{name}")
    assert pager_of({}) == ["more"]
    assert pager_of({"PAGER": "most -s"}) == ["most", "-s"]
    assert pager_of({"PAGER": "most", "QUALIA_PAGER": "bat"}) == ["bat"]
    for none in ({"PAGER": ""}, {"PAGER": "cat"}, {"PAGER": "absent"}, {"PAGER": "'"}, {"TERM": "dumb"}):
        assert pager_of(none) is None


def test_only_more_lines_than_the_terminal_has_are_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """What fits on the screen beside the next prompt is not paged."""
    monkeypatch.setenv("LINES", "10")
    monkeypatch.setenv("COLUMNS", "80")
    assert [is_long("x\n" * count) for count in (8, 9)] == [False, True]


def test_a_pager_that_cannot_be_started_is_no_obstacle() -> None:
    """The text is then written as it is."""
    assert not page("text", ["/no/such/program"], {})


def recorder(kept: list[Any]) -> Callable[..., bool]:
    def record(first: object, *_rest: object) -> bool:
        kept.append(first)
        return True

    return record


class Terminal(io.TextIOWrapper):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("has_pager", [True, False])
def test_long_text_is_paged_for_a_terminal_only(monkeypatch: pytest.MonkeyPatch, has_pager: bool) -> None:
    """A pipe never meets a pager, nor does a terminal when --no-pager was given."""
    paged: list[str] = []
    monkeypatch.setattr("qualia.cli.paging.pager_of", lambda _environ: ["less"])
    monkeypatch.setattr("qualia.cli.paging.page", recorder(paged))
    for stream in (Terminal(io.BytesIO(), encoding="utf-8"), io.TextIOWrapper(io.BytesIO(), encoding="utf-8")):
        Face(stream, None, has_pager=has_pager).pages("line\n" * 500)
        Face(stream, None, has_pager=has_pager).pages("short")
    assert len(paged) == int(has_pager)


PROTOCOLS: tuple[tuple[dict[str, str], str | None], ...] = (
    ({"TERM": "xterm-kitty"}, "kitty"),
    ({"KITTY_WINDOW_ID": "1", "TERM": "xterm-256color"}, "kitty"),
    ({"TERM_PROGRAM": "ghostty"}, "kitty"),
    ({"TERM_PROGRAM": "iTerm.app"}, "iterm"),
    ({"TERM_PROGRAM": "WezTerm"}, "iterm"),
    ({"LC_TERMINAL": "iTerm2"}, "iterm"),
    ({"TERM": "foot"}, "sixel"),
    ({"TERM": "mlterm"}, "sixel"),
    ({"TERM": "xterm-kitty", "TMUX": "/tmp/tmux"}, None),
    ({"TERM": "tmux-256color", "KITTY_WINDOW_ID": "1"}, None),
    ({"TERM": "dumb", "TERM_PROGRAM": "iTerm.app"}, None),
    ({"TERM": "xterm-256color"}, None),
    ({}, None),
)


@pytest.mark.parametrize(("environ", "expected"), PROTOCOLS)
def test_a_terminal_is_known_by_its_environment(environ: dict[str, str], expected: str | None) -> None:
    """Nothing is asked of the terminal itself; within tmux nothing is known of it."""
    assert protocol_of(environ) == expected


def test_kitty_gets_the_picture_in_pieces() -> None:
    """Every piece but the last says that more comes; together they are the file."""
    data = shown(Artifact(media_type="image/png", data=PNG, name="a.png"), "kitty")
    assert data is not None
    pieces = re.findall(rb"\x1b_G([^;]*);([^\x1b]*)\x1b\\", data)
    assert base64.b64decode(b"".join(piece for _keys, piece in pieces)) == PNG
    assert all(len(piece) <= 4096 and len(piece) % 4 == 0 for _keys, piece in pieces)
    assert pieces[0][0] == b"a=T,f=100,q=2,m=1"
    assert [keys for keys, _piece in pieces[1:]] == [b"m=1"] * (len(pieces) - 2) + [b"m=0"]
    assert shown(Artifact(media_type="image/svg+xml", data=b"<svg/>", name="a.svg"), "kitty") is None


def test_iterm_gets_the_picture_in_one_piece() -> None:
    """Its size and name stand before it; a page is no picture."""
    data = shown(Artifact(media_type="image/png", data=PNG, name="ä.png"), "iterm")
    assert data is not None
    head, _colon, rest = data.partition(b":")
    assert head.startswith(b"\x1b]1337;File=name=w6QucG5n;")
    assert f"size={len(PNG)};inline=1".encode() in head
    assert base64.b64decode(rest.removesuffix(b"\x07\n")) == PNG
    assert shown(Artifact(media_type="text/html", data=b"<p>", name="a.html"), "iterm") is None


def test_sixel_is_left_to_a_program_and_none_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without img2sixel there is nothing to show."""
    monkeypatch.setattr("shutil.which", lambda _name: None)
    assert shown(Artifact(media_type="image/png", data=PNG, name="a.png"), "sixel") is None


def test_the_opener_is_the_systems(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each system has its own; without any there is none."""
    monkeypatch.setattr("shutil.which", lambda name, path=None: f"/bin/{name}" if name == "gio" else None)
    assert opener({}, platform="darwin") == ["open"]
    assert opener({}, platform="linux") == ["gio", "open"]
    monkeypatch.setattr("shutil.which", lambda name, path=None: None)
    assert opener({}, platform="linux") is None


def test_a_file_is_opened_by_its_full_name(tmp_path: Path) -> None:
    """No name can be taken for an option, and a program that cannot be started is told by False."""
    started: list[Sequence[str]] = []
    assert open_file(tmp_path / "-x.png", ["open"], start=started.append)
    assert started == [["open", str(tmp_path / "-x.png")]]
    assert not open_file(tmp_path, ["/no/such/program"])


def test_visualize_opens_what_it_wrote(
    qualia: Callable[..., Any], document: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """--open hands the file to the system's program; without one that is said and the picture stays."""
    Path("qualia.toml").write_text('[producers]\n"word-frequencies/1" = "toy_count"\n', encoding="utf-8")
    opened: list[Path] = []
    monkeypatch.setattr("qualia.cli.drawing.opener", lambda _environ: ["open"])
    monkeypatch.setattr("qualia.cli.drawing.open_file", recorder(opened))
    ran = qualia("visualize", "notes.txt", "-p", "toy_draw", "-o", "x.png", "--open")
    assert (ran.code, ran.out, ran.err, opened) == (0, "x.png\n", "", [Path("x.png")])
    monkeypatch.setattr("qualia.cli.drawing.opener", lambda _environ: None)
    ran = qualia("visualize", "notes.txt", "-p", "toy_draw", "-o", "x.png", "--open", "--show")
    assert ran.err.splitlines() == [
        "there is no program here that opens it",
        "--show is for a terminal, and standard output is none",
    ]
