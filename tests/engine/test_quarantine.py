"""One poisoned input costs no more than a few calls, and switches no plugin off."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from qualia import Core, Document
from qualia._engine.breaker import Quarantine
from qualia.errors import PluginError, PluginFailed, Quarantined

Write = Callable[..., Path]
MakeCore = Callable[..., Core]
Notes = Callable[[], list[str]]


class Bench:
    """A quarantine of two strikes and its clock."""

    def __init__(self, **more: Any) -> None:
        self.now: float = 100.0
        self.quarantine: Quarantine = Quarantine(clock=lambda: self.now, strikes=2, **more)

    def strike(self, key: str, times: int = 1) -> None:
        for _ in range(times):
            self.quarantine.failed(key, for_s=10.0)

    def refused_s(self, key: str) -> float | None:
        """Return the seconds a call is refused for; None when it is not."""
        try:
            self.quarantine.check("p", key)
        except Quarantined as error:
            return error.retry_after_s
        return None


def test_the_last_strike_refuses_the_same_call_for_a_while() -> None:
    """Other calls go on."""
    bench = Bench()
    bench.strike("a")
    assert bench.refused_s("a") is None
    bench.strike("a")
    bench.now += 4
    assert (bench.refused_s("a"), bench.refused_s("b")) == (6.0, None)


def test_after_its_time_a_call_is_tried_once() -> None:
    """If it fails again it is refused again; if it works it is forgotten."""
    bench = Bench()
    bench.strike("a", 2)
    bench.now += 10
    assert bench.refused_s("a") is None
    bench.strike("a")
    assert bench.refused_s("a") == 10.0
    bench.now += 10
    bench.quarantine.worked("a")
    bench.strike("a")
    assert bench.refused_s("a") is None


def test_no_more_calls_are_remembered_than_asked() -> None:
    """The one that failed longest ago is forgotten first."""
    bench = Bench(size=2)
    for key in ("a", "b", "a", "c"):
        bench.strike(key)
    bench.strike("b")
    assert (len(bench.quarantine), bench.refused_s("b")) == (2, None)
    bench.strike("c")
    assert bench.refused_s("c") == 10.0
    bench.quarantine.clear()
    assert (len(bench.quarantine), bench.refused_s("c")) == (0, None)


@pytest.mark.parametrize("way", [lambda error: pickle.loads(pickle.dumps(error)), copy.copy])
def test_the_refusal_survives_the_way_to_another_process(way: Any) -> None:
    """Plugin, seconds and sentence arrive."""
    arrived = way(Quarantined("p", 12.4))
    assert (arrived.plugin, arrived.retry_after_s) == ("p", 12.4)
    assert str(arrived) == "plugin 'p' keeps failing on this input and is spared it for 12 more seconds"


def test_a_poisoned_document_does_not_switch_a_plugin_off(write: Write, make_core: MakeCore, notes: Notes) -> None:
    """After three failures it is refused without a call; other documents, and other params, are not."""
    body = "note('called')\nif document.text == 'poison' and params.top == 5: raise ValueError\nreturn 1"
    write("a", body, params="top: int = param(5, help='N.')")
    core = make_core(max_failures=3)
    poison = Document("poison")
    for _ in range(3):
        with pytest.raises(PluginFailed):
            core.run("a", poison)
    for _ in range(5):
        with pytest.raises(Quarantined, match="plugin 'a' keeps failing on this input"):
            core.run("a", poison)
    assert len(notes()) == 3
    assert (core.run("a", Document("fine")).value, core.run("a", poison, {"top": 6}).value) == (1, 1)


def test_one_document_under_many_params_is_one_input(write: Write, make_core: MakeCore) -> None:
    """It cannot open the circuit for everybody; a second document that fails does."""
    write("a", "return 1 // len(document.text)", params="top: int = param(5, help='N.')")
    core = make_core(max_failures=3)
    for top in range(6):
        with pytest.raises(PluginFailed):
            core.run("a", Document(""), {"top": top})
    assert core.run("a", Document("fine")).value == 0


def test_plugins_are_not_all_switched_off_at_once(write: Write, make_core: MakeCore) -> None:
    """When half of them are open, the next one that fails goes on being called."""
    for name in "abcd":
        write(name, "raise ValueError", limits={"max_failures": 1})
    core = make_core()
    seen: list[str] = []
    for name in "abcd":
        for text in "xy":
            with pytest.raises(PluginError) as caught:
                core.run(name, Document(text))
            seen.append(type(caught.value).__name__)
    assert seen == ["PluginFailed", "CircuitOpen"] * 2 + ["PluginFailed"] * 4
