"""When a change that was seen is acted upon."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from qualia._plugins.scan import Changes, Look, Signature
from qualia._plugins.settling import Settling, Step

A, B, C = Path("a"), Path("b"), Path("c")
QUIET_S, GONE_S = 0.25, 0.5


def at(**versions: int) -> Look:
    """Return a look at folders in these versions."""
    return Look({Path(name): signature(version) for name, version in versions.items()})


def signature(version: int) -> Signature:
    """Return what a folder looks like in a version."""
    return (("plugin.toml", version, version, version),)


def added(*folders: Path) -> Step:
    return Step(Changes(added=frozenset(folders)), settled=False)


def changed(*folders: Path, settled: bool = False) -> Step:
    return Step(Changes(changed=frozenset(folders)), settled=settled)


def removed(*folders: Path) -> Step:
    return Step(Changes(removed=frozenset(folders)), settled=True)


def settling(before: Look) -> Settling:
    return Settling(before, quiet_s=QUIET_S, gone_s=GONE_S)


def test_what_works_is_applied_at_once_and_once() -> None:
    """A new and a changed folder are applied together, right away, and not again."""
    it = settling(at(a=1))
    it.see(0.0, at(a=2, b=1))
    assert it.wake_s(0.0) == 0.0
    assert it.due(0.0) == Step(Changes(added=frozenset({B}), changed=frozenset({A})), settled=False)
    it.succeeded(frozenset({A, B}))
    assert it.wake_s(0.0) is None
    it.see(9.0, at(a=2, b=1))
    assert it.due(9.0) is None


def test_what_fails_is_applied_once_more_when_quiet() -> None:
    """Each change of a folder that fails starts the wait anew; then it is tried once more and left alone."""
    it = settling(at(a=1))
    for now_s, version in ((0.0, 2), (0.2, 3)):
        it.see(now_s, at(a=version))
        assert it.due(now_s) == changed(A)
    assert it.wake_s(0.2) == QUIET_S
    it.see(0.44, at(a=3))
    assert it.due(0.44) is None
    it.see(0.45, at(a=3))
    assert it.due(0.45) == changed(A, settled=True)
    assert it.due(0.45) is None
    assert it.wake_s(0.45) is None
    it.see(9.0, at(a=3))
    assert it.due(9.0) is None
    it.see(9.1, at(a=4))
    assert it.due(9.1) == changed(A)


def test_what_vanishes_is_removed_after_a_while() -> None:
    """A folder that is away for less is changed if it is another one then, and otherwise nothing happened."""
    it = settling(at(a=1, b=1, c=1))
    it.see(1.0, at())
    assert it.due(1.0) is None
    assert it.wake_s(1.0) == GONE_S
    it.see(1.4, at(a=1, b=2))
    assert it.due(1.4) == changed(B)
    it.succeeded(frozenset({B}))
    it.see(1.5, at(a=1, b=2))
    assert it.due(1.5) == removed(C)
    assert it.due(1.5) is None
    it.see(2.0, at(a=1, b=2, c=1))
    assert it.due(2.0) == added(C)


def test_a_folder_that_was_renamed_is_removed_at_once() -> None:
    """When its very files are in a new folder there is nothing to wait for, and no moment with two of one id."""
    it = settling(at(a=1))
    it.see(0.0, at(b=1))
    assert it.due(0.0) == Step(Changes(added=frozenset({B}), removed=frozenset({A})), settled=False)
    it.succeeded(frozenset({B}))
    assert it.due(9.0) is None


def test_what_fails_is_tried_again_when_another_is_removed() -> None:
    """The one that went away may have been in its way, by having the same id for instance."""
    it = settling(at(a=1))
    it.see(0.0, at(b=2))
    assert it.due(0.0) == added(B)
    it.see(0.25, at(b=2))
    assert it.due(0.25) == changed(B, settled=True)
    it.see(0.5, at(b=2))
    assert it.due(0.5) == Step(Changes(changed=frozenset({B}), removed=frozenset({A})), settled=True)
    assert it.due(0.5) is None


def test_what_was_written_counts_even_if_it_looks_as_before() -> None:
    """Two writes within one tick of the clock of a file system look like one."""
    it = settling(at(a=1))
    it.see(0.0, at(a=1), frozenset({A}))
    assert it.due(0.0) == changed(A)


def test_what_fails_and_vanishes_is_not_tried() -> None:
    """There is nothing to try until it is back."""
    it = settling(at(a=1))
    it.see(0.0, at(a=2))
    assert it.due(0.0) == changed(A)
    it.see(0.1, at())
    it.see(0.3, at())
    assert it.due(0.3) is None
    assert it.wake_s(0.3) == pytest.approx(0.3)
    it.see(0.4, at(a=2))
    assert it.due(0.4) is None
    it.see(0.65, at(a=2))
    assert it.due(0.65) == changed(A, settled=True)


class Model(RuleBasedStateMachine):
    """However folders come, go, change and fail, what was applied follows what is there."""

    @initialize(versions=st.dictionaries(st.sampled_from("abc"), st.integers(1, 3)))
    def begin(self, versions: dict[str, int]) -> None:
        self.now_s = 0.0
        self.world = {Path(name): signature(version) for name, version in versions.items()}
        self.applied = dict(self.world)
        self.failing: set[Signature] = set()
        self.away_s: dict[Path, float] = {}
        self.moved_s: dict[Path, float] = {}
        self.seen = dict(self.world)
        self.retries: dict[Path, int] = {}
        self.it = settling(Look(dict(self.world)))

    @rule(folder=st.sampled_from([A, B, C]), version=st.integers(1, 3))
    def write(self, folder: Path, version: int) -> None:
        self.world[folder] = signature(version)

    @rule(folder=st.sampled_from([A, B, C]))
    def delete(self, folder: Path) -> None:
        self.world.pop(folder, None)

    @rule(version=st.integers(1, 3))
    def turn(self, version: int) -> None:
        """A version that failed works, or the other way round; only a new try can tell."""
        self.failing ^= {signature(version)}

    @rule(seconds=st.sampled_from([0.01, 0.1, QUIET_S, GONE_S, 3.0]))
    def wait(self, seconds: float) -> None:
        self.now_s += seconds

    @rule(touched=st.sets(st.sampled_from([A, B, C])))
    def look(self, touched: set[Path]) -> None:
        for folder in (A, B, C):
            if self.world.get(folder) != self.seen.get(folder) or (folder in touched and folder in self.world):
                self.moved_s[folder] = self.now_s
                self.retries[folder] = 0
            if folder in self.world:
                self.away_s.pop(folder, None)
            elif folder in self.applied:
                self.away_s.setdefault(folder, self.now_s)
        self.seen = dict(self.world)
        self.it.see(self.now_s, Look(dict(self.world)), frozenset(touched))
        while (step := self.it.due(self.now_s)) is not None:
            self._apply(step)
        # What is there has been applied, as it is now; what is not is on its way out.
        assert {folder: self.applied.get(folder) for folder in self.world} == self.world
        assert all(self.now_s - self.away_s[folder] < GONE_S for folder in self.applied.keys() - self.world.keys())

    def _apply(self, step: Step) -> None:
        for folder in step.changes.removed:
            was_renamed = any(self.world[new] == self.applied[folder] for new in step.changes.added)
            assert was_renamed or self.now_s - self.away_s[folder] >= GONE_S
            assert folder not in self.world
            del self.applied[folder], self.away_s[folder]
        asked = step.changes.added | step.changes.changed
        assert asked <= self.world.keys()
        assert step.changes.added == asked - self.applied.keys()
        for folder in asked:
            if step.settled and not step.changes.removed:
                assert self.now_s - self.moved_s[folder] >= QUIET_S
                self.retries[folder] += 1
                assert self.retries[folder] == 1
            self.applied[folder] = self.world[folder]
        self.it.succeeded(frozenset(folder for folder in asked if self.world[folder] not in self.failing))

    def teardown(self) -> None:
        if hasattr(self, "it"):
            for _ in range(4):
                self.now_s += self.it.wake_s(self.now_s) or GONE_S
                self.look(set())
            assert self.applied == self.world
            assert self.it.wake_s(self.now_s) is None


TestModel = Model.TestCase
TestModel.settings = settings(max_examples=120, stateful_step_count=30)
