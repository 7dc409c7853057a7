"""How a Core goes about looking how it is: checks, times, and what is read of the machine."""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import define, evolve

from qualia import Core
from qualia._engine.breaker import CircuitBreaker
from qualia._engine.health import Health, Readers, Tally, Watched, looks, readers
from qualia.cache import CacheStats
from qualia.errors import CoreClosed
from qualia.events import EventKind, Observers
from qualia.health import Component, HealthReport, Surroundings
from qualia.registry import Registry
from qualia.settings import Settings
from tests.engine.parts_of_health import of

Make = Callable[..., Core]
Write = Callable[..., Path]
BOUND_S = 30.0


@define
class Clock:
    """Time that goes on only when a test says so."""

    now_s: float = 1000.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now_s


class Says:
    """A check that answers what it is told to, and counts how often."""

    def __init__(self, name: str, look: Callable[[], Component]) -> None:
        self.name = name
        self._look = look
        self.asked = 0

    def look(self) -> Component:
        """Answer."""
        self.asked += 1
        return self._look()


class NoCache:
    """A cache whose counts a test sets."""

    def __init__(self) -> None:
        self.rows: tuple[CacheStats, ...] = ()

    def stats(self) -> tuple[CacheStats, ...]:
        """Return the counts."""
        return self.rows

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"a look calls {name}")


@pytest.fixture
def clock() -> Clock:
    """Return a clock that stands still."""
    return Clock()


@pytest.fixture
def make_health(clock: Clock) -> Iterator[Callable[..., Health]]:
    """Make the health of an engine with no plugins; it is closed at the end."""
    made: list[Health] = []

    def make(*, settings: Settings | None = None, readers: Readers | None = None, **more: Any) -> Health:
        def no_breaker(_plugin: str) -> CircuitBreaker:
            raise AssertionError("there is no plugin")

        chosen = settings or Settings(installed_plugins=False)
        registry: Registry = more.pop("registry", None) or _Empty()  # type: ignore[assignment]
        watched = Watched(
            registry,
            chosen,
            breaker=no_breaker,
            cache=more.pop("cache", NoCache()),
            history=more.pop("history", None),
            search_path=more.pop("search_path", ()),
        )
        readers = evolve(readers or Readers(), wall=clock, monotonic=clock)
        observers = Observers(wall=clock, monotonic=clock)
        made.append(Health(watched, observers=observers, readers=readers, **more))
        return made[-1]

    yield make
    for each in made:
        each.close()


class _Empty:
    """A registry without plugins."""

    entries: dict[str, Any] = {}  # noqa: RUF012

    def leased(self) -> Any:
        """Give nothing."""
        return self

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *_: object) -> None:
        """Do nothing."""


# --------------------------------------------------------------------------------------------- how it is looked


def test_a_report_is_given_again_for_a_second_and_then_made_anew(
    make_health: Callable[..., Health], clock: Clock
) -> None:
    """Many who ask at once cost one look; `fresh` looks in any case."""
    health = make_health()
    check = Says("model", lambda: Component(name="model", status="ok"))
    health.add(check)
    first = health.report()
    clock.now_s += 0.9
    assert health.report() is first
    assert health.report(fresh=True) is not first
    clock.now_s += 1.0
    health.report()
    assert check.asked == 3


def test_since_is_kept_as_long_as_the_status_stays(make_health: Callable[..., Health], clock: Clock) -> None:
    """A new reason does not make a trouble younger; a new status does, and a check may know better."""
    says = [Component(name="model", status="ok")]
    health = make_health()
    health.add(Says("model", lambda: says[0]))
    seen = []
    for now_s, status, reason in (
        (1000.0, "ok", ""),
        (1010.0, "degraded", "a"),
        (1020.0, "degraded", "b"),
        (1030.0, "ok", ""),
    ):
        clock.now_s = now_s
        says[0] = Component(name="model", status=status, reason=reason)  # type: ignore[arg-type]
        seen.append(of(health.report(fresh=True), "model").since_s)
    assert seen == [1000.0, 1010.0, 1010.0, 1030.0]
    says[0] = Component(name="model", status="failing", since_s=5.0)
    assert of(health.report(fresh=True), "model").since_s == 5.0


def test_a_check_that_hangs_raises_or_answers_nonsense_harms_nobody(make_health: Callable[..., Health]) -> None:
    """Each becomes an unknown component with its reason; the others are told as they are."""
    leave = threading.Event()
    nonsense: Any = lambda: 3  # noqa: E731

    def hang() -> Component:
        leave.wait()
        raise AssertionError

    def broken() -> Component:
        raise OSError("no such socket")

    def quits() -> Component:
        raise SystemExit(2)

    health = make_health(within_s=0.2)
    hanging = Says("hangs", hang)
    for check in (hanging, Says("raises", broken), Says("quits", quits), Says("odd", nonsense)):
        health.add(check)
    health.add(Says("well", lambda: Component(name="another", status="ok", facts={"n": 1})))
    before = threading.active_count()
    most = 0
    report = health.report(fresh=True)
    for _ in range(20):
        most = max(most, threading.active_count() - before)
        report = health.report(fresh=True)
    # What hung is not waited for again, so a busy machine may take its time for the others.
    health._asking._within_s = BOUND_S
    report = health.report(fresh=True)
    assert {of(report, name).status for name in ("hangs", "raises", "quits", "odd")} == {"unknown"}
    assert "no such socket" in of(report, "raises").reason
    assert "SystemExit: 2" in of(report, "quits").reason
    assert of(report, "well").facts == {"n": 1}
    assert hanging.asked == 1
    # One for each question (five checks, and the engine's looks at cache, history and disk), and another while one that
    # has just answered is not free yet. A thread for each time something is asked would be more than a hundred.
    assert most <= 2 * 8
    leave.set()


def test_how_long_a_check_has_been_silent_is_told(make_health: Callable[..., Health], clock: Clock) -> None:
    """At first that it gave no answer in time, later since when it owes one; once it answers it is well again."""
    leave, answered = threading.Event(), threading.Event()

    def slow() -> Component:
        leave.wait()
        answered.set()
        return Component(name="slow", status="ok")

    health = make_health(within_s=0.1)
    health.add(Says("slow", slow))
    assert of(health.report(), "slow").reason == "it gave no answer within 0.1 s"
    clock.now_s += 60
    assert of(health.report(), "slow").reason == "it was asked 60 s ago and has not answered yet"
    leave.set()
    assert answered.wait(BOUND_S)
    deadline = threading.Event()
    for _ in range(300):
        if of(health.report(fresh=True), "slow").status == "ok":
            break
        deadline.wait(0.01)
    assert of(health.report(fresh=True), "slow").status == "ok"


def test_who_closes_it_in_the_midst_of_a_look_is_told_so(make_health: Callable[..., Health]) -> None:
    """The look ends with the error that every later one ends with."""
    health = make_health()

    class Ending:
        asked = 0

        @property
        def name(self) -> str:
            self.asked += 1
            if self.asked > 1:
                health.close()
            return "ending"

        def look(self) -> Component:
            return Component(name="ending", status="ok")

    health.add(Ending())
    for _number in range(2):
        with pytest.raises(CoreClosed):
            health.report(fresh=True)


def test_checks_come_and_go_and_names_are_taken_once(make_health: Callable[..., Health]) -> None:
    """What was added is taken off again, which leaves the report as it was before."""
    health = make_health()
    before = [each.name for each in health.report().components]
    remove = health.add(Says("model", lambda: Component(name="model", status="ok")))
    assert [each.name for each in health.report().components] == [*before, "model"]
    for name in ("model", "engine", "plugin:toy"):
        with pytest.raises(ValueError, match="already"):
            health.add(Says(name, lambda: Component(name="x", status="ok")))
    remove()
    remove()
    assert [each.name for each in health.report().components] == before


# ------------------------------------------------------------------------------------------- of distributions


def install(site: Path, name: str, source: str, value: str, *, check: str = "") -> None:
    """Lay out a distribution that brings a check."""
    info = site / f"{name}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "entry_points.txt").write_text(f"[qualia.checks]\n{check or name} = {value}\n", encoding="utf-8")
    (site / f"{name}_health.py").write_text(source, encoding="utf-8")


GOOD = """
from qualia.health import Component
class Check:
    name = "ignored"
    def __init__(self, around): self.around = around
    def look(self): return Component(name="x", status="degraded", reason=f"at {self.around.state_dir}")
"""


def test_distributions_bring_checks(
    tmp_path: Path, make_health: Callable[..., Health], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Found by name alone, imported by the first report; one that is broken is unknown and names who brings it."""
    import sys

    site = tmp_path / "site"
    monkeypatch.syspath_prepend(str(site))
    install(site, "good", GOOD, "good_health:Check")
    install(site, "torn", "raise ImportError('no libmodel')", "torn_health:Check")
    install(site, "lost", "", "lost_health:Check")
    install(site, "double", GOOD, "double_health:Check", check="engine")
    state = tmp_path / "state"
    health = make_health(search_path=[str(site)], settings=Settings(state_dir=state))
    assert "good_health" not in sys.modules
    report = health.report()
    assert of(report, "good").reason == f"at {state}"
    assert "torn brings this check" in of(report, "torn").reason and "no libmodel" in of(report, "torn").reason
    assert of(report, "torn").remedy.endswith("torn")
    assert "has no attribute 'Check'" in of(report, "lost").reason
    assert of(report, "double.engine").status == "degraded"
    for name in ("good", "torn", "lost", "double"):
        sys.modules.pop(f"{name}_health", None)


def test_a_part_of_ours_that_was_left_out_is_no_check(tmp_path: Path, make_health: Callable[..., Health]) -> None:
    """Without the operators' package nobody is told of a check that is missing; what others bring is told."""
    site = tmp_path / "site"
    install(site, "qualia_core", GOOD, "gone_ops.checks:backups", check="backups")
    report = make_health(search_path=[str(site)]).report()
    assert "backups" not in [each.name for each in report.components]


def test_a_check_is_told_the_project(tmp_path: Path) -> None:
    """The state folder lies in it."""
    assert Surroundings(state_dir=tmp_path / ".qualia", wall=Clock()).project == tmp_path
    assert Surroundings(state_dir=None, wall=Clock()).project is None


# ---------------------------------------------------------------------------------------------- its own looks

GB = 1_000_000_000


@pytest.mark.parametrize(
    ("free", "total", "status"),
    [
        (200 * GB, 1000 * GB, "ok"),
        (101 * GB, 1000 * GB, "ok"),
        (100 * GB, 1000 * GB, "degraded"),
        (400_000_000, GB, "degraded"),
        (49_000_000, 60_000_000, "failing"),
        (0, 0, "failing"),
    ],
)
def test_the_disk_is_judged_by_share_and_room(tmp_path: Path, free: int, total: int, status: str) -> None:
    """From 90 % on, or with less than 500 MB, it is tight; with less than 50 MB nothing can be kept."""
    asked: list[Path] = []

    def room(folder: Path) -> tuple[int, int]:
        asked.append(folder)
        return free, total

    found = looks.disk(Settings(state_dir=tmp_path / "not" / "yet"), Readers(room=room))
    assert (found.status, found.facts["free_bytes"], asked) == (status, free, [tmp_path])
    assert bool(found.reason) == bool(found.remedy) == (status != "ok")


def test_a_disk_that_does_not_answer_is_unknown(make_health: Callable[..., Health], tmp_path: Path) -> None:
    """A file system that raises is told of, with its sentence."""

    def gone(_folder: Path) -> tuple[int, int]:
        raise OSError(116, "Stale file handle")

    health = make_health(settings=Settings(state_dir=tmp_path), readers=Readers(room=gone))
    disk = of(health.report(), "disk")
    assert (disk.status, "Stale file handle" in disk.reason) == ("unknown", True)


@pytest.mark.parametrize(
    ("used", "limit", "status"), [(89, 100, "ok"), (90, 100, "degraded"), (1, None, "unknown"), (None, 1, "unknown")]
)
def test_memory_is_judged_against_what_the_process_may_use(used: int | None, limit: int | None, status: str) -> None:
    """From 90 % on it is tight; where the system says nothing it is unknown."""
    found = looks.memory(Readers(used_memory=lambda: used, memory_limit=lambda: limit))
    assert (found.status, found.facts["used_bytes"], found.facts["limit_bytes"]) == (status, used, limit)


def test_trouble_of_the_cache_counts_for_ten_minutes(clock: Clock) -> None:
    """What was damaged is gone, so the cache is well again when nothing new comes up."""
    cache: Any = NoCache()
    row = CacheStats(name="disk", entries=1, size_bytes=10, max_bytes=100, hits=1, misses=2, evictions=0)
    memory = evolve(row, name="memory", hits=3, misses=9)
    look = looks.CacheLook(cache, Readers(monotonic=clock))
    assert look().facts["bytes"] == 0
    cache.rows = (memory, row)
    found = look()
    assert (found.status, found.facts["hits"], found.facts["misses"], found.facts["limit_bytes"]) == ("ok", 4, 2, 100)
    cache.rows = (memory, evolve(row, damaged=2, errors=1))
    assert (look().status, "2 damaged, 1 failed" in look().reason) == ("degraded", True)
    clock.now_s += 599
    assert look().status == "degraded"
    clock.now_s += 1
    assert look().status == "ok"
    cache.rows = (memory, evolve(row, damaged=3, errors=1))
    assert "1 damaged, 0 failed" in look().reason


def test_a_history_in_a_folder_that_cannot_be_written_is_failing(tmp_path: Path) -> None:
    """It is asked before anything is lost; without a history all is well."""
    from qualia.history import History

    path = tmp_path / "state" / "history.db"
    log = History(path, wall=Clock(), warn=lambda _sentence: None)
    assert looks.history(log, path, Readers()).status == "ok"
    found = looks.history(log, path, Readers(may_write=lambda _path: False))
    assert (found.status, str(tmp_path) in found.reason) == ("failing", True)
    log.trouble = "disk I/O error"
    assert "disk I/O error" in looks.history(log, path, Readers()).reason
    assert looks.history(None, None, Readers()).facts == {"kept": False}


# ----------------------------------------------------------------------------------------------- readers and counts


def test_the_limit_of_memory_is_the_smallest_of_machine_and_control_groups(tmp_path: Path) -> None:
    """Those above count too; "max" and what old kernels write for none do not."""
    root, membership = tmp_path / "cgroup", tmp_path / "membership"
    for folder, name, text in (
        ("a", "memory.max", "4000"),
        ("a/b", "memory.max", "max"),
        ("memory/old", "memory.limit_in_bytes", "9223372036854771712"),
        ("memory", "memory.limit_in_bytes", "5000"),
    ):
        (root / folder).mkdir(parents=True, exist_ok=True)
        (root / folder / name).write_text(f"{text}\n", encoding="ascii")
    membership.write_text("4:memory:/old\n3:cpu,cpuacct:/x\n0::/a/b\n", encoding="ascii")
    assert [*readers._group_limits(root, membership)] == [5000, 4000]
    assert [*readers._group_limits(root, tmp_path / "absent")] == []


def test_this_machine_can_be_read(tmp_path: Path) -> None:
    """Room, memory and its limit make sense where the system tells them."""
    free, total = readers.room(tmp_path / "not" / "yet")
    assert 0 <= free <= total
    used, limit = readers.used_memory(), readers.memory_limit()
    assert used is None or used > 1_000_000
    assert used is None or limit is None or used < limit
    assert readers.may_write(tmp_path)


def test_a_tally_counts_every_call_of_many_threads_in_bounded_memory(clock: Clock) -> None:
    """Nothing is lost between threads, and what was not looked at for long does not pile up."""
    tally = Tally(clock)
    observers = Observers(wall=clock, monotonic=clock)
    observers.tap(tally.taps())

    def work() -> None:
        for number in range(3000):
            cached = number % 3 == 0
            observers.tell(EventKind.STEP_FINISHED, plugin="toy", step="s", elapsed_s=0.5, cached=cached)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(BOUND_S)
    assert len(tally._news) < 2000
    counted = tally.of("toy")
    assert (counted["calls"], counted["cached"], counted["p50_s"], counted["recent_calls"]) == (12000, 4000, 0.5, 20)
    observers.tell(EventKind.STEP_FAILED, plugin="toy", step="s", error="bad", place="x.py:3")
    observers.tell(EventKind.STEP_FAILED, plugin="toy", step="s", error="refused")
    counted = tally.of("toy")
    assert (counted["calls"], counted["errors"], counted["last_error_at"]) == (12001, 1, "x.py:3")
    assert (counted["last_error"], counted["last_error_when_s"]) == ("bad", clock.now_s)
    observers.tell(EventKind.PLUGIN_REMOVED, plugin="toy")
    assert tally.of("toy")["calls"] == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_looks_for_itself(make_health: Callable[..., Health]) -> None:
    """It neither waits for a thread of its parent nor for an answer that only the parent will get."""
    leave = threading.Event()
    health = make_health(within_s=0.1)

    def slow() -> Component:
        if os.getpid() == parent:
            leave.wait()
        return Component(name="slow", status="ok")

    parent = os.getpid()
    health.add(Says("slow", slow))
    assert of(health.report(), "slow").status == "unknown"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        status = 1
        try:
            health._within_s = BOUND_S
            health._asking._within_s = BOUND_S
            status = int(of(health.report(fresh=True), "slow").status != "ok")
        finally:
            os._exit(status)
    assert os.waitpid(child, 0)[1] == 0
    leave.set()


def test_many_who_ask_at_once_cost_one_look(make_health: Callable[..., Health]) -> None:
    """They get the same report, and a check is asked once."""
    entered, leave = threading.Event(), threading.Event()

    def slow() -> Component:
        entered.set()
        leave.wait(BOUND_S)
        return Component(name="slow", status="ok")

    health = make_health(within_s=BOUND_S)
    check = Says("slow", slow)
    health.add(check)
    reports: list[HealthReport] = []
    threads = [threading.Thread(target=lambda: reports.append(health.report())) for _ in range(8)]
    for thread in threads:
        thread.start()
    assert entered.wait(BOUND_S)
    leave.set()
    for thread in threads:
        thread.join(BOUND_S)
    assert len(reports) == 8
    assert all(each is reports[0] for each in reports)
    assert check.asked == 1
