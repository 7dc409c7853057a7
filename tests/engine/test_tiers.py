"""Several places as one: the fast answers first and learns from the slow; against a model, with crashes and damage."""

from __future__ import annotations

import random
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from qualia import Core, Document, Provenance, Result
from qualia._engine.cache import DiskCache, MemoryCache, TieredCache, open_tiers
from qualia.cache import CacheBackend, CacheStats

STEP = Provenance(
    plugin="echo",
    version="1.0.0",
    code_hash="c" * 64,
    params={},
    produces=None,
    inputs={},
    engine_version="1",
    started_at=datetime.fromtimestamp(0, UTC),
    host={},
)
TTL_S = 100.0


def answer(value: object, at_s: float = 0.0) -> Result[Any]:
    """Return a result that was computed at a moment."""
    provenance = evolve(STEP, started_at=datetime.fromtimestamp(at_s, UTC))
    return Result(value=value, provenance=provenance, key="k", elapsed_s=0.0)


class DictCache:
    """The least a backend can be."""

    def __init__(self) -> None:
        self.kept: dict[str, Result[Any]] = {}
        self.looks: list[tuple[str, bool]] = []
        self.closed: int = 0

    def get(self, key: str, *, again: bool = False) -> Result[Any] | None:
        """Return what is kept."""
        self.looks.append((key, again))
        return self.kept.get(key)

    def put(self, key: str, result: Result[Any]) -> None:
        """Keep it."""
        self.kept[key] = result

    def clear(self) -> None:
        """Forget it."""
        self.kept.clear()

    def stats(self) -> tuple[CacheStats, ...]:
        """Tell how much there is."""
        row = CacheStats(name="dict", entries=len(self.kept), size_bytes=0, max_bytes=0, hits=0, misses=0, evictions=0)
        return (row,)

    def close(self) -> None:
        """Count the call."""
        self.closed += 1

    def __len__(self) -> int:
        """Count what is kept; an empty cache is a cache all the same."""
        return len(self.kept)


@pytest.fixture
def tiers() -> tuple[DictCache, DictCache]:
    """Return a fast place and a slow one."""
    return DictCache(), DictCache()


def over(*tiers: CacheBackend, ttl_s: float | None = None, now_s: float = 0.0) -> TieredCache:
    """Put places behind each other."""
    return TieredCache(tiers, ttl_s=ttl_s, wall=lambda: now_s)


def test_the_fast_place_learns_what_the_slow_one_has(tiers: tuple[DictCache, DictCache]) -> None:
    """A result found in a later place is put into those before it, and found there the next time."""
    fast, slow = tiers
    slow.put("k", answer("x"))
    cache = over(fast, slow)
    assert [cache.get("k"), cache.get("k")] == [answer("x"), answer("x")]
    assert (fast.kept, slow.looks) == ({"k": answer("x")}, [("k", False)])


def test_what_is_put_clears_closes_and_counts_goes_to_every_place(tiers: tuple[DictCache, DictCache]) -> None:
    """Putting, counting, clearing and closing reach each place."""
    cache = over(*tiers)
    cache.put("k", answer("x"))
    assert [each.entries for each in cache.stats()] == [1, 1]
    cache.clear()
    cache.close()
    assert [(each.kept, each.closed) for each in tiers] == [({}, 1), ({}, 1)]


def test_a_second_look_is_told_as_one(tiers: tuple[DictCache, DictCache]) -> None:
    """Places that count hear that it is the same call."""
    over(*tiers).get("k", again=True)
    assert [each.looks for each in tiers] == [[("k", True)], [("k", True)]]


@pytest.mark.parametrize(
    ("age_s", "served"), [(0, True), (99.9, True), (100, False), (1e6, False), (-1, False)], ids=str
)
def test_a_result_is_served_for_its_time_only(age_s: float, served: bool, tiers: tuple[DictCache, DictCache]) -> None:
    """Too old is a miss, and so is computed in the future: the clock went back, and its age is unknown."""
    tiers[0].put("k", answer("x", 1000.0))
    cache = over(*tiers, ttl_s=TTL_S, now_s=1000.0 + age_s)
    assert (cache.get("k") is not None) is served


def test_without_a_time_a_result_is_served_for_ever(tiers: tuple[DictCache, DictCache]) -> None:
    """No ttl means no clock is asked."""
    tiers[0].put("k", answer("x", 1000.0))
    assert over(*tiers, now_s=1e9).get("k") == answer("x", 1000.0)


def test_a_younger_result_in_a_slower_place_is_found(tiers: tuple[DictCache, DictCache]) -> None:
    """What another process computed anew replaces the one that is too old here."""
    fast, slow = tiers
    fast.put("k", answer("x", 0.0))
    slow.put("k", answer("x", 950.0))
    assert over(*tiers, ttl_s=TTL_S, now_s=1000.0).get("k") == answer("x", 950.0)
    assert fast.kept["k"] == answer("x", 950.0)


@pytest.mark.parametrize(
    ("state", "disk_bytes", "names"),
    [(True, 1000, ["memory", "disk"]), (True, 0, ["memory"]), (False, 1000, ["memory"])],
)
def test_the_disk_joins_where_there_is_a_folder_and_room(
    tmp_path: Path, state: bool, disk_bytes: int, names: list[str]
) -> None:
    """Without a state folder, or with a bound of 0, there is only memory, and nothing is made on disk."""
    cache = open_tiers(
        memory_bytes=1000,
        state_dir=tmp_path / "state" if state else None,
        disk_bytes=disk_bytes,
        ttl_s=None,
        wall=lambda: 0.0,
        warn=print,
    )
    assert [each.name for each in cache.stats()] == names
    cache.close()
    assert not (tmp_path / "state").exists()


def test_a_backend_of_ones_own_serves_a_core(write: Callable[..., Path], plugin_folder: Path) -> None:
    """Anything with the five methods is used instead of the engine's own, even while it is empty, and closed once."""
    write("count")
    backend = DictCache()
    with Core([plugin_folder], cache=backend) as core:
        first = core.run("count", Document("one"))
        again = core.run("count", Document("one"))
    assert (first.cached, again.cached, again == first) == (False, True, True)
    assert list(backend.kept) == [first.key]
    assert backend.closed == 1


KEYS = st.sampled_from("abc")
VIEWS = st.sampled_from((0, 1))


class CacheAgainstDictionary(RuleBasedStateMachine):
    """Two processes' views of one folder: whatever happens, a value is one that was put there and not too old.

    As long as nobody damaged the file, it is the last one that was put, and no miss.
    """

    def __init__(self) -> None:
        super().__init__()
        self.base = Path(tempfile.mkdtemp(prefix="qualia-tiers-"))
        self.now_s: float = 1_800_000_000.0
        self.puts: int = 0
        self.crashes: int = 0
        self.folder: Path = self.base / "0"
        self.abandoned: list[TieredCache] = []
        # What the file must hold, and what may come back out of it after damage.
        self.file: dict[str, Result[Any]] = {}
        self.ever: dict[str, list[Result[Any]]] = {key: [] for key in "abc"}
        self.unsure: set[str] = set()
        self.memory: list[dict[str, Result[Any]]] = [{}, {}]
        self.sound: list[bool] = [True, True]
        self.views: list[TieredCache] = [self.opened(), self.opened()]

    def opened(self) -> TieredCache:
        """Open one more view."""
        disk = DiskCache(self.folder / "cache.db", max_bytes=2**20, wall=lambda: self.now_s, warn=lambda _: None)
        return TieredCache([MemoryCache(2**20), disk], ttl_s=TTL_S, wall=lambda: self.now_s)

    def fresh(self, result: Result[Any] | None) -> Result[Any] | None:
        """Return a result unless it is too old, or of the future."""
        if result is None or not 0 <= self.now_s - result.provenance.started_at.timestamp() < TTL_S:
            return None
        return result

    @rule(view=VIEWS, key=KEYS, size=st.sampled_from((1, 100, 20_000)))
    def put(self, view: int, key: str, size: int) -> None:
        """Put what no other put has put."""
        self.puts += 1
        result = answer(f"{self.puts} " * size, self.now_s)
        self.views[view].put(key, result)
        self.memory[view][key] = result
        self.ever[key].append(result)
        self.file[key] = result
        if not self.sound[view]:
            self.unsure.add(key)
        elif all(self.sound):
            self.unsure.discard(key)

    @rule(view=VIEWS, key=KEYS)
    def get(self, view: int, key: str) -> None:
        """Get what the model says, or after damage at least nothing wrong."""
        got = self.views[view].get(key)
        known = self.fresh(self.memory[view].get(key))
        if known is not None:
            assert got == known
        elif self.sound[view] and key not in self.unsure:
            assert got == self.fresh(self.file.get(key))
        else:
            assert got is None or got in self.ever[key]
            assert self.fresh(got) == got
        if got is not None:
            self.memory[view][key] = got

    @rule(view=VIEWS)
    def clear(self, view: int) -> None:
        """Begin anew; only the other view's memory still knows something."""
        self.views[view].clear()
        self.memory[view] = {}
        self.file = {}
        self.ever = {key: [] for key in "abc"}
        self.unsure = set()
        self.sound[view] = True

    @rule(view=VIEWS)
    def reopen(self, view: int) -> None:
        """Close and open."""
        self.views[view].close()
        self.views[view] = self.opened()
        self.memory[view] = {}

    @rule()
    def kill(self) -> None:
        """Kill both processes while a third is in the middle of writing: nobody closes, nothing is committed."""
        self.crashes += 1
        after = self.base / str(self.crashes)
        path = self.folder / "cache.db"
        if path.exists():
            writer = sqlite3.connect(path, isolation_level=None)
            try:
                # With no room in memory, pages reach the log before their transaction ends.
                for statement in ("PRAGMA cache_size = 1", "BEGIN IMMEDIATE", "DELETE FROM entries"):
                    writer.execute(statement)
                for number in range(30):
                    writer.execute("INSERT INTO entries VALUES(?, 0, x'00', zeroblob(5000))", (number,))
            except sqlite3.Error:
                # The file is damaged; a writer that dies of that is a crash too.
                assert not all(self.sound)
            shutil.copytree(self.folder, after)
            writer.close()
        self.abandoned += self.views
        self.folder = after
        self.views = [self.opened(), self.opened()]
        self.memory = [{}, {}]

    @rule(delta_s=st.sampled_from((-(10**7), -50.0, 31.0, 99.0, 10.0**7)))
    def move_the_clock(self, delta_s: float) -> None:
        """Let time pass, or go back."""
        self.now_s += delta_s

    @precondition(lambda self: (self.folder / "cache.db").exists())
    @rule(suffix=st.sampled_from(("", "", "-wal", "-shm")), seed=st.integers(0, 2**32))
    def damage(self, suffix: str, seed: int) -> None:
        """Turn one bit around while both have the file open."""
        path = self.folder / f"cache.db{suffix}"
        if path.exists() and path.stat().st_size:
            content = bytearray(path.read_bytes())
            dice = random.Random(seed)
            at = dice.randrange(len(content))
            with path.open("r+b") as file:
                file.seek(at)
                file.write(bytes([content[at] ^ (1 << dice.randrange(8))]))
            self.sound = [False, False]
            self.unsure = set("abc")

    @invariant()
    def counts(self) -> None:
        """The figures can be had at any time."""
        assert [each.name for view in self.views for each in view.stats()] == ["memory", "disk"] * 2

    def teardown(self) -> None:
        """Close what is open and remove the files."""
        for view in (*self.views, *self.abandoned):
            view.close()
        shutil.rmtree(self.base)


TestCacheAgainstDictionary = pytest.mark.properties(CacheAgainstDictionary.TestCase)
TestCacheAgainstDictionary.settings = settings(max_examples=50, stateful_step_count=30, deadline=None)
