"""``qualia dev``: run again at every save, and show what is different."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from qualia.cli.comparing import difference, lines_of, shown
from qualia.cli.pointing import pointed
from tests.cli.live import SOURCE, Live, save, toy

UNIX = pytest.mark.skipif(os.name == "nt", reason="signals and pipes of Unix")
ENDLESS = SOURCE.replace("        return", "        while True:\n            pass\n        return")
NOTES = """\
        from pathlib import Path
        from time import time_ns
        own = Path(__file__).parent / 'own.txt'
"""
WRITING = SOURCE.replace("        return", f"{NOTES}        own.write_text(str(time_ns()))\n        return")
DRAWING = """\
from qualia.plugin import Artifact, NoParams, Visualizer

class Toy(Visualizer[NoParams]):
    def render(self, params, *, word_frequencies):
        return Artifact(media_type="image/svg+xml", data=b"<svg>\\n<a/>\\n</svg>", name="../toy.svg")
"""
Run = Callable[..., Any]
Start = Callable[..., Live]


@pytest.fixture
def start(environment: dict[str, str]) -> Iterator[Start]:
    """Start ``qualia dev``; what still runs at the end is killed."""
    started: list[Live] = []

    def begin(*words: str) -> Live:
        started.append(Live(["dev", *words], environment))
        return started[-1]

    yield begin
    for each in started:
        each.close()


def after_clock(line: str) -> str:
    """Return a line without the time of day before it."""
    return line[10:] if line[2:3] == ":" else line


@UNIX
def test_every_save_shows_the_answer_and_what_is_different(start: Start, home: Path) -> None:
    """A change is shown with its difference, none in one line, and the old answer stays while the code is broken."""
    folder = toy(home, body="{'n': 1, 'same': 'a'}")
    live = start("toy")
    first = live.until_said("same")
    assert after_clock(first[1]).startswith("toy 1.0.0, generation 1, its call took ")
    toy(home, body="{'n': 2, 'same': 'a'}")
    second = live.until_said("+n: 2")
    assert " ms after the save, its call took " in next(line for line in second if "generation 2" in line)
    assert second[-3:] == ["different from the run before:", "-n: 1", "+n: 2"]
    save(folder / "__init__.py", (folder / "__init__.py").read_text(encoding="utf-8").replace("'n': 2", "'n': (2"))
    broken = live.until_said("SyntaxError")
    head = next(place for place, line in enumerate(broken) if "failed toy" in line)
    assert after_clock(broken[head]) == "failed toy; generation 2 goes on answering"
    assert broken[head + 1 : head + 3] == [f"  {folder / '__init__.py'}:10", "      return {'n': (2, 'same': 'a'}"]
    assert broken[head + 3].strip() == "^"
    toy(home, body="{'n': 2, 'same': 'a'}", version="1.1.0")
    assert "toy 1.1.0, generation 3" in live.until_said("no difference")[-2]
    assert live.interrupt() == (0, "watching is over\n")


@UNIX
def test_a_call_that_raises_is_shown_with_a_caret(start: Start, home: Path) -> None:
    """File and line, the line with what of it raised underlined, and the plugin's own words; then it goes on."""
    folder = toy(home)
    live = start("toy")
    live.until_said("n  1")
    toy(home, body="{'n': params.least}")
    failed = live.until_said("AttributeError")
    assert failed[-4:] == [
        f"  {folder / '__init__.py'}:10",
        "      return {'n': params.least}",
        "                   ^^^^^^^^^^^^",
        "  AttributeError: 'Params' object has no attribute 'least'",
    ]
    toy(home, body="{'n': 1}", version="2")
    live.until_said("no difference")


@pytest.mark.whole
@UNIX
def test_an_endless_loop_is_killed_when_it_is_contained(start: Start, home: Path) -> None:
    """It is told where it stood, and the next save works."""
    toy(home)
    live = start("toy", "--contained", "--timeout", "2")
    live.until_said("n  1")
    folder = toy(home, code=ENDLESS)
    assert f"{folder / '__init__.py'}:" in live.until_said("failed: 'toy' was not done in time")[-1]
    toy(home, body="{'n': 3}")
    live.until_said("+n: 3")


@UNIX
def test_ctrl_c_during_a_run_interrupts_that_alone(start: Start, home: Path) -> None:
    """The next save runs as before; Ctrl-C again ends the watching."""
    toy(home)
    live = start("toy")
    live.until_said("n  1")
    marker = home / "running"
    toy(home, code=ENDLESS.replace("while True", f"open({str(marker)!r}, 'w').close()\n        while True"))
    while not marker.exists():
        assert live.process.poll() is None
    live.process.send_signal(2)
    live.until_said("the run was interrupted")
    toy(home, body="{'n': 3}")
    live.until_said("+n: 3")
    assert live.interrupt()[0] == 0


@UNIX
def test_a_plugin_that_writes_into_its_own_folder_does_not_run_for_ever(start: Start, home: Path) -> None:
    """After three runs in a row it is told what it writes, and only what somebody saves counts from then on."""
    toy(home)
    live = start("toy")
    live.until_said("n  1")
    toy(home, code=WRITING)
    assert "warning: each run changes own.txt in the plugin's own folder" in live.until_said("warning")[-1]
    toy(home, body="{'n': 9}")
    live.until_said("+n: 9")


def test_once_runs_and_leaves(qualia: Run, home: Path) -> None:
    """The only plugin below ./plugins is meant, its params are typed, and what `validate` finds stands below."""
    toy(home / "plugins", body="{'top': params.top, 'long': len(document.text) > 1000}")
    ran = qualia("dev", "--once", "-P", "top=7")
    lines = ran.out.splitlines()
    assert (ran.code, ran.err) == (0, "")
    assert after_clock(lines[0]).startswith("toy 1.0.0, generation 1, its call took ")
    assert [line.split() for line in lines[1:3]] == [["top", "7"], ["long", "yes"]]
    assert any(": note QP" in line for line in lines[3:])


def test_once_ends_with_the_code_of_the_failure(qualia: Run, home: Path) -> None:
    """A plugin that raises gives 1, a param it does not take 2, one that is unavailable 5."""
    toy(home)
    assert qualia("dev", "toy", "--once", "-P", "top=0").code == 2
    toy(home, body="1 / 0")
    ran = qualia("dev", "toy", "--once")
    assert (ran.code, "ZeroDivisionError: division by zero" in ran.out) == (1, True)
    save(home / "toy" / "plugin.toml", "id = 3")
    ran = qualia("dev", "toy", "--once")
    assert (ran.code, f"{home / 'toy' / 'plugin.toml'}:1" in ran.out) == (5, True)


def test_a_sample_of_ones_own_is_read_each_time(qualia: Run, document: Path, home: Path) -> None:
    """--sample names a file, and one that cannot be read is told."""
    toy(home, body="{'text': document.text}")
    assert "a a a b b c João" in qualia("dev", "toy", "--once", "--sample", "notes.txt").out
    ran = qualia("dev", "toy", "--once", "--sample", "nothing.txt")
    assert (ran.code, "cannot read 'nothing.txt'" in ran.out) == (4, True)


def test_what_a_visualizer_draws_is_written_and_its_path_told(qualia: Run, home: Path) -> None:
    """Its producer runs first; -o says where to, and the name a plugin gives cannot lead elsewhere."""
    folder = toy(home, code=DRAWING)
    text = (folder / "plugin.toml").read_text(encoding="utf-8").replace('"analyzer"', '"visualizer"')
    more = 'produces = ["image/svg+xml"]\nconsumes = ["word-frequencies/1"]\n'
    save(folder / "plugin.toml", text + more)
    (home / "out").mkdir()
    ran = qualia("dev", "toy", "--once", "-o", "out", plugins=False)
    assert (ran.code, f"wrote {Path('out', 'toy.svg')} (image/svg+xml, 17 B)" in ran.out) == (0, True)
    assert (home / "out" / "toy.svg").read_bytes().startswith(b"<svg>")
    ran = qualia("dev", "toy", "--once", "-o", "toy/here.svg", plugins=False)
    assert (ran.code, "in the plugin's own folder" in ran.err) == (2, True)


def test_a_document_plugin_gets_a_document_it_accepts(qualia: Run, plugin_dir: Path) -> None:
    """Where no meeting fits, a small sample of what it accepts does."""
    ran = qualia("dev", str(plugin_dir), "-p", "toy_upper", "--once")
    assert (ran.code, "GOOD MORNING" in ran.out) == (0, True)


def test_which_plugin_is_meant_must_be_clear(qualia: Run, home: Path, plugin_dir: Path) -> None:
    """Several, none, and a folder that is none are told with what to do."""
    assert "choose one with -p" in qualia("dev", str(plugin_dir), "--once").err
    assert "there is no plugin here" in qualia("dev", "--once").err
    (home / "empty").mkdir()
    assert "make one with qualia create" in qualia("dev", "empty", "--once").err
    assert "there is no folder 'nowhere'" in qualia("dev", "nowhere").err
    assert qualia("dev", "--once", "--timeout", "0").code == 2


def test_nothing_is_kept(qualia: Run, home: Path, leftovers: Callable[[], list[str]]) -> None:
    """A project's cache and history do not fill with half-done work."""
    (home / "qualia.toml").write_text("", encoding="utf-8")
    toy(home / "plugins")
    before = leftovers()
    qualia("dev", "--once")
    assert leftovers() == before


def test_data_becomes_a_line_for_each_item_that_fits_on_one() -> None:
    """So that a difference is as small as what changed; text of several lines keeps them."""
    data = {
        "n": 1,
        "rows": [{"word": "é", "n": 2}, {"word": "b", "n": 1}],
        "deep": [[1, [2]]],
        "text": "a\nb",
        "no": [],
    }
    assert lines_of(data) == [
        "n: 1",
        "rows:",
        '  - {"word": "é", "n": 2}',
        '  - {"word": "b", "n": 1}',
        "deep:",
        "  -",
        "    - 1",
        "    - [2]",
        "text:",
        "  a",
        "  b",
        "no: []",
    ]
    assert lines_of("plain") == ['"plain"']


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("abc", "abc", []),
        ("abc", "axc", [" a", "-b", "+x", " c"]),
        ("abc", "ab", [" b", "-c"]),
        ("aab", "aacb", [" a", "+c", " b"]),
        ("", "a", ["+a"]),
        ("a", "", ["-a"]),
    ],
)
def test_a_difference_is_found_between_what_is_equal(before: str, after: str, told: list[str]) -> None:
    """One line around it tells where it is."""
    assert difference(before, after) == told


def test_a_difference_of_thousands_of_lines_is_not_looked_for() -> None:
    """It would take seconds and nobody would read it."""
    assert difference(["a"] * 3000, ["b"] * 3000) is None


def test_a_difference_is_coloured_where_that_is_wanted() -> None:
    """Colour is put around the line, and nothing in the line can steer the terminal."""
    assert shown(["-a\x1b[2J", "+b", " c"], most=2, is_coloured=False) == ["-a\\u001b[2J", "+b"]
    assert shown(["+b"], most=2, is_coloured=True) == ["\x1b[32m+b\x1b[0m"]


def test_a_place_is_shown_with_its_line_and_a_caret_where_the_column_is_known(tmp_path: Path) -> None:
    """Characters count, not bytes; a tab is one character; a line that is gone leaves the place alone."""
    path = tmp_path / "code.py"
    path.write_text("é = 1\n\tx = ((1)\n", encoding="utf-8")
    # The parser stumbles over the indentation first, which it tells without a column of use.
    assert pointed(f"{path}:2")[:2] == [f"{path}:2", "    x = ((1)"]
    path.write_text("if 1:\n\té = 'é' + nothing\n", encoding="utf-8")
    with pytest.raises(NameError) as caught:
        exec(compile(path.read_text(encoding="utf-8"), f"{path}#g7", "exec"), {})
    assert pointed(f"{path}:2", caught.value) == [f"{path}:2", "    é = 'é' + nothing", "              ^^^^^^^"]
    assert pointed(f"{path}:9") == [f"{path}:9"]
    assert pointed(str(tmp_path)) == [str(tmp_path)]
    assert pointed("") == []
