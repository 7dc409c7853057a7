"""From look to look: what is remembered, what is told, and what becomes of sinks that fail, hang or come back."""

from __future__ import annotations

import errno
import json
import os
import re
import threading
from datetime import time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from qualia_ops.alerts import store
from qualia_ops.alerts.config import Config, LogSettings, SinkSettings
from qualia_ops.alerts.courier import Courier, posted
from qualia_ops.alerts.errors import AlertsLocked, SinkFailed
from qualia_ops.alerts.lookout import Looked, Lookout
from qualia_ops.alerts.machine import Track
from qualia_ops.alerts.notice import Notice, Source
from qualia_ops.alerts.quiet import QuietHours
from qualia_ops.alerts.rules import default_rules
from qualia_ops.alerts.store import Memory, Outbox, held_alone, recall, remember

from qualia.errors import HistoryUnreadable
from qualia.health import HealthReport
from tests.ops.alerting import SOURCE, disk, notice, part, report_of

NOON_S = 1_773_144_000.0
NAMES = ("one", "two")


class World:
    """A project whose health, clock and sinks are as a test wants them.

    Attributes:
        health: what the next look sees; an error is raised.
        now_s: what the clock says.
        down: by a sink's name what its next deliveries raise.
        sent: by a sink's name what it told.
    """

    def __init__(self, folder: Path, **config: Any) -> None:
        self.folder = folder
        self.health: HealthReport | Exception = report_of(disk(0.1))
        self.now_s = NOON_S
        self.down: dict[str, Exception] = {}
        self.sent: dict[str, list[Notice]] = {name: [] for name in NAMES}
        rules = {**default_rules(), "disk": evolve(default_rules()["disk"], looks=1)}
        sinks = tuple(LogSettings(name=name, limit_s=30.0) for name in NAMES)
        given: dict[str, Any] = {"rules": rules, "sinks": sinks}
        self.config = Config(**given | config)
        self.courier = self.hired()
        self.lookout = self.watching()

    def hired(self) -> Courier:
        """Return one who delivers."""
        return Courier(
            self.config.sinks, SOURCE, make=self.sink, wall=lambda: self.now_s, keep_s=86_400, chance=lambda: 1.0
        )

    def watching(self) -> Lookout:
        """Return another who looks at the same project."""
        return Lookout(self.folder, self.config, report=self.report, courier=self.hired(), wall=lambda: self.now_s)

    def report(self) -> HealthReport:
        """Return the present health."""
        if isinstance(self.health, Exception):
            raise self.health
        return self.health

    def sink(self, settings: SinkSettings) -> Any:
        """Return a sink that keeps what it is told."""
        world = self

        class Keeping:
            def send(self, notice: Notice, _source: Source) -> str:
                if settings.name in world.down:
                    raise world.down[settings.name]
                world.sent[settings.name].append(notice)
                return "kept"

        return Keeping()

    def look(self, used: float | None = None, *, after_s: float = 60.0) -> Looked:
        """Look a while later, at a disk of which such a share is used."""
        self.now_s += after_s
        if used is not None:
            self.health = report_of(disk(used))
        return self.lookout.look()

    def kinds(self, name: str = "one") -> list[str]:
        """Return what a sink was told, by kind."""
        return [each.kind for each in self.sent[name]]


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Return a project where all is well."""
    return World(tmp_path)


def test_each_thing_is_told_once(world: Any) -> None:
    """When it begins, when it is worse, and when it is over; to every sink, and not at each look."""
    for used in (0.5, 0.95, 0.95, 0.98, 0.98, 0.87, 0.5, 0.5):
        world.look(used)
    assert world.kinds("one") == world.kinds("two") == ["raised", "worse", "resolved"]


def test_what_lasts_is_told_again_after_a_day(world: Any) -> None:
    """It is not told again before that."""
    world.look(0.95)
    world.look(0.95, after_s=86_399.0)
    assert world.kinds() == ["raised"]
    world.look(0.95, after_s=2.0)
    assert world.kinds() == ["raised", "repeated"]


def test_two_who_look_tell_it_once(world: Any) -> None:
    """What one has told the other knows; at the very same time only one may look."""
    other = world.watching()
    world.look(0.95)
    assert other.look().notices == ()
    with held_alone(world.folder), pytest.raises(AlertsLocked, match=r"\(process \d+\)"):
        other.look()
    assert world.kinds() == ["raised"]


def test_a_sink_that_fails_stops_no_other_and_is_told_of_by_them(world: Any) -> None:
    """Its failure is said once; the others tell of it at the next look; what waited is delivered later."""
    world.down["one"] = SinkFailed("nobody is there")
    first = world.look(0.95)
    assert [(each.sink, each.error, each.turned, each.waiting) for each in first.told] == [
        ("one", "nobody is there", True, 1),
        ("two", "", False, 0),
    ]
    again = world.look()
    assert [(each.sink, each.turned) for each in again.told] == [("one", False), ("two", False)]
    assert [each.rule for each in world.sent["two"]] == ["disk", "sink"]
    del world.down["one"]
    back = world.look(after_s=4000.0)
    assert next(each for each in back.told if each.sink == "one").turned
    world.look()
    assert [(each.rule, each.kind) for each in world.sent["one"]] == [("disk", "raised")]
    assert [(each.rule, each.kind) for each in world.sent["two"]][-1] == ("sink", "resolved")


def test_a_sink_is_tried_again_later_and_later(world: Any) -> None:
    """The pauses double up to an hour, or are what the other side asked for."""
    world.down["one"] = SinkFailed("busy")
    world.look(0.95)
    pauses = []
    for _each in range(9):
        outbox = recall(world.folder).memory.outboxes["one"]
        pauses.append(outbox.next_s - world.now_s)
        world.look(after_s=outbox.next_s - world.now_s)
    assert pauses == [30.0, 60.0, 120.0, 240.0, 480.0, 960.0, 1920.0, 3600.0, 3600.0]
    world.down["one"] = SinkFailed("busy", retry_after_s=500.0)
    outbox = recall(world.folder).memory.outboxes["one"]
    world.look(after_s=outbox.next_s - world.now_s)
    assert recall(world.folder).memory.outboxes["one"].next_s - world.now_s == 3600.0


def test_what_nobody_took_for_a_day_is_given_up_and_that_is_said(world: Any) -> None:
    """Notices do not pile up for ever."""
    world.down["one"] = SinkFailed("gone")
    world.look(0.95)
    told = next(each for each in world.look(after_s=90_000.0).told if each.sink == "one")
    assert (told.dropped, recall(world.folder).memory.outboxes["one"].dropped) == (1, 1)


def test_a_sink_that_hangs_is_left_behind(world: Any, monkeypatch: Any) -> None:
    """The look goes on after its limit; while it still hangs it is not begun a second time."""
    monkeypatch.setattr("qualia_ops.alerts.courier._GRACE_S", 0.0)
    free, begun = threading.Event(), []

    class Hanging:
        def send(self, notice: Notice, _source: Source) -> str:
            begun.append(notice)
            free.wait(60)
            return "late"

    sinks = (LogSettings(name="one", limit_s=0.2), LogSettings(name="two", limit_s=30.0))
    world.config = evolve(world.config, sinks=sinks)
    make = world.sink
    world.sink = lambda settings: Hanging() if settings.name == "one" else make(settings)
    world.lookout = world.watching()
    told = world.look(0.95).told
    assert [(each.sink, each.error) for each in told] == [("one", "it did not end within 0.2 s"), ("two", "")]
    world.look(after_s=4000.0)
    assert (len(begun), world.kinds("two")) == (1, ["raised", "raised"])
    free.set()


def test_a_stranger_that_raises_tells_no_secret(world: Any) -> None:
    """What a library says may quote an address; its class does not."""
    world.down["one"] = ValueError("https://hush-hush")
    [told, _two] = world.look(0.95).told
    assert told.error == "it failed with ValueError"


def test_what_is_not_severe_enough_is_not_told_there(tmp_path: Any) -> None:
    """Each sink has its own least severity."""
    sinks = (LogSettings(name="one", least="critical"), LogSettings(name="two", least="info"))
    world = World(tmp_path, sinks=sinks)
    world.look(0.95)
    world.look(0.99)
    assert (world.kinds("one"), world.kinds("two")) == (["worse"], ["raised", "worse"])


def test_at_night_it_is_held_back_and_said_in_the_morning(tmp_path: Any) -> None:
    """Over the restart of whoever looks; what is critical passes, and that it is over."""
    quiet = QuietHours(begins=time(22), ends=time(7), zone=ZoneInfo("UTC"))
    world = World(tmp_path, quiet=quiet)
    world.look(0.95, after_s=11 * 3600.0)
    assert (world.kinds(), len(recall(tmp_path).memory.held)) == ([], 1)
    world.lookout = world.watching()
    world.look(0.5, after_s=3600.0)
    world.look(0.99, after_s=3600.0)
    assert world.kinds() == ["raised"]
    world.look(0.5, after_s=3600.0)
    world.health = report_of(disk(0.5), part("plugin:a", breaker="open"))
    world.look(after_s=60.0)
    world.look(after_s=8 * 3600.0)
    assert world.kinds() == ["raised", "resolved", "held"]
    [late] = world.sent["one"][-1].about
    assert (late.rule, late.kind) == ("breaker", "raised")


def test_health_that_cannot_be_had_is_an_alert_and_resolves_nothing(world: Any) -> None:
    """After three looks in a row; what was raised stays raised."""
    world.look(0.95)
    world.health = HistoryUnreadable("x.db", "broken")
    for _each in range(3):
        world.look()
    assert [(each.rule, each.kind) for each in world.sent["one"]] == [("disk", "raised"), ("unseen", "raised")]
    world.look(0.5)
    assert {(each.rule, each.kind) for each in world.sent["one"][2:]} == {("disk", "resolved"), ("unseen", "resolved")}


def test_a_full_disk_keeps_nobody_from_being_told(world: Any, monkeypatch: Any) -> None:
    """What cannot be written is told nevertheless, and by the same watcher once."""

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        looked = world.look(0.99)
        assert looked.troubles == ("what was told cannot be kept (no space left on device), so it may be told again",)
        world.look()
        patch.setattr("os.open", full)
        assert "nobody can be kept from looking" in world.look().troubles[0]
    assert world.kinds() == ["raised"]
    world.look(0.5)
    assert (world.kinds(), world.look().troubles) == (["raised", "resolved"], ())


@pytest.mark.parametrize(
    "damage",
    [b"", b"{", b"[]", b"null", b'{"schema": 2, "memory": {}}', b'{"schema": 1, "memory": {"tracks": 3}}', b"\xff\xfe"],
)
def test_a_damaged_file_is_begun_afresh_and_that_is_said(world: Any, damage: Any) -> None:
    """Nothing of it is believed; what is still wrong is told again."""
    world.look(0.95)
    (world.folder / store.FILE_NAME).write_bytes(damage)
    looked = world.look()
    assert "damaged, so it is begun afresh" in looked.troubles[0]
    assert world.kinds() == ["raised", "raised"]
    assert world.look().troubles == ()


@pytest.mark.parametrize("moment", ["1e400", "-1", "1e300", "253402300800"])
def test_a_moment_that_no_calendar_knows_is_damage_too(world: Any, moment: str) -> None:
    """Whoever lists what is known is told so, and meets no number that cannot be shown."""
    world.look(0.95)
    path = world.folder / store.FILE_NAME
    path.write_text(re.sub(r'"raised_s": [\d.]+', f'"raised_s": {moment}', path.read_text()))
    assert "damaged" in recall(world.folder).trouble


@pytest.mark.skipif(os.name == "nt", reason="links are for everybody on POSIX only")
def test_a_link_leads_nowhere(world: Any, tmp_path: Path) -> None:
    """A project from elsewhere has no file of its user written over: neither by the lock nor by what is kept."""
    mine = tmp_path / "mine.txt"
    mine.write_text("dear diary")
    for name in (store.FILE_NAME, store.LOOK_LOCK):
        (world.folder / name).unlink(missing_ok=True)
        (world.folder / name).symlink_to(mine)
    troubles = " ".join(world.look(0.95).troubles)
    assert ("it is a link" in troubles, "nobody can be kept from looking" in troubles) == (True, True)
    assert mine.read_text() == "dear diary"


def test_a_value_of_the_wrong_type_is_damage_too(world: Any) -> None:
    """A text where a number belongs, NaN, and a field nobody knows."""
    world.look(0.95)
    path = world.folder / store.FILE_NAME
    whole = json.loads(path.read_text())
    for change in ({"looked_s": "5"}, {"looked_s": float("nan")}, {"tracks": {"disk:": {"rule": 3}}}, {"more": 1}):
        path.write_text(json.dumps({**whole, "memory": {**whole["memory"], **change}}))
        assert recall(world.folder).trouble, change


ODD = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.just("x") | st.just("disk:"),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["rule", "kind", "x"]), inner, max_size=2)
    ),
    max_leaves=4,
)


@pytest.mark.properties
@given(path=st.lists(st.integers(0, 9), max_size=5), odd=ODD)
def test_whatever_stands_in_the_file_nobody_stumbles(tmp_path_factory: Any, path: list[int], odd: Any) -> None:
    """With any part of it replaced by anything, it is believed whole or not at all."""
    folder = tmp_path_factory.mktemp("memory")
    track = Track(rule="disk", severity="warning", first_s=0.0, facts={"share": 0.9})
    whole = Memory(tracks={"disk:": track}, held=(notice(),), outboxes={"one": Outbox(waiting=(notice(),))})
    remember(folder, whole)
    plain = json.loads((folder / store.FILE_NAME).read_text())
    place: Any = {"": plain}
    key: Any = ""
    for number in path:
        inner = place[key]
        if not isinstance(inner, (dict, list)) or not inner:
            break
        place, key = inner, list(inner)[number % len(inner)] if isinstance(inner, dict) else number % len(inner)
    place[key] = odd
    if path:
        (folder / store.FILE_NAME).write_text(json.dumps(plain))
        recalled = recall(folder)
        assert not recalled.trouble or recalled.memory == Memory()


TEXT = st.text(max_size=5)
TIME = st.floats(0, 253_402_300_799)
NUMBER = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
FACTS = st.dictionaries(TEXT, st.none() | st.booleans() | NUMBER | TEXT, max_size=2)
SEVERITY = st.sampled_from(["info", "warning", "critical"])
NOTICE = st.builds(
    Notice, kind=st.sampled_from(["raised", "resolved"]), at_s=TIME, rule=TEXT, severity=SEVERITY, facts=FACTS
)
TRACK = st.builds(
    Track, rule=TEXT, subject=TEXT, severity=SEVERITY, facts=FACTS, first_s=TIME, raised_s=st.none() | TIME
)


@pytest.mark.properties
@given(
    memory=st.builds(
        Memory,
        tracks=st.dictionaries(TEXT, TRACK, max_size=2),
        held=st.lists(NOTICE, max_size=2).map(tuple),
        outboxes=st.dictionaries(TEXT, st.builds(Outbox, waiting=st.lists(NOTICE, max_size=2).map(tuple)), max_size=2),
        looked_s=st.none() | TIME,
    )
)
def test_what_is_remembered_is_recalled(tmp_path_factory: Any, memory: Any) -> None:
    """Whatever it holds."""
    folder = tmp_path_factory.mktemp("memory")
    remember(folder, memory)
    recalled = recall(folder)
    assert (recalled.memory, recalled.trouble) == (memory, "")


def test_of_too_many_the_oldest_go(world: Any) -> None:
    """A sink that is gone for long does not fill the disk."""
    many = tuple(notice(at_s=float(number)) for number in range(250))
    after = posted({}, many, world.config.sinks)["one"]
    assert (len(after.waiting), after.waiting[0].at_s, after.dropped) == (200, 50.0, 50)


def test_a_sink_that_is_no_longer_configured_is_forgotten(world: Any) -> None:
    """So is what waited there."""
    assert list(posted({"gone": Outbox(waiting=(notice(),))}, (), world.config.sinks)) == list(NAMES)


def test_killed_between_deciding_and_telling_it_is_told_later(world: Any, monkeypatch: Any) -> None:
    """Nothing is forgotten: the next look delivers what the one before could not."""

    class Killed(BaseException):
        pass

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(Courier, "deliver", killed)
        with pytest.raises(Killed):
            world.look(0.95)
    assert world.kinds() == []
    world.lookout = world.watching()
    world.look()
    assert world.kinds() == ["raised"]
