"""A batch says how far it is, how fast it goes and when it ends."""

from __future__ import annotations

import io
import signal
import warnings
from collections.abc import Iterator

import pytest

from qualia.cli.amounts import told_span
from qualia.cli.batch.crew import Crew
from qualia.cli.batch.going import going
from qualia.cli.batch.pace import Pace, Tally
from qualia.cli.batch.stopping import Stop
from qualia.cli.batch.telling import Ticker, progress_line, summary_facts
from qualia.cli.batch.work import Ended, Job
from qualia.errors import PluginFailed


def job(name: str) -> Job:
    return Job(path=name, source=name, stem=name)


def done(name: str) -> Ended:
    return Ended(job=job(name), status="done", digest="d", outputs={f"{name}.json": "o"})


def test_a_line_of_progress_tells_count_share_rate_and_time_left() -> None:
    """What is there from earlier counts as done and tells nothing about how long the rest takes."""
    tally, pace = Tally(total=100), Pace(0.0)
    assert progress_line(tally, pace, 0.0) == "0/100 (0%)"
    for number in range(30):
        tally.count(Ended(job=job(str(number)), status="kept"), "")
        pace.keep(number / 10)
    for number in range(10):
        tally.count(done(str(number)), "")
        pace.work(2.9 + 0.5 * (number + 1))
    assert progress_line(tally, pace, 7.9) == "40/100 (40%), 2.0 files/s, 30 s left"
    tally.count(Ended(job=job("x"), status="failed", error=PluginFailed("toy", "no luck", "a.py:1")), "no luck")
    assert progress_line(tally, pace, 7.9).endswith("failed: 1")
    assert tally.failures == [("x", "PluginFailed", "no luck")]


def test_the_rate_is_that_of_late() -> None:
    """A slow beginning is forgotten; so is a quick one."""
    pace = Pace(0.0)
    pace.work(90.0)
    for number in range(200):
        pace.work(100.0 + number / 10)
    rate = pace.rate(120.0)
    assert rate is not None and 9 < rate < 11
    left_s = pace.left_s(120.0, 100)
    assert left_s is not None and 9 < left_s < 11
    slow = Pace(0.0)
    slow.work(60.0)
    slow.work(120.0)
    assert slow.left_s(120.0, 3) == 180.0
    assert Pace(0.0).rate(1.0) is None and Pace(0.0).left_s(1.0, 5) is None


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0.04, "40 ms"),
        (0.9996, "1.0 s"),
        (9.96, "10 s"),
        (59.7, "1 min 00 s"),
        (185, "3 min 05 s"),
        (7800, "2 h 10 min"),
    ],
)
def test_spans_of_time_are_short(seconds: float, told: str) -> None:
    """In the largest unit that fits, and the next one."""
    assert told_span(seconds) == told


def test_the_summary_counts_every_file_once() -> None:
    """Also those that were not looked at."""
    tally = Tally(total=5)
    tally.count(done("a"), "")
    tally.count(Ended(job=job("b"), status="kept"), "")
    facts = summary_facts(tally, Pace(0.0), 2.0)
    assert facts == {
        "total": 5,
        "done": 1,
        "kept": 1,
        "failed": 0,
        "skipped": 3,
        "elapsed_s": 2.0,
        "files_per_s": 0.5,
    }


def test_the_line_at_the_bottom_is_written_now_and_then_and_makes_room() -> None:
    """Not in the first half second, ten times a second at most, no wider than the terminal."""
    now_s, stream = [0.0], io.StringIO()
    ticker = Ticker(stream, clock=lambda: now_s[0], width=lambda: 10)
    ticker.show(lambda: "early")
    now_s[0] = 0.6
    ticker.show(lambda: "0123456789\n\x1b[2J")
    ticker.show(lambda: "too soon")
    assert stream.getvalue() == "\r\x1b[K012345678"
    with warnings.catch_warnings(record=True), ticker.making_room():
        warnings.showwarning("told", UserWarning, "file", 1)
        ticker.clear()
    assert stream.getvalue() == "\r\x1b[K012345678\r\x1b[K"
    Ticker(None).show(lambda: "nobody is there")


def test_a_first_signal_asks_and_a_second_one_leaves() -> None:
    """The code is 128 and the signal's number."""
    woken, left = list[bool](), list[int]()
    stop = Stop(lambda: woken.append(True), left.append)
    assert not stop.is_asked
    stop.hear(signal.SIGTERM)
    assert (stop.is_asked, stop.code, woken, left) == (True, 143, [True], [])
    stop.hear(signal.SIGINT)
    assert left == [130]


def test_signals_are_given_back_at_the_end() -> None:
    """Whoever heard them before hears them again."""
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    with Stop(lambda: None) as stop:
        assert signal.getsignal(signal.SIGINT) == stop.hear
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


class Slow:
    """A crew whose files end when it is told."""

    def __init__(self, clock: list[float], *, heeds: bool) -> None:
        self.taken: list[Job] = []
        self.is_cancelled: bool = False
        self._clock: list[float] = clock
        self._heeds: bool = heeds

    def submit(self, job: Job) -> None:
        """Take one."""
        self.taken.append(job)

    def next(self, timeout_s: float) -> Ended | None:
        """Give nothing for a while, and failures when cancelled."""
        self._clock[0] += timeout_s
        if self.is_cancelled and self._heeds:
            error = PluginFailed("toy", "cancelled", "a.py:1")
            return Ended(job=self.taken[0], status="failed", error=error)
        return None

    def wake(self) -> None:
        """Do nothing."""

    def cancel(self) -> None:
        """Take note."""
        self.is_cancelled = True

    def close(self) -> None:
        """Do nothing."""


@pytest.mark.parametrize("heeds", [True, False])
def test_files_under_way_have_a_moment_and_are_then_cancelled_and_left(heeds: bool) -> None:
    """No further file begins; what fails because it was cancelled is no failure; who does not heed is left behind."""
    clock, stop, told = [0.0], Stop(lambda: None), list[str]()
    crew = Slow(clock, heeds=heeds)
    works: Crew = crew

    def jobs() -> Iterator[Job]:
        yield job("a")
        stop.halt()
        yield job("b")
        yield job("c")

    ended = going(jobs(), works, stop, window=9, at_end=lambda: told.append("end"), clock=lambda: clock[0])
    assert list(ended) == []
    assert [each.path for each in crew.taken] == ["a", "b"]
    assert (told, crew.is_cancelled) == (["end"], True)
    assert clock[0] < 2.5


def test_at_most_so_many_files_are_under_way() -> None:
    """Files are taken from their list as there is room for them."""
    pulled: list[str] = []
    under_way: dict[str, Job] = {}

    class Quick(Slow):
        """A crew whose files end at once."""

        def submit(self, job: Job) -> None:
            """Take one."""
            under_way[job.path] = job
            assert len(under_way) <= 3

        def next(self, timeout_s: float) -> Ended | None:
            """End the oldest."""
            return done(under_way.pop(next(iter(under_way))).path)

    def jobs() -> Iterator[Job]:
        for number in range(20):
            pulled.append(str(number))
            yield job(str(number))

    ended = going(jobs(), Quick([0.0], heeds=True), Stop(lambda: None), window=3, at_end=lambda: None)
    next(ended)
    assert len(pulled) == 3
    assert len(list(ended)) == 19
