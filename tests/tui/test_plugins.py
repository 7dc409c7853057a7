"""Plugins: the table, its order and filter, and each thing that can be done."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualia.client import Client, HostEvent
from qualia.errors import PluginFailed, QualiaError
from qualia.words import speaking
from qualia_tui.lines import Line, widths
from qualia_tui.model import plugin_page
from qualia_tui.model.log import log_line
from qualia_tui.model.plugin_news import news_of
from qualia_tui.model.plugin_view import LETTERS, Order, arranged, columns, plugin_facts, plugin_row
from tests.tui.plain import answers, inspected, past_runs, plugin, plugins
from tests.tui.scenes_plugins import FAILED
from tests.tui.seeing import FakeHost, Seen, ran, shown
from tests.tui.test_model import events, plain

KNOWN = {each["id"]: each for each in plugins()}
odd_plugins = st.dictionaries(
    st.sampled_from(
        ["id", "state", "breaker", "counts", "series", "generation", "reason", "params", "limits", "failures"]
    ),
    plain,
    max_size=7,
)


def text_of(lines: tuple[Line, ...]) -> str:
    """Return what lines say."""
    return "\n".join("".join(span.text for span in line) for line in lines)


def names(letter: str = "N", *, times: int = 1, wanted: str = "") -> list[str]:
    """Return the plugins as they are shown after a letter was pressed so often."""
    order = Order(key="breaker")
    for _time in range(times):
        order = order.turned(LETTERS[letter])
    return [each.id for each in arranged(KNOWN, order=order, wanted=wanted)]


def test_each_letter_orders_by_its_column() -> None:
    """Numbers begin with the largest, names with the first, states with trouble; once more turns it round."""
    assert names("N") == sorted(KNOWN)
    assert names("C")[:3] == ["word_frequency", "sentiment", "speakers"]
    assert names("E")[0] == "sentiment"
    assert names("M")[:2] == ["speakers", "topics"]
    assert names("P", times=2)[0] == "word_frequency"
    assert names("S")[0] == "speakers"
    assert names("S", times=2)[0] == "sentiment"
    assert names("B", times=2)[:2] == ["sentiment", "topics"]


def test_what_nobody_knows_comes_last() -> None:
    """Plugins without a median stand at the end in either direction, by name."""
    unknown = ["cleaner", "frequency_chart", "transcript_cleaner"]
    assert names("M")[-3:] == names("M", times=2)[-3:] == unknown


@given(st.dictionaries(st.text(max_size=4), odd_plugins, max_size=5), st.sampled_from([*LETTERS]), st.text(max_size=3))
def test_any_plugins_can_be_shown(told: dict[str, Any], letter: str, wanted: str) -> None:
    """Whatever a host says of them: each that the filter lets through has a row, ordered the same each time."""
    order = Order().turned(LETTERS[letter])
    shown_plugins = arranged(told, order=order, wanted=wanted)
    assert arranged(dict(reversed(told.items())), order=order, wanted="") == arranged(told, order=order) or len(
        {plugin_facts(each).id for each in told.values()}
    ) < len(told)
    for each in shown_plugins:
        assert len(plugin_row(each).cells) == len(columns(order))
        plugin_page.short(each, 40, at_s=1e9)
    for each in told.values():
        plugin_page.full(each, [each], 40, at_s=None)


@given(st.lists(events, max_size=10))
def test_news_are_about_plugins(stream: list[HostEvent]) -> None:
    """Each names its plugin, in both languages, whatever events say."""
    for language in ("en", "pt-BR"):
        with speaking(language):
            found = news_of(log_line(each) for each in stream)
            assert all(each.plugin in ("p", "q") and each.plugin in each.told and each.mark.text for each in found)


def test_the_columns_fit() -> None:
    """At 60 cells name, state, calls and errors are left; at 80 the times too; at 120 everything."""
    shape = columns(Order())
    shown_at = {width: sum(1 for each in widths(shape, width) if each) for width in (60, 80, 120)}
    assert shown_at == {60: 4, 80: 6, 120: 8}
    assert all(sum(widths(shape, width)) <= width for width in (60, 80, 120))


def test_the_page_has_everything() -> None:
    """State, params with their declarations, failures with place and source line, runs, limits, README, manifest."""
    page = text_of(plugin_page.full(inspected(), past_runs(), 80))
    for told in (
        "✗ open",
        "top  int = 20, 1 to 200",
        'mode  str = "all", "all" | "some"',
        "core.py:7",
        "> return score(text",
        "✗ failed",
        "timeout_s  30",
        "Scores each sentence.",
        'kind = "analyzer"',
        "numpy>=2",
    ):
        assert told in page


def test_a_plugin_that_cannot_be_loaded_has_a_page() -> None:
    """It says why instead of the params."""
    page = text_of(plugin_page.full(inspected(params=None, trouble="no class Toy"), (), 80))
    assert "no class Toy" in page
    assert "it has none" in text_of(plugin_page.full(inspected(params=[]), (), 80))


async def at_plugins(seen: Seen, *, down: int = 0) -> Seen:
    """Show the table, the cursor so many rows down."""
    await seen.until("cleaner")
    await seen.press("2", *("j" * down))
    return await seen.until("Name")


def rows(seen: Seen) -> list[str]:
    """Return the names in the table, from above."""
    return [name for each in seen.lines()[3:-2] if (name := each.split(" ")[0]) in KNOWN]


def test_letters_and_filter_work_on_the_screen() -> None:
    """The heading marks the order; the filter can be turned round, and escape takes it off."""

    async def work() -> None:
        async with shown(FakeHost(answers())) as seen:
            await at_plugins(seen)
            await seen.press("C")
            assert "Calls▼" in seen.text()
            assert rows(seen)[0] == "word_frequency"
            await seen.press("C")
            assert "Calls▲" in seen.text()
            await seen.press("N", "slash", *"freq", "enter")
            assert rows(seen) == ["frequency_chart", "word_frequency"]
            await seen.press("slash", "home", "!", "enter")
            assert rows(seen) == ["cleaner", "sentiment", "speakers", "topics", "transcript_cleaner"]
            await seen.press("slash", *"zzz_")
            assert "freq" in seen.text()
            await seen.press("escape")
            assert rows(seen) == sorted(KNOWN)
            await seen.press("slash", *"nosuch")
            assert "no plugin is called that" in seen.text()

    ran(work)


def test_keys_that_need_a_plugin_are_offered_where_there_is_one() -> None:
    """With no row below the filter, only what needs none stands in the footer."""

    async def work() -> None:
        async with shown(FakeHost(answers()), size=(120, 40)) as seen:
            await at_plugins(seen)
            assert "r reload" in seen.lines()[-1]
            await seen.press("slash", *"nosuch", "enter")
            foot = seen.lines()[-1]
            assert "reload" not in foot
            assert "hold open" not in foot
            assert "/ filter" in foot
            await seen.press("r", "escape")
            assert "r reload" in seen.lines()[-1]
            assert seen.host.heard("plugins.reload") == []

    ran(work)


def test_nothing_is_said_of_plugins_before_the_host_told_of_them() -> None:
    """That there are none is a fact of a host; it is not said while one is waited for."""
    refused = PluginFailed("sentiment", "SyntaxError: '(' was never closed", "core.py:7")

    async def work() -> None:
        async with shown(FakeHost({"plugins.list": refused, "health": refused})) as seen:
            await seen.settled()
            for key in "21":
                await seen.press(key)
                assert "no plugin was found" not in seen.text()
            seen.host.answers["plugins.list"] = []
            seen.host.say("plugin_removed", plugin="sentiment")
            await seen.until("no plugin was found")

    ran(work)


@pytest.mark.parametrize(
    ("key", "verb", "told"),
    [
        ("r", "plugins.reload", "sentiment is reloaded"),
        ("e", "plugins.enable", "sentiment is switched on"),
        ("x", "breaker.reset", "the breaker of sentiment is closed"),
    ],
)
def test_what_mends_is_done_at_once(key: str, verb: str, told: str) -> None:
    """The host is asked for the plugin under the cursor, and its answer is the row's."""
    mended = plugin("sentiment", state="enabled", calls=61)

    async def work() -> None:
        async with shown(FakeHost({**answers(), verb: mended})) as seen:
            await at_plugins(seen, down=2)
            await seen.press(key)
            await seen.until(told)
            assert seen.host.heard(verb) == [{"plugin": "sentiment"}]
            await seen.until("○ enabled                61")

    ran(work)


@pytest.mark.parametrize(
    ("key", "verb", "question"),
    [
        ("d", "plugins.disable", "Switch sentiment off?"),
        ("b", "plugins.rollback", "Roll sentiment back?"),
        ("o", "breaker.force_open", "Hold the breaker of sentiment open?"),
    ],
)
def test_what_takes_away_is_asked_first(key: str, verb: str, question: str) -> None:
    """The same key again, enter on cancel and escape do nothing; only the other button does it."""

    async def work() -> None:
        async with shown(FakeHost({**answers(), verb: plugin("sentiment", state="disabled")})) as seen:
            await at_plugins(seen, down=2)
            for no in ("escape", "enter"):
                await seen.press(key)
                await seen.until(question)
                await seen.press(key, no)
                await seen.until("Name")
            assert seen.host.heard(verb) == []
            await seen.press(key)
            await seen.until(question)
            await seen.press("right", "enter")
            await seen.until("- disabled")
            assert seen.host.heard(verb) == [{"plugin": "sentiment"}]

    ran(work)


def test_what_the_host_refuses_is_said() -> None:
    """Its sentence stands in the notice line, and the row stays as it is."""
    refused = PluginFailed("sentiment", "SyntaxError: '(' was never closed", "core.py:7")

    async def work() -> None:
        async with shown(FakeHost({**answers(), "plugins.reload": refused})) as seen:
            await at_plugins(seen, down=2)
            await seen.press("r")
            await seen.until("sentiment could not be reloaded: core.py:7 SyntaxError")
            assert rows(seen) == sorted(KNOWN)

    ran(work)


@pytest.mark.parametrize("key", ["r", "e", "x", "d", "b", "o", "t"])
def test_a_console_that_only_looks_does_nothing(key: str) -> None:
    """Each action says so, and the host is not asked."""

    async def work() -> None:
        async with shown(FakeHost(answers()), read_only=True) as seen:
            await at_plugins(seen, down=2)
            asked = {verb for verb, _params in seen.host.asked}
            await seen.press(key)
            await seen.until("this console only looks")
            assert {verb for verb, _params in seen.host.asked} == asked

    ran(work)


def test_hot_reload_is_seen_as_it_happens() -> None:
    """The row and the notice line tell of it; a failure tells its place, and beside the table its source line."""

    async def work() -> None:
        async with shown(FakeHost(answers()), size=(120, 40)) as seen:
            seen.host.say("plugin_reloaded", plugin="topics", generation=9)
            await at_plugins(seen, down=2)
            assert "reloaded" not in seen.text()
            seen.host.say("plugin_reloaded", plugin="word_frequency", generation=2)
            await seen.until("word_frequency was reloaded")
            assert "▸ reloaded 2" in seen.text()
            seen.host.say("reload_failed", plugin="sentiment", **FAILED)
            await seen.until("sentiment could not be reloaded: core.py:7 SyntaxError: '(' was never closed")
            await seen.until("> return score(text")
            assert "✗ not reloaded" in seen.text()
            seen.host.say("plugin_reloaded", plugin="sentiment", generation=2)
            await seen.until("sentiment was reloaded")
            await seen.until(lambda text: "> return score" not in text)

    ran(work)


def test_the_pane_follows_the_cursor_where_there_is_room() -> None:
    """At 120 columns it stands beside the table, at 80 it does not."""

    async def work() -> None:
        async with shown(FakeHost(answers()), size=(120, 40)) as seen:
            await at_plugins(seen)
            await seen.until("What cleaner is for")
            await seen.press("G")
            await seen.until("What word_frequency is for")
            await seen.resize(80, 24)
            assert "What word_frequency is for" not in seen.text()
            await seen.resize(120, 40)
            await seen.until("What word_frequency is for")

    ran(work)


def test_a_plugin_is_read_in_full() -> None:
    """Enter opens its page; without a log of runs the rest is there; a host that cannot tell says why."""

    async def work() -> None:
        host = FakeHost({**answers(), "history.list": QualiaError("no history")})
        async with shown(host) as seen:
            await at_plugins(seen, down=2)
            await seen.press("enter")
            await seen.until("Failures to load")
            await seen.press("G")
            await seen.until('id = "sentiment"')
            host.answers["plugins.inspect"] = QualiaError("it is gone")
            await seen.press("escape", "enter")
            await seen.until("it is gone")

    ran(work)


def test_an_open_page_follows_its_plugin() -> None:
    """A repair is seen arriving where one reads; while the host cannot tell, what it told before stands."""

    async def work() -> None:
        host = FakeHost(answers())
        async with shown(host) as seen:
            await at_plugins(seen, down=2)
            await seen.press("enter")
            await seen.until("Failures to load")
            asked = len(host.heard("plugins.inspect"))
            host.answers["plugins.inspect"] = QualiaError("it is gone")
            host.answers["plugins.list"] = [{**each, "generation": 41} for each in plugins()]
            host.say("plugin_reloaded", plugin="sentiment")
            await seen.until(lambda _text: len(host.heard("plugins.inspect")) > asked)
            assert "Failures to load" in seen.text()
            host.answers["plugins.inspect"] = inspected(generation=42, failures=[])
            host.answers["plugins.list"] = [{**each, "generation": 42} for each in plugins()]
            host.say("plugin_reloaded", plugin="sentiment")
            await seen.until(lambda text: "42" in text and "Failures to load" not in text)
            await seen.press("escape")
            await seen.until("word_frequency")

    ran(work)


def test_a_plugin_is_tried_on_a_sample() -> None:
    """It is run on a conversation in the language spoken, and the run is followed."""
    told = {
        "plugins.sample": {"run": "r1"},
        "runs.show": {"run": "r1", "state": "failed", "error": {"message": "no luck"}},
    }

    async def work() -> None:
        host = FakeHost({**answers(), **told, "runs.progress": {"run": "r1", "steps": []}})
        async with shown(host, language="pt-BR") as seen:
            await seen.until("cleaner")
            await seen.press("2", "t")
            await seen.until("cleaner numa amostra")
            assert host.heard("plugins.sample") == [{"plugin": "cleaner", "language": "pt"}]
            host.say("job_changed", run="r1", job="run", name="cleaner", state="failed")
            await seen.until("no luck")
            host.answers["plugins.sample"] = QualiaError("too many runs wait")
            await seen.press("escape", "t")
            await seen.until("too many runs wait")

    ran(work)


def test_a_real_plugin_is_repaired_by_hot_reload(reach: Callable[[], Client], plugin_dir: Path) -> None:
    """A failing plugin is tried, mended in its file, reloaded and tried again, all against a running host."""

    async def work() -> None:
        async with shown(reach, size=(120, 40)) as seen:
            await seen.until("toy_boom")
            await seen.press("2", "slash", *"boom", "enter", "t")
            await seen.until("no luck today")
            await seen.press("escape")
            code = plugin_dir / "toy_boom" / "__init__.py"
            broken = code.read_text(encoding="utf-8")
            code.write_text(broken + "\nfoo(\n", encoding="utf-8")
            await seen.press("r")
            await seen.until("could not be reloaded")
            await seen.until("'(' was never closed")
            code.write_text(broken.replace('raise RuntimeError("no luck today")', ""), encoding="utf-8")
            await seen.press("r")
            await seen.until("▸ reloaded 2")
            await seen.press("t")
            await seen.until("words: 1")

    ran(work)
