"""The log: what it lets through, how it follows, and what can be done with it."""

from __future__ import annotations

from collections import deque
from typing import Any

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from qualia.client import HostEvent
from qualia.words import speaking
from qualia_tui.model import log_view
from qualia_tui.model.log import LEVELS, LogLine, admits, log_line, sentence
from qualia_tui.model.log_view import Filter, LogView
from qualia_tui.model.tail import Tail
from qualia_tui.sections.log_pane import LogPane
from tests.tui.plain import answers
from tests.tui.seeing import FakeHost, Seen, ran, shown
from tests.tui.test_model import events

filters = st.builds(
    Filter,
    level=st.sampled_from(LEVELS),
    plugin=st.sampled_from(["", "p", "q"]),
    wanted=st.sampled_from(["", "ok", "!ok", "P", "!", "step"]),
)


def entry(kind: str = "warning", seq: int = 1, **details: Any) -> LogLine:
    """Return a line of the log."""
    return log_line(HostEvent(kind=kind, seq=seq, at_s=1.0, details=details))


@given(st.lists(st.lists(events, max_size=8) | filters, max_size=12), st.integers(1, 30))
def test_a_view_shows_what_its_filter_lets_through(steps: list[Any], kept: int) -> None:
    """However lines came and the filter was changed, it is what looking at all of them anew would give."""
    log: deque[LogLine] = deque(maxlen=kept)
    view = LogView()
    for step in steps:
        if isinstance(step, Filter):
            view.narrow(step, log)
        else:
            seen: list[LogLine] = []
            for event in step:
                log.append(log_line(event))
                seen.append(log[-1])
            before = list(view.page(0, len(view)))
            told = view.take(log)
            assert told.is_anew or [*before, *view.page(len(view) - told.added, told.added)] == [
                *view.page(0, len(view))
            ]
        shown_last = [each for each in log if view.filter.admits(each)]
        assert list(view.page(len(view) - len(shown_last), len(shown_last))) == shown_last


@given(events)
def test_every_event_becomes_a_line(event: HostEvent) -> None:
    """Whatever an event says, it has a level, a row and details, in both languages."""
    told = log_line(event)
    for language in ("en", "pt-BR"):
        with speaking(language):
            assert told.level in LEVELS
            assert len(log_view.row(told).cells) == len(log_view.columns())
            assert log_view.details(told, 60)


def test_a_line_is_looked_at_once() -> None:
    """With 2,000 lines known, an event costs a look at its own line alone."""
    log = deque((entry(seq=number) for number in range(2000)), maxlen=2000)
    view, looked = LogView(), []

    class Counting(Filter):
        def admits(self, entry: LogLine) -> bool:
            looked.append(entry.seq)
            return True

    view.narrow(Counting(), log)
    looked.clear()
    log.append(entry(seq=2000))
    view.take(log)
    assert looked == [2000]


def test_a_view_forgets_its_beginning() -> None:
    """It keeps so many lines, and tells how many went."""
    log: deque[LogLine] = deque(maxlen=2000)
    view, gone = LogView(kept=100), 0
    for number in range(1000):
        log.append(entry(seq=number))
        gone += view.take(log).gone
    assert 100 <= len(view) <= 600
    assert gone + len(view) == 1000
    assert view[len(view) - 1].seq == 999


def test_a_tail_tells_when_all_is_other() -> None:
    """After the log was emptied, or went on without the line known last, what is there is told as new."""
    tail, log = Tail(), deque([entry(seq=1)], maxlen=2)
    assert [each.seq for each in tail.news(log).lines] == [1]
    assert tail.news(log).lines == ()
    log.extend(entry(seq=number) for number in range(2, 6))
    news = tail.news(log)
    assert news.is_anew
    assert [each.seq for each in news.lines] == [4, 5]
    log.clear()
    assert tail.news(log).is_anew
    assert not tail.news(log).is_anew


def test_levels_tell_what_matters() -> None:
    """What failed is an error, what should be looked at a warning, and how runs go is for whoever wants it all."""
    levels = {
        "run_failed": "error",
        "reload_failed": "error",
        "plugin_slow": "warning",
        "run_finished": "info",
        "step_finished": "debug",
    }
    assert {kind: entry(kind).level for kind in levels} == levels
    assert entry("breaker_moved", state="open").level == "warning"
    assert entry("breaker_moved", state="closed").level == "info"
    assert entry("job_changed", job="run", state="running").level == "debug"
    assert entry("job_changed", job="operation", state="ok").level == "info"
    assert entry("job_changed", job="run", state="lost").level == "error"
    assert entry("link", state="lost").level == "warning"


def test_what_went_wrong_comes_first() -> None:
    """A line has little room: plugin and place stand beside what a plugin raised, and do not push it out."""
    told = "plugin 'flaky' failed at /srv/plugins/flaky/__init__.py:16: ValueError: no sentence"
    line = entry("step_failed", error=told, error_type="PluginFailed", place="/srv/plugins/flaky/__init__.py:16")
    assert sentence(line) == "ValueError: no sentence (__init__.py:16)"
    assert sentence(entry("step_finished", elapsed_s=0.0012, cached=True)) == "1.2 ms cached=yes"


def test_what_is_known_already_or_was_wanted_is_no_error() -> None:
    """Of operations that only look, of each stage of a job and of runs that told of it themselves nothing is said."""
    levels = [
        entry("job_changed", job="operation", state="running").level,
        entry("job_changed", job="operation", state="ok").level,
        entry("job_changed", job="operation", state="ok", looks=True).level,
        entry("job_changed", job="operation", state="failed", looks=True).level,
        entry("run_failed", error="'slow' was cancelled", error_type="RunCancelled").level,
        log_line(HostEvent(kind="job_changed", seq=1, at_s=1.0, run_id="5f", details={"state": "failed"})).level,
    ]
    assert levels == ["debug", "info", "debug", "error", "warning", "debug"]


def test_escapes_are_folded_by_what_they_take() -> None:
    """What would steer a terminal takes more cells as the escape that is shown, and no line is cut for it."""
    lines = log_view.details(entry("step_failed", error="\x1b]52;c;\x07\u202e " * 20), 60)
    texts = ["".join(span.text for span in each) for each in lines]
    assert max(map(len, texts)) <= 60
    assert "".join(texts).count("\\u202e") == 20


def test_a_filter_can_be_turned_round() -> None:
    """After an exclamation mark it lets through what has none of it."""
    told = entry(message="the disk is full")
    assert admits(told, level="info", wanted="DISK")
    assert not admits(told, level="info", wanted="!disk")
    assert not admits(told, level="error", wanted="")
    assert sentence(entry(error="no", elapsed_s=0.5, code_hash="x")) == "no 500 ms"


async def at_log(seen: Seen, *, lines: int = 0) -> Seen:
    """Show the log, with some lines in it."""
    await seen.press("6")
    for number in range(lines):
        seen.host.say("warning", plugin="sentiment" if number % 2 else "topics", message=f"line {number}.")
    return await seen.until(f"line {lines - 1}." if lines else "following")


def test_the_log_follows_until_somebody_moves() -> None:
    """Moving up pauses, what comes meanwhile is counted and does not move the page, and the end follows again."""

    async def work() -> None:
        async with shown(FakeHost(answers())) as seen:
            await at_log(seen, lines=30)
            await seen.press("k", "k")
            await seen.until("paused")
            page = seen.lines()[3:20]
            for _each in range(5):
                seen.host.say("warning", message="later")
            await seen.until("paused, 5 new lines wait")
            assert seen.lines()[3:20] == page
            await seen.press("G")
            await seen.until("following")
            assert "later" in seen.text()
            await seen.press("f")
            assert "paused" in seen.text()
            await seen.press("down")
            assert "following" in seen.text()

    ran(work)


def test_a_full_page_moves_by_a_third() -> None:
    """So that not every line sends the whole page; the latest line is always on the screen."""

    async def work() -> None:
        async with shown(FakeHost(answers())) as seen:
            await at_log(seen)
            pane = seen.app.query_one(LogPane)
            firsts: set[int] = set()
            for number in range(60):
                seen.host.say("warning", message=f"line {number}.")
                await seen.until(f"line {number}.")
                firsts.add(pane.first)
            assert len(firsts) <= 60 / (pane.page_lines // 3) + 2

    ran(work)


def test_an_event_is_repainted_alone() -> None:
    """While it follows, one more event formats one more row."""

    async def work() -> None:
        async with shown(FakeHost(answers())) as seen:
            await at_log(seen, lines=5)
            pane, painted = seen.app.query_one(LogPane), []
            paint = pane.render_line

            def counted(y: int) -> Any:
                painted.append(y)
                return paint(y)

            pane.render_line = counted  # type: ignore[method-assign]
            seen.host.say("warning", message="one more")
            await seen.until(lambda _text: bool(painted))
            assert set(painted) == {6}

    ran(work)


def test_lines_are_narrowed_by_level_plugin_and_text() -> None:
    """Each filter is told below the lines, and escape takes them off."""

    async def work() -> None:
        async with shown(FakeHost(answers())) as seen:
            await at_log(seen, lines=6)
            seen.host.say("run_failed", name="sentiment", error="no luck")
            seen.host.say("step_started", plugin="topics", step="count")
            await seen.until("no luck")
            await seen.press("l", "l")
            assert "from level error" in seen.text()
            assert "line 0." not in seen.text()
            await seen.press("l")
            assert "step_started" in seen.text()
            await seen.press("p")
            await seen.press(*"topi", "enter")
            await seen.until("· topics")
            assert "line 1." not in seen.text()
            await seen.press("slash", *"!line", "enter")
            assert "line 0." not in seen.text()
            assert "step_started" in seen.text()
            await seen.press("escape")
            await seen.until("line 1.")

    ran(work)


def test_nothing_that_fits_is_said() -> None:
    """A filter that nothing passes does not leave an empty page without a word."""

    async def work() -> None:
        async with shown(FakeHost(answers())) as seen:
            await at_log(seen, lines=3)
            await seen.press("slash", *"zzz")
            await seen.until("nothing that is looked for")
            await seen.press("escape")
            await seen.until("line 2.")

    ran(work)


def test_an_event_is_read_in_full() -> None:
    """Enter shows all its details, made safe; without a cursor it is the latest one."""

    async def work() -> None:
        async with shown(FakeHost(answers())) as seen:
            await at_log(seen, lines=3)
            seen.host.say(
                "reload_failed", plugin="topics", cause="\x1b[2JSyntaxError", place="core.py:3", trace={"a": 1}
            )
            await seen.until("reload_failed")
            await seen.press("enter")
            await seen.until("Event 4")
            assert "SyntaxError" in seen.text()
            assert "\x1b" not in seen.text()
            await seen.press("escape", "k", "enter")
            await seen.until("line 2.")
            assert "Event 3" in seen.text()

    ran(work)


def test_another_host_begins_another_log() -> None:
    """Lines of the host before are gone, and the log is followed."""

    async def work() -> None:
        async with shown(FakeHost(answers())) as seen:
            await at_log(seen, lines=30)
            await seen.press("g")
            seen.app.model.log.clear()
            seen.host.say("warning", message="anew")
            await seen.until("anew")
            assert "line" not in "".join(seen.lines()[3:])

    ran(work)


def test_a_filter_is_a_value() -> None:
    """Changing one leaves the others as they are."""
    first = Filter(level="error", plugin="p")
    assert evolve(first, wanted="x") == Filter(level="error", plugin="p", wanted="x")
    assert [Filter(level=level).next_level for level in LEVELS] == ["info", "warning", "error", "debug"]
