"""Plugins: what is told of them stays true and readable, whatever happened meanwhile."""

from __future__ import annotations

from qualia.client import HostEvent
from qualia.words import speaking
from qualia_tui.model.log import log_line
from qualia_tui.model.plugin_news import news_of
from qualia_tui.model.plugin_page import full
from qualia_tui.model.plugin_view import Order, columns, plugin_facts, state_span
from tests.tui.plain import answers, plugin
from tests.tui.seeing import FakeHost, ran, shown
from tests.tui.test_plugins import KNOWN, at_plugins, rows


def test_escape_shows_all_again_after_a_filter_was_left() -> None:
    """The filter stays when the keys go back to the rows; escape takes it off from there too, and says so."""

    async def work() -> None:
        async with shown(FakeHost(answers())) as seen:
            await at_plugins(seen)
            assert "show all" not in seen.text()
            await seen.press("slash", *"freq", "enter")
            assert rows(seen) == ["frequency_chart", "word_frequency"]
            assert "esc show all" in seen.text()
            await seen.press("escape")
            assert rows(seen) == sorted(KNOWN)
            assert "show all" not in seen.text()

    ran(work)


def test_what_was_rolled_back_is_not_told_as_a_reload() -> None:
    """The host's event calls it a reload, before or after its answer; the row does, the sentence does not."""

    async def work() -> None:
        async with shown(FakeHost({**answers(), "plugins.rollback": plugin("sentiment", state="loaded")})) as seen:
            seen.host.say("plugin_loaded", plugin="topics")
            await at_plugins(seen, down=2)
            await seen.press("b", "right", "enter")
            await seen.until("sentiment is rolled back")
            seen.host.say("plugin_reloaded", plugin="sentiment", generation=3)
            await seen.until("▸ reloaded 3")
            assert "sentiment is rolled back" in seen.text()
            seen.host.say("plugin_reloaded", plugin="sentiment", generation=4)
            await seen.until("sentiment was reloaded")

    ran(work)


def test_every_state_has_room_in_both_languages() -> None:
    """What has just happened to a plugin is not cut."""
    width = columns(Order())[1].width
    kinds = ("plugin_reloaded", "plugin_found", "plugin_removed", "reload_failed", "breaker_moved")
    happened = [
        log_line(HostEvent(kind=kind, seq=1, plugin="topics", details={"generation": 99, "state": state}))
        for kind in kinds
        for state in ("open", "forced_open", "half_open", "closed")
    ]
    for language in ("en", "pt-BR"):
        with speaking(language):
            assert max(len(each.mark.text) for each in news_of(happened)) <= width
            states = ("enabled", "loaded", "failing", "disabled", "unavailable")
            assert max(len(state_span(plugin_facts({"state": state})).text) for state in states) <= width


def test_the_pane_tells_what_changed_while_another_section_was_shown() -> None:
    """What stands beside the table is never older than the table."""

    async def work() -> None:
        async with shown(FakeHost(answers()), size=(120, 40)) as seen:
            await at_plugins(seen, down=2)
            await seen.until("calls       60")
            await seen.press("1")
            seen.host.answers["plugins.list"] = [plugin("sentiment", calls=777)]
            seen.host.say("step_finished", plugin="sentiment", elapsed_s=0.1, cached=False)
            await seen.until("777")
            await seen.press("2")
            await seen.until("calls       777")

    ran(work)


def test_the_first_thing_that_happens_is_news() -> None:
    """On a host that had nothing to tell yet too; what it told of before it was attached to is none."""

    async def work() -> None:
        quiet = FakeHost(answers())
        async with shown(quiet) as seen:
            await at_plugins(seen)
            quiet.say("plugin_reloaded", plugin="topics", generation=2)
            await seen.until("topics was reloaded")
        busy = FakeHost(answers(), told={"name": "interviews", "project": "/srv/interviews", "last": 2})
        async with shown(busy) as seen:
            await at_plugins(seen)
            busy.say("plugin_reloaded", plugin="topics", generation=2)
            busy.say("plugin_reloaded", plugin="speakers", generation=2)
            busy.say("plugin_reloaded", plugin="sentiment", generation=2)
            await seen.until("sentiment was reloaded")
            assert seen.text().count("▸ reloaded") == 1

    ran(work)


def test_nothing_on_a_page_is_cut() -> None:
    """Choices and errors are folded, and a path between its folders."""
    choices = [f"choice-number-{number}" for number in range(9)]
    param = {"name": "shape", "kind": "str", "default": "choice-number-0", "choices": choices, "help": ""}
    place = "/srv/interviews/a-folder-with-a-long-name/plugins/topics/__init__.py:111"
    failed = {"at_s": 1.0, "cause": "SyntaxError", "place": place, "line": "def ("}
    run = {"outcome": "failed", "name": "topics", "error": "it went wrong in a way that takes many words to tell " * 2}
    for width in (56, 76, 116):
        lines = full({"id": "topics", "params": [param], "failures": [failed]}, [run], width)
        texts = ["".join(span.text for span in each) for each in lines]
        assert max(map(len, texts)) <= width
        assert "choice-number-8" in " ".join(texts)
        assert "__init__.py:111" in " ".join(texts)
        assert sum(each.count("words") for each in texts) == 2


def test_what_plugins_say_of_themselves_is_told_in_the_language_spoken() -> None:
    """Beside the table, on a plugin's page, and to a filter; what its host has no translation for stays English."""

    async def work() -> None:
        async with shown(FakeHost(answers()), size=(120, 40), language="pt-BR") as seen:
            await seen.until("cleaner")
            await seen.press("2", "j", "j")
            await seen.until("Para que serve sentiment, numa frase.")
            await seen.press("enter")
            await seen.until("Mantém os N mais frequentes.")
            assert "How much." in seen.text() and "is for, in one sentence" not in seen.text()
            await seen.press("escape", "slash", *"serve topics", "enter")
            assert rows(seen) == ["topics"]

    ran(work)


def test_an_action_leaves_the_language_as_it_is() -> None:
    """What the host answers to a reload has the translations too, and of a host without any all is English."""

    async def work() -> None:
        told = {**answers(), "plugins.reload": plugin("cleaner")}
        async with shown(FakeHost(told), size=(120, 40), language="pt-BR") as seen:
            await seen.until("cleaner")
            await seen.press("2")
            await seen.until("Para que serve cleaner")
            await seen.press("r")
            await seen.until("cleaner foi recarregado")
            assert "Para que serve cleaner" in seen.text()
            seen.host.answers["plugins.list"] = [plugin("cleaner", translations=None)]
            seen.host.say("plugin_reloaded", plugin="cleaner", generation=3)
            await seen.until("What cleaner is for")

    ran(work)
