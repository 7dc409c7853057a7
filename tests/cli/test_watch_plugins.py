"""``qualia watch-plugins``: a line for each thing that happens to plugins."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from qualia import Event
from qualia.cli.watching import facts_of, told_of
from qualia.cli.words import speaking
from qualia.events import EventKind
from tests.cli.live import Live, toy

UNIX = pytest.mark.skipif(os.name == "nt", reason="signals and pipes of Unix")
Start = Callable[..., Live]


@pytest.fixture
def start(environment: dict[str, str]) -> Iterator[Start]:
    """Start commands; those still running at the end are killed."""
    started: list[Live] = []

    def begin(*words: str) -> Live:
        started.append(Live(words, environment))
        return started[-1]

    yield begin
    for each in started:
        each.close()


def event(kind: EventKind, plugin: str | None = "toy", **details: Any) -> Event:
    """Make an event."""
    return Event(kind=kind, at_s=0.0, monotonic_s=0.0, plugin=plugin, details=details)


CAUSE = "SyntaxError: '(' was never closed"
FAILED = event(
    EventKind.RELOAD_FAILED,
    place="/p/toy/__init__.py:3",
    excerpt="x = (",
    generation=2,
    cause=CAUSE,
)


@pytest.mark.whole
@UNIX
def test_every_change_is_a_line(start: Start, home: Path) -> None:
    """Reloaded, failed with the place and the line there, found and removed; Ctrl-C ends it with 0, without a trace."""
    folder = toy(home / "plugins")
    live = start("watch-plugins", "--project", str(home))
    first = live.until_said("watching")[-1]
    assert str(home / "plugins") in first
    toy(home / "plugins", body="{'n': 2}", version="1.1.0")
    live.until_said("reloaded toy 1.1.0, generation ")
    (folder / "__init__.py").write_text("x = 1\ny = (\n", encoding="utf-8")
    failed = live.until_said("failed toy")[-1]
    assert f"{folder / '__init__.py'}:2: y = (: SyntaxError: '(' was never closed" in failed
    assert failed.endswith("goes on answering")
    toy(home / "plugins", "other")
    live.until_said(f"found other 1.0.0 in {home / 'plugins' / 'other'}")
    shutil.rmtree(home / "plugins" / "other")
    live.until_said("removed other")
    assert live.interrupt() == (0, "watching is over\n")


@UNIX
def test_json_is_a_line_for_each_event(start: Start, home: Path) -> None:
    """Programs get the same facts, the first line says what is watched; polling finds changes too."""
    toy(home / "plugins")
    live = start("watch-plugins", "--project", str(home), "--format", "json", "--polling", "--once", "--quiet")
    first = json.loads(live.until_said("watching")[-1])
    assert first["event"] == "watching"
    assert first["plugins"] >= 1
    assert str(home / "plugins") in first["folders"]
    toy(home / "plugins", body="{'n': 2}")
    told = json.loads(live.until_said("plugin_reloaded")[-1])
    assert (told["plugin"], told["version"], told["generation"]) == ("toy", "1.0.0", 2)
    assert live.end() == (0, "")


@UNIX
def test_a_first_change_that_fails_ends_once_with_1(start: Start, home: Path) -> None:
    """With --once a script learns from the code whether the change could be loaded; what failed before is told."""
    toy(home / "plugins")
    toy(home / "plugins", "broken", code="raise ValueError('no')\n")
    live = start("watch-plugins", "--project", str(home), "--once")
    assert "ValueError: no" in live.until_said("failed broken")[-1]
    toy(home / "plugins", code="import nothing_of_this_name\n")
    assert "import nothing_of_this_name" in live.until_said("failed toy")[-1]
    assert live.end()[0] == 1


@UNIX
def test_a_reader_that_went_away_ends_it_silently(environment: dict[str, str], home: Path) -> None:
    """The next line meets the closed pipe: 141, and nothing on stderr."""
    toy(home / "plugins")
    reading, writing = os.pipe()
    command = [sys.executable, "-m", "qualia", "watch-plugins", "--project", str(home)]
    with subprocess.Popen(command, env=environment, stdout=writing, stderr=subprocess.PIPE) as process:
        os.close(writing)
        assert os.read(reading, 1000).startswith(b"watching")
        os.close(reading)
        toy(home / "plugins", body="{'n': 2}")
        _out, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (141, b"")


@pytest.mark.parametrize(
    ("what", "told"),
    [
        (event(EventKind.PLUGIN_RELOADED, version="1.2", generation=3), "reloaded toy 1.2, generation 3"),
        (event(EventKind.PLUGIN_LOADED), "loaded toy"),
        (event(EventKind.PLUGIN_FOUND, version="1", generation=1, folder="/p/toy"), "found toy 1 in /p/toy"),
        (event(EventKind.PLUGIN_REMOVED), "removed toy"),
        (
            event(EventKind.PLUGIN_SLOW, elapsed_s=30.2, place="/p/a.py:4"),
            "slow toy: after 30 s it stands at /p/a.py:4",
        ),
        (event(EventKind.WARNING, None, message="it lies on a network"), "warning: it lies on a network"),
        (event(EventKind.RUN_STARTED), ""),
        (FAILED, f"failed toy: /p/toy/__init__.py:3: x = (: {CAUSE}; generation 2 goes on answering"),
    ],
)
def test_an_event_is_told_in_one_line(what: Event, told: str) -> None:
    """Each kind has its sentence; those of runs have none."""
    assert told_of(what) == told


def test_a_failure_without_a_place_is_told_by_its_sentence() -> None:
    """A library that is missing stands nowhere in the code; with no version left, nothing answers."""
    lacking = event(EventKind.RELOAD_FAILED, place="", excerpt="", generation=0, cause="it needs numpy")
    assert told_of(lacking) == "failed toy: it needs numpy; nothing answers in its place"


def test_events_are_told_in_portuguese_and_cannot_steer_a_terminal() -> None:
    """A source line with an escape in it is shown, not obeyed."""
    with speaking("pt-BR"):
        assert told_of(event(EventKind.PLUGIN_RELOADED, version="1", generation=2)) == "recarregado toy 1, geração 2"
    steering = event(EventKind.WARNING, None, message="\x1b[2J gone")
    assert told_of(steering) == "warning: \\u001b[2J gone"


def test_an_event_as_facts_has_kind_moment_plugin_and_details() -> None:
    """The moment is UTC, so that lines of several machines can be put in order."""
    facts = facts_of(event(EventKind.PLUGIN_RELOADED, version="1", generation=2))
    assert facts == {
        "event": "plugin_reloaded",
        "at": "1970-01-01T00:00:00+00:00",
        "plugin": "toy",
        "version": "1",
        "generation": 2,
    }
