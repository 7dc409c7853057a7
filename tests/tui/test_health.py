"""Health: the verdict with its reasons, the plugins, the rest, and the amounts they are told in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.widget import Widget

from qualia.errors import OperationUnavailable
from qualia.words import speaking
from qualia_tui.lines import Line
from qualia_tui.model import amounts, health_view
from qualia_tui.model.health_view import PluginRows, told_of, troubles
from qualia_tui.model.spark import BARS, folded, graph, spark
from tests.tui.plain import AT_S, answers, component, plugin, report
from tests.tui.seeing import FakeHost, Seen, ran, shown
from tests.tui.test_model import ODD, plain

parts = st.lists(
    st.dictionaries(
        st.sampled_from(["name", "status", "reason", "remedy", "since_s", "facts"]),
        plain | st.sampled_from(["disk", "cache", "backups", "memory", "queue", "history", "plugin:p", "degraded"]),
        max_size=6,
    ),
    max_size=4,
)
reports = st.builds(
    lambda status, at_s, parts: {"status": status, "at_s": at_s, "components": parts},
    st.sampled_from([*ODD, "failing", "degraded"]),
    plain,
    parts | plain,
)
facts = st.dictionaries(
    st.sampled_from(["bytes", "limit_bytes", "free_bytes", "count", "newest_at_s", "age_s", "used_percent", "folder"]),
    plain,
    max_size=5,
)


def text_of(lines: tuple[Line, ...]) -> str:
    """Return what lines say."""
    return "\n".join("".join(span.text for span in line) for line in lines)


@given(reports, st.integers(1, 200), st.integers(1, 12))
def test_whatever_a_host_calls_a_report_can_be_shown(told: dict[str, Any], width: int, most: int) -> None:
    """A report of another shape is shown as far as it is one, in both languages, within the lines there are."""
    for language in ("en", "pt-BR"):
        with speaking(language):
            health_view.verdict_line(told)
            found = troubles(told)
            assert len(health_view.trouble_lines(found, width, most=most)) <= most
            rows = PluginRows()
            assert rows.of(told, {"p": {"id": "p", **told}}) == rows.of(told, {"p": {"id": "p", **told}})
            health_view.rest_lines(told, width)
            health_view.whole_report(told, width)


@given(st.sampled_from(["cache", "history", "disk", "memory", "queue", "backups", "mine"]), facts, plain)
def test_facts_are_told_whatever_they_are(name: str, known: dict[str, Any], at_s: Any) -> None:
    """No fact of a component keeps the others from being shown."""
    at = at_s if isinstance(at_s, float) else None
    assert isinstance(health_view.told_of(name, known, at), str)
    assert tuple(health_view.component_lines({"name": name, "facts": known}, 40, at_s=at))


def test_the_worst_comes_first() -> None:
    """What is failing stands above what is degraded, and what is well or unknown is no trouble."""
    told = [component("a", "degraded"), component("b"), component("c", "failing"), component("d", "unknown")]
    assert [each.name for each in troubles(report(parts=told))] == ["c", "a"]


def test_reasons_that_do_not_fit_are_counted() -> None:
    """The last line says how many more things there are, so that nothing is hidden without a word."""
    told = [component(f"c{number}", "failing", "it broke", "mend it") for number in range(5)]
    lines = health_view.trouble_lines(troubles(report(parts=told)), 80, most=5)
    assert text_of(lines) == "✗ c0: it broke\n    → mend it\n✗ c1: it broke\n    → mend it\n  3 more: press w"


def test_reasons_are_told_in_portuguese(catalogues: None) -> None:
    """What the engine composed in English is recognised."""
    with speaking("pt-BR"):
        lines = health_view.trouble_lines(troubles(report()), 80, most=9)
    assert "o disco de /srv está 94 % cheio, restam 610 MB" in text_of(lines)
    assert "conserte o que falha e rearme o disjuntor" in text_of(lines)


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (None, ""),
        (0.0, "0.00 ms"),
        (0.00042, "0.42 ms"),
        (0.0084, "8.4 ms"),
        (0.034, "34 ms"),
        (0.9996, "1.0 s"),
        (99.9, "99.9 s"),
        (99.96, "2 min"),
        (5969.0, "99 min"),
        (7200.0, "2 h"),
        (float("inf"), ""),
        (float("nan"), ""),
    ],
)
def test_durations_are_short(seconds: float | None, told: str) -> None:
    """From fractions of a millisecond to hours; what is no time says nothing."""
    assert amounts.duration(seconds) == told


@pytest.mark.parametrize(
    ("size", "told"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (9_960, "10 kB"), (999_600, "1.0 MB"), (10**16, "10000 TB")],
)
def test_sizes_are_short(size: int, told: str) -> None:
    """In units of 1,000, with two figures at least."""
    assert amounts.size(size) == told


@pytest.mark.parametrize(
    ("seconds", "told"), [(3, "now"), (61, "1 min"), (3600, "1 h"), (86_400, "24 h"), (200_000, "2 d"), (None, "")]
)
def test_ages_do_not_tick(seconds: float | None, told: str) -> None:
    """They are told in minutes at least, as a second more must not send a byte."""
    assert amounts.age(seconds) == told


@given(st.floats(0, 1e17), st.floats(0, 1e17))
def test_amounts_have_a_bound(one: float, other: float) -> None:
    """However large, they fit the columns they stand in."""
    assert len(amounts.duration(one)) <= 20
    assert len(amounts.size(one)) <= 9
    assert amounts.percent(one, other) == "" or amounts.percent(one, other).endswith(" %")
    assert amounts.clock(one)
    assert amounts.moment(one)


def test_amounts_are_written_as_in_portuguese() -> None:
    """With a comma before the fraction and points between thousands."""
    with speaking("pt-BR"):
        assert (amounts.duration(1.5), amounts.size(1500), amounts.count(12345)) == ("1,5 s", "1,5 kB", "12.345")


numbers = st.lists(st.floats(-10, 1e9) | st.just(float("nan")), max_size=80)


@given(numbers, st.integers(0, 40))
def test_a_graph_is_as_wide_as_asked_for(values: list[float], width: int) -> None:
    """It is one line of bars; the highest value has the highest bar, and none has nothing."""
    drawn = spark(values, width)
    assert len(drawn) == width
    assert set(drawn) <= {*BARS, " "}
    assert ("█" in drawn) == (width > 0 and any(each > 0 for each in folded(values, width)))
    assert len(folded(values, max(1, width))) <= max(1, width)


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=80), st.integers(1, 40))
def test_folding_loses_no_call(values: list[int], width: int) -> None:
    """Neighbours are added up, and the latest value is in the last point."""
    assert sum(folded(values, width)) == sum(values)
    assert folded(values, width)[-1] >= values[-1]


def test_a_graph_shows_failures_by_its_style() -> None:
    """Its style is that of trouble as long as the latest point has errors; the count beside it tells the same."""
    assert graph([1, 2], [0, 1], 4).style == "bad"
    assert graph([1, 2], [1, 0], 4).style == "bar"
    assert graph([], [], 4).text == "    "
    assert spark([1, 8], 2, top=8) == "▂█"


async def at_health(seen: Seen) -> Seen:
    """Wait until the report is shown."""
    return await seen.until("cleaner")


def test_reasons_and_remedies_are_seen_at_once() -> None:
    """The verdict, what is wrong, what to do about it, each plugin and the rest stand on one screen of 80 by 24."""

    async def work() -> None:
        async with shown(FakeHost(answers())) as seen:
            text = (await at_health(seen)).text()
            for told in (
                "2 things need somebody",
                "→ mend what fails",
                "word_frequency",
                "610 MB free",
                "3, the newest",
            ):
                assert told in text
            assert " 60     25  8.4 ms" in text
            await seen.press("j", "j")
            assert "sentiment 5 min ago: core.py:41 ValueError: the model file is empty" in seen.text()
            await seen.press("k")
            assert "frequency_chart: libraries it needs" in seen.text()

    ran(work)


def test_health_lives() -> None:
    """What changed in the report is on the screen without a key; what is well again is told no more."""

    async def work() -> None:
        async with shown(FakeHost(answers())) as seen:
            await at_health(seen)
            seen.host.answers["health"] = report(status="ok", parts=[component("memory", used_bytes=5e6)])
            seen.host.answers["plugins.list"] = [plugin("word_frequency", calls=1281, took_s=0.001)]
            seen.host.say("step_finished", plugin="word_frequency", elapsed_s=0.001, cached=False)
            await seen.until("✓ healthy")
            await seen.until("1,281")
            assert "need somebody" not in seen.text()
            assert "sentiment" not in seen.text()

    ran(work)


def test_the_whole_report_can_be_read() -> None:
    """Every component, with its reason, remedy and facts; a plugin's page opens with enter."""

    async def work() -> None:
        async with shown(FakeHost(answers()), size=(80, 40)) as seen:
            await at_health(seen)
            await seen.press("w")
            await seen.until("usable plugins")
            assert seen.text().index("sentiment") < seen.text().index("disk") < seen.text().index("engine")
            await seen.press("escape", "enter")
            await seen.until("was never closed")

    ran(work)


def test_everything_is_looked_at_again() -> None:
    """The host is asked for a fresh report, whose facts are shown at once."""

    async def work() -> None:
        async with shown(FakeHost(answers())) as seen:
            await at_health(seen)
            seen.host.answers["health"] = lambda fresh=False: report(status="failing" if fresh else "ok")
            await seen.press("r")
            await seen.until("everything was looked at")
            assert {"fresh": True} in seen.host.heard("health")
            assert "✗ failing  2 things" in seen.text()

    ran(work)


def test_alerts_are_told_by_their_operation() -> None:
    """Where it is installed it is run and read; where it is not, that is said."""
    begun = {"run": "o1"}
    states = iter([{"state": "running"}, {"state": "ok"}])
    told = {
        "operations__list": [{"operation": "alerts.list"}],
        "operations__run": begun,
        "operations__progress": lambda run: next(states),
        "operations__result": {"result": {"text": "disk: 94 % full, for 2 h"}},
    }

    async def work(host: FakeHost, expected: str) -> None:
        async with shown(host) as seen:
            await at_health(seen)
            await seen.press("a")
            await seen.until(expected)

    ran(lambda: work(FakeHost(answers(**told)), "94 % full, for 2 h"))
    ran(lambda: work(FakeHost(answers()), "alerts are not installed"))
    broken = {**told, "operations__run": OperationUnavailable("alerts.list", "it is broken", "mend it")}
    ran(lambda: work(FakeHost(answers(**broken)), "it is broken"))


def test_nothing_changing_paints_nothing() -> None:
    """The same facts, asked for again, send no line."""

    async def work() -> None:
        async with shown(FakeHost(answers())) as seen:
            await at_health(seen)
            painted: list[int] = []

            def counting(paint: Callable[[int], Any]) -> Callable[[int], Any]:
                def counted(y: int) -> Any:
                    painted.append(y)
                    return paint(y)

                return counted

            for widget in seen.app.query_one("#section-health").walk_children(Widget):
                setattr(widget, "render_line", counting(widget.render_line))  # noqa: B010 - it is put in its place
            asked = len(seen.host.heard("health"))
            seen.host.say("breaker_moved", plugin="sentiment", state="open")
            while len(seen.host.heard("health")) == asked:
                await seen.settled()
            await seen.settled()
            assert painted == []

    ran(work)


def test_a_real_host_is_seen(reach: Any, core: Any) -> None:
    """Calls and failures of a running Core are told with their place."""
    from qualia import Document
    from qualia.errors import PluginFailed

    core.run("toy_count", Document("a b c"))
    with pytest.raises(PluginFailed):
        core.run("toy_boom", Document("a b c"))

    async def work() -> None:
        async with shown(reach) as seen:
            await seen.until("toy_count")
            await seen.press(*"jjjjj")
            await seen.until("__init__.py:11 RuntimeError: no luck today")

    ran(work)


def test_ages_come_from_the_clock_of_the_host() -> None:
    """They are told between two moments of the host, as this machine's clock may be another."""
    line = health_view.plugin_line(plugin("sentiment", calls=1, errors=1), AT_S)
    assert "".join(span.text for span in line).startswith("sentiment 5 min ago: core.py:41")


@pytest.mark.parametrize(
    ("known", "told"),
    [
        ({}, "nobody looks"),
        ({"raised": 0, "which": ""}, "none raised"),
        ({"raised": 2, "which": "breaker turns, disk"}, "2 raised: breaker turns, disk"),
    ],
)
def test_alerts_are_told_by_how_many_are_raised(known: dict[str, Any], told: str) -> None:
    """Which alerts are raised stands in the section itself, not behind a key alone."""
    assert told_of("alerts", known, None) == told


def test_facts_have_names_that_people_read() -> None:
    """Names and words of programs are not shown; one that nobody knows loses its unit and its underscores."""
    part = component(
        "plugin:topics", state="loaded", breaker="forced_open", recent_calls=3, uptime_s=90, model_server_bytes=2e6
    )
    told = report(parts=[part])
    said = text_of(health_view.whole_report(told, 76))
    assert [" ".join(each.split()) for each in said.splitlines()[1:6]] == [
        "state loaded",
        "breaker held open",
        "calls lately 3",
        "up for 90.0 s",
        "model server 2.0 MB",
    ]
    with speaking("pt-BR"):
        said = text_of(health_view.whole_report(told, 76))
    assert "recent_calls" not in said
    assert "chamadas há pouco" in said
    assert "aberto à mão" in said
    assert "carregado" in said


def test_a_backup_of_a_moment_ago_is_not_now_old() -> None:
    """Below a minute there is no age to tell."""
    known = {"count": 2, "newest_at_s": 1000.0, "verified": True}
    assert told_of("backups", known, 1010.0) == "2, the newest just made, verified"
    assert told_of("backups", known, 1000.0 + 7200) == "2, the newest 2 h old, verified"


def test_a_console_that_only_looks_may_read_the_alerts() -> None:
    """Listing them changes nothing, so the host is asked."""

    async def work() -> None:
        async with shown(FakeHost(answers()), read_only=True) as seen:
            await at_health(seen)
            await seen.press("a")
            await seen.settled()
            assert "qualia alerts list" not in seen.text()
            assert seen.host.heard("operations.list") or seen.host.heard("operations.run")

    ran(work)


def test_what_nobody_waits_for_is_told_in_tens_of_minutes() -> None:
    """How long the host runs, and how old a backup is, changes six times an hour: each change goes over the line."""

    def told(at_s: float) -> str:
        engine = component("engine", version="1.0.0", uptime_s=at_s)
        backups = {"count": 2, "newest_at_s": 0.0, "verified": True}
        right = health_view.verdict_line({**report(status="ok", parts=[engine]), "at_s": at_s})[1]
        return "".join(span.text for span in right) + told_of("backups", backups, at_s)

    assert len({told(60.0 * minute) for minute in range(60)}) == 6
    assert "up 50 min" in told(3599.0)
    assert "up 1 h" in told(3600.0)
