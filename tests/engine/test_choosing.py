"""What somebody decides about plugins: off and on, and which version; and that it is kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from qualia import Core, Document
from qualia.errors import CircuitHeld, DuplicatePlugin, PluginUnavailable, UnknownPlugin

TEXT = Document("Oi")
Write = Callable[..., Path]
MakeCore = Callable[..., Core]
Notes = Callable[[], list[str]]


def test_a_disabled_plugin_is_not_imported(write: Write, make_core: MakeCore, notes: Notes) -> None:
    """It is listed with its state, refuses with the remedy, and comes back when it is enabled."""
    write("a", "return 1", head="note('imported')")
    core = make_core()
    assert core.plugins.disable("a").state == "disabled"
    with pytest.raises(PluginUnavailable, match=r"'a' is unavailable: .*enable"):
        core.run("a", TEXT)
    assert (core.plugins["a"].version, notes()) == ("1.0.0", [])
    assert core.plugins.enable("a").state == "enabled"
    assert core.run("a", TEXT).value == 1


def test_a_plugin_that_was_at_work_can_be_disabled(write: Write, make_core: MakeCore) -> None:
    """Its next call is refused; enabled again it is a new generation."""
    write("a", "return 1")
    core = make_core()
    core.run("a", TEXT)
    core.plugins.disable("a")
    with pytest.raises(PluginUnavailable):
        core.run("a", Document("x"))
    core.plugins.enable("a")
    assert core.run("a", Document("x")).value == 1


def test_decisions_are_kept_in_the_state_folder(write: Write, make_core: MakeCore, tmp_path: Path) -> None:
    """Another Core of the same folder finds them, one without a state folder does not."""
    write("a")
    state = tmp_path / "state"
    make_core(state_dir=state).plugins.disable("a")
    assert make_core(state_dir=state).plugins["a"].state == "disabled"
    assert make_core().plugins["a"].state == "enabled"
    make_core(state_dir=state).plugins.enable("a")
    assert make_core(state_dir=state).plugins["a"].state == "enabled"


def test_one_of_two_versions_is_chosen(write: Write, make_core: MakeCore) -> None:
    """Until then the id is unavailable and both places are named; the choice can change and be taken back."""
    write("a", "return 'one'", version="1.0.0", name="a-1")
    write("a", "return 'two'", version="2.0.0", name="a-2")
    core = make_core()
    with pytest.raises(DuplicatePlugin, match=r"a-1.*a-2"):
        core.run("a", TEXT)
    assert (core.plugins.choose("a", "2.0.0").version, core.run("a", TEXT).value) == ("2.0.0", "two")
    assert [(each.version, each.folder.name) for each in core.plugins["a"].others] == [("1.0.0", "a-1")]
    assert (core.plugins.choose("a", "1.0.0").version, core.run("a", TEXT).value) == ("1.0.0", "one")
    core.plugins.choose("a", None)
    with pytest.raises(DuplicatePlugin):
        core.run("a", TEXT)


def test_nothing_can_be_decided_about_an_unknown_plugin(write: Write, make_core: MakeCore) -> None:
    """The nearest id is named, and nothing is kept."""
    write("counter")
    with pytest.raises(UnknownPlugin, match="counter"):
        make_core().plugins.disable("countr")


def test_a_deprecated_plugin_says_what_replaces_it(write: Write, make_core: MakeCore) -> None:
    """It works as before."""
    write("a", "return 1", lifecycle="deprecated", replaced_by="b")
    core = make_core()
    info = core.plugins["a"]
    assert (info.lifecycle, info.replaced_by, core.run("a", TEXT).value) == ("deprecated", "b", 1)


def test_a_breaker_is_at_hand_for_operators(write: Write, make_core: MakeCore) -> None:
    """Forced open, calls are refused until it is reset; a reload does not lift that."""
    write("a", "return document.text")
    core = make_core()
    core.plugins.breaker("a").force_open()
    with pytest.raises(CircuitHeld):
        core.run("a", TEXT)
    write("a", "return document.text + '!'")
    core.reload("a")
    with pytest.raises(CircuitHeld):
        core.run("a", TEXT)
    core.plugins.breaker("a").reset()
    assert core.run("a", TEXT).value == "Oi!"
