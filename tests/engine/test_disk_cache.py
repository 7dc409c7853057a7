"""Results in a file: what is kept, what it may weigh, and that no damage ever gives an error or a wrong value."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve, fields, frozen, has
from hypothesis import given
from hypothesis import strategies as st

from qualia import Artifact, Document, Provenance, Result, Segment
from qualia._engine.cache import DiskCache
from qualia._engine.cache.codec import Codec
from qualia._engine.network import is_on_network
from qualia._values import freeze, to_plain
from qualia.records import SCHEMAS, SentenceSentiment, Sentiment, SpeakerWords, WordCount, WordFrequencies

ROOT = Path(__file__).parents[2]
MIB = 1024 * 1024
STEP = Provenance(
    plugin="echo",
    version="1.0.0",
    code_hash="c" * 64,
    params={"top": 3, "names": ["a", "b"]},
    produces=None,
    inputs={"document": "d" * 64},
    engine_version="1",
    started_at=datetime(2026, 1, 2, 3, 4, 5, 678, UTC),
    host={"python": "3.11"},
)


def answer(value: object, key: str = "k") -> Result[Any]:
    """Return a result that holds a value."""
    return Result(value=value, provenance=STEP, key=key, elapsed_s=0.25)


class Clock:
    """A wall clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now_s: float = 1_800_000_000.0

    def __call__(self) -> float:
        """Return seconds since 1970."""
        return self.now_s


@frozen
class Place:
    """A file for a cache, and what is needed to open it."""

    path: Path
    clock: Clock
    warnings: list[str]
    opened: list[DiskCache]

    def open(self, max_bytes: int = 4 * MIB, **more: Any) -> DiskCache:
        """Open the cache once more, as another process would."""
        self.opened.append(
            DiskCache(self.path, max_bytes=max_bytes, wall=self.clock, warn=self.warnings.append, **more)
        )
        return self.opened[-1]

    def side(self, suffix: str) -> Path:
        """Return the path of a file beside it."""
        return Path(f"{self.path}{suffix}")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """Give a place in a folder that does not exist yet."""
    found = Place(tmp_path / "state" / "cache.db", Clock(), [], [])
    yield found
    for cache in found.opened:
        cache.close()


# -------------------------------------------------------------------------------------------------- what is kept

TEXTS = st.text(st.characters(codec=None), max_size=8)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS
PLAIN = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3), max_leaves=10
).map(freeze)
NUMBERS = st.integers(0, 9) | st.sampled_from((0.0, -0.0, 0.5))
WORDS = st.lists(st.builds(WordCount, TEXTS, NUMBERS), max_size=3).map(tuple)
VALUES = st.one_of(
    PLAIN,
    st.builds(Artifact, media_type=TEXTS, name=TEXTS, data=st.binary(max_size=20)),
    st.builds(
        WordFrequencies,
        words=WORDS,
        total=NUMBERS,
        distinct=NUMBERS,
        speakers=st.lists(st.builds(SpeakerWords, speaker=TEXTS, words=WORDS, total=NUMBERS), max_size=2).map(tuple),
        language=st.none() | TEXTS,
    ),
    st.builds(
        Document,
        st.text(max_size=9),
        title=st.none() | TEXTS,
        segments=st.lists(st.builds(Segment, st.just(0), st.just(0), speaker=st.none() | TEXTS), max_size=2),
        metadata=st.dictionaries(TEXTS, PLAIN, max_size=2),
        data=st.none() | st.binary(max_size=9),
    ),
)


def shape(value: Any) -> object:
    """Return a value with the class of everything in it, so that 1 and 1.0 differ."""
    if isinstance(value, dict):
        return type(value), [(key, shape(item)) for key, item in value.items()]
    if isinstance(value, tuple):
        return type(value), [shape(item) for item in value]
    if has(type(value)):
        return type(value), [(each.name, shape(getattr(value, each.name))) for each in fields(type(value))]
    return type(value), repr(value)


@given(value=VALUES, upstream=st.lists(st.just(STEP), max_size=2))
def test_a_result_comes_back_as_it_was(value: object, upstream: list[Provenance]) -> None:
    """Bytes and back give an equal result in which every part has the class it had."""
    codec = Codec()
    before = evolve(answer(value), provenance=evolve(STEP, upstream=(*upstream, evolve(STEP, upstream=(STEP,)))))
    after = codec.decode(codec.encode(before))
    assert after == before
    assert shape(after) == shape(before)


def test_every_record_has_its_way_to_bytes_and_back() -> None:
    """A record that is added to the vocabulary and cannot be kept is noticed here."""
    sentence = SentenceSentiment(text="a", start=0, end=1, polarity=1, subjectivity=0.5, label="positive")
    records = (
        WordFrequencies(words=(WordCount("a", 1),), total=1, distinct=1),
        Sentiment(status="ok", language="en", label="positive", sentences=(sentence, evolve(sentence, begin_s=1.5))),
    )
    codec = Codec()
    assert [codec.decode(codec.encode(answer(each))).value for each in records] == list(records)
    assert {each.schema for each in records} == set(SCHEMAS)


@given(st.binary(max_size=60))
def test_bytes_that_are_no_result_are_refused_as_such(body: bytes) -> None:
    """Whatever the bytes are, reading them raises ValueError and nothing else."""
    with pytest.raises(ValueError, match=r".+"):
        Codec().decode(body)


def test_heads_that_many_results_share_do_not_fill_the_memory() -> None:
    """Results of a thousand sets of params are read right, and not all of their heads are remembered."""
    codec = Codec()
    results = [evolve(answer(1), provenance=evolve(STEP, params={"top": number})) for number in range(1000)]
    assert [codec.decode(codec.encode(each)) for each in results] == results
    assert len(codec._heads) <= 256


def test_a_result_is_kept_for_the_next_process(place: Place) -> None:
    """What one cache keeps, another on the same file gives, equal and not marked as cached."""
    place.open().put("k", answer("x"))
    assert place.open().get("k") == answer("x")
    assert place.warnings == []


def test_the_last_put_under_a_key_holds(place: Place) -> None:
    """A second result under a key takes the first one's place."""
    cache = place.open()
    cache.put("k", answer("x"))
    cache.put("k", answer("y"))
    assert (cache.get("k"), cache.stats()[0].entries) == (answer("y"), 1)


def test_a_key_may_be_any_text(place: Place) -> None:
    """Keys need be no hashes: none, long, with blanks or lone surrogates."""
    cache, keys = place.open(), ["", " ", "a\nb", "\ud800", "k" * 10_000, "ção"]
    for key in keys:
        cache.put(key, answer(key, key))
    assert [cache.get(key) for key in keys] == [answer(key, key) for key in keys]


@pytest.mark.parametrize(
    "value",
    [10**5000, float("nan"), object(), WordCount("a", 1), b"raw", (float("inf"),)],
    ids=["digits", "nan", "object", "part", "bytes", "infinity"],
)
def test_what_json_cannot_hold_is_not_kept(place: Place, value: object) -> None:
    """Putting it raises nothing, getting it is a miss, and the file stays in use."""
    cache = place.open()
    cache.put("k", answer(value))
    cache.put("l", answer(1))
    assert (cache.get("k"), cache.get("l"), cache.stats()[0].errors) == (None, answer(1), 1)
    assert len(place.warnings) == 1


def test_deeply_nested_data_is_not_kept(place: Place) -> None:
    """Data nested deeper than JSON is read is a miss."""
    value: Any = ()
    for _ in range(100_000):
        value = (value,)
    cache = place.open()
    cache.put("k", answer(value))
    assert cache.get("k") is None
    while value:
        value = value[0]


def test_counters_tell_of_this_cache(place: Place) -> None:
    """Hits and misses are counted, second looks are not, and the entries are those of the file."""
    cache = place.open()
    cache.get("k")
    cache.get("k", again=True)
    cache.put("k", answer("x"))
    cache.get("k")
    stats = place.open().stats()[0]
    assert [(each.hits, each.misses, each.entries) for each in cache.stats()] == [(1, 1, 1)]
    assert (stats.name, stats.hits, stats.entries, stats.errors) == ("disk", 0, 1, 0)


def test_looking_at_the_figures_makes_no_file(place: Place) -> None:
    """A cache nobody used takes no place."""
    assert (place.open().stats()[0].size_bytes, place.path.parent.exists()) == (0, False)


def test_a_closed_cache_is_empty(place: Place) -> None:
    """After closing, gets miss and puts do nothing; closing twice is fine."""
    cache = place.open()
    cache.put("k", answer("x"))
    cache.close()
    cache.close()
    cache.put("l", answer("x"))
    assert (cache.get("k"), cache.stats()[0].entries) == (None, 0)
    assert place.open().get("l") is None


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of POSIX")
def test_only_the_owner_may_read_it(place: Place) -> None:
    """Results can be as private as the interviews: folder 0700, files 0600."""
    place.open().put("k", answer("x"))
    modes = {path.name: path.stat().st_mode & 0o777 for path in place.path.parent.iterdir()}
    assert modes == {"cache.db": 0o600, "cache.db-wal": 0o600, "cache.db-shm": 0o600}
    assert place.path.parent.stat().st_mode & 0o777 == 0o700


def test_nothing_is_ever_unpickled() -> None:
    """No module of the cache names a format that can hold code."""
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "qualia/_engine/cache").glob("*.py"))
    words = sources.replace("never pickle:", "")
    assert [word for word in ("pickle", "marshal", "shelve", "eval(", "exec(") if word in words] == []


# ------------------------------------------------------------------------------------------------------ its bounds


def folder_bytes(place: Place) -> int:
    """Add up the files of the cache."""
    return sum(path.stat().st_size for path in place.path.parent.iterdir() if not path.name.endswith("-shm"))


@pytest.mark.parametrize("size", [200, 3_000, 50_000], ids=["small", "page", "large"])
def test_the_file_never_outgrows_its_bound(place: Place, size: int) -> None:
    """However much is put, the file holds at most the bound and one entry, and the log its own bound beside it."""
    bound = 400_000
    cache = place.open(bound)
    dice = random.Random(1)
    for number in range(1_200_000 // size):
        key = str(number)
        cache.put(key, answer("x" * dice.randint(size // 2, size), key))
        assert place.path.stat().st_size <= bound + size
    assert folder_bytes(place) <= bound + size + 6 * MIB
    stats = cache.stats()[0]
    assert stats.evictions > 0
    assert bound * 0.5 < stats.size_bytes <= bound
    assert place.warnings == []


def test_the_log_is_emptied_when_it_has_grown(place: Place) -> None:
    """Writing the same entry for ever lets no file grow."""
    cache = place.open()
    for number in range(300):
        cache.put("k", answer(f"{number}" * 30_000))
    assert place.side("-wal").stat().st_size < 8 * MIB


def test_the_least_recently_used_goes_first(place: Place) -> None:
    """Of two that were put, the one that was used since stays."""
    cache, text = place.open(400_000), "x" * 120_000
    for key in "abc":
        cache.put(key, answer(text, key))
        place.clock.now_s += 100
    assert cache.get("a") is not None
    cache.put("d", answer(text, "d"))
    cache.put("e", answer(text, "e"))
    kept = [key for key in "abcde" if cache.get(key) is not None]
    assert kept == ["a", "d", "e"]


def test_no_more_goes_than_must(place: Place) -> None:
    """One large entry makes room for itself by dropping one, not all."""
    cache, text = place.open(1_000_000), "x" * 90_000
    for number in range(15):
        cache.put(str(number), answer(text))
    assert cache.stats()[0].entries >= 9


def test_a_clock_that_goes_back_does_not_turn_the_order_around(place: Place) -> None:
    """After the clock was set back a year, what is put stays longer than what was there."""
    cache, text = place.open(400_000), "x" * 120_000
    for key in "ab":
        cache.put(key, answer(text))
    place.clock.now_s -= 365 * 86400
    for key in "cdef":
        cache.put(key, answer(text))
    kept = [key for key in "abcdef" if cache.get(key) is not None]
    assert kept == ["d", "e", "f"]


@pytest.mark.parametrize("bound", [0, 1, 4096, 20_000])
def test_a_tiny_bound_keeps_nothing_and_harms_nobody(place: Place, bound: int) -> None:
    """Less than the tables themselves take is a cache that always misses."""
    cache = place.open(bound)
    cache.put("k", answer("x"))
    assert (cache.get("k"), place.warnings) == (None, [])


def test_a_result_larger_than_the_bound_is_not_kept(place: Place) -> None:
    """It drives no other out."""
    cache = place.open(400_000)
    cache.put("k", answer("x"))
    cache.put("l", answer("x" * 500_000))
    assert (cache.get("k"), cache.get("l")) == (answer("x"), None)


def test_a_file_larger_than_a_new_bound_is_begun_anew(place: Place) -> None:
    """Whoever lowers the bound gets a file within it."""
    cache = place.open(8 * MIB)
    cache.put("k", answer("x" * 3_000_000))
    cache.close()
    smaller = place.open(MIB)
    smaller.put("l", answer("y"))
    assert (smaller.get("k"), smaller.get("l"), place.path.stat().st_size < MIB) == (None, answer("y"), True)


# ---------------------------------------------------------------------------------------------------------- damage


def flip(path: Path, dice: random.Random) -> None:
    """Turn one bit around."""
    size = path.stat().st_size
    if size:
        at = dice.randrange(size)
        with path.open("r+b") as file:
            file.seek(at)
            byte = file.read(1)[0]
            file.seek(at)
            file.write(bytes([byte ^ (1 << dice.randrange(8))]))


def truncate(path: Path, dice: random.Random) -> None:
    """Cut the end off."""
    with path.open("r+b") as file:
        file.truncate(dice.randrange(path.stat().st_size + 1))


def zero(path: Path, dice: random.Random) -> None:
    """Write zeros over a stretch."""
    overwrite(path, dice, bytes(dice.randrange(1, 5000)))


def garble(path: Path, dice: random.Random) -> None:
    """Write noise over a stretch."""
    overwrite(path, dice, dice.randbytes(dice.randrange(1, 5000)))


def overwrite(path: Path, dice: random.Random, data: bytes) -> None:
    """Write bytes over a stretch; the file does not get longer."""
    size = path.stat().st_size
    at = dice.randrange(size + 1)
    with path.open("r+b") as file:
        file.seek(at)
        file.write(data[: size - at])


def drop(path: Path, _: random.Random) -> None:
    """Remove the file."""
    path.unlink()


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Return the files of a cache with forty entries, half of them still in the log, as a kill leaves them."""
    folder = tmp_path_factory.mktemp("healthy")
    path = folder / "cache.db"
    files: dict[str, bytes] = {}
    for keys in (range(20), range(20, 40)):
        cache = DiskCache(path, max_bytes=MIB, wall=Clock(), warn=print)
        for number in keys:
            cache.put(str(number), answer(f"{number} " * (number * 20), str(number)))
        if keys.start:
            files = {each.name: each.read_bytes() for each in folder.iterdir()}
        cache.close()
    return files


def test_a_thousand_corruptions_give_no_wrong_value_and_no_error(tmp_path: Path, healthy: dict[str, bytes]) -> None:
    """Files flipped, cut, zeroed, garbled or lost, closed or in use: the right value or a miss, and it goes on."""
    dice = random.Random(20260101)
    expected = {str(number): answer(f"{number} " * (number * 20), str(number)) for number in range(40)}
    wrong: list[tuple[int, str]] = []
    found = recovered = 0
    for round_ in range(1000):
        folder = tmp_path / str(round_)
        folder.mkdir()
        for name, content in healthy.items():
            (folder / name).write_bytes(content)
        cache = DiskCache(folder / "cache.db", max_bytes=MIB, wall=Clock(), warn=lambda _: None)
        in_use = dice.random() < 0.5
        if in_use:
            cache.get("0")
        # A mapped file that gets shorter kills whoever looks behind its end, whatever program that is.
        kinds = (flip, zero, garble, drop, truncate)
        for _ in range(dice.randint(1, 4)):
            path = folder / dice.choice(list(healthy))
            kind = dice.choice(kinds[:4] if in_use and path.suffix.endswith("-shm") else kinds)
            if path.exists():
                kind(path, dice)
        for key in dice.sample(list(expected), 4):
            got = cache.get(key)
            found += got is not None
            if got not in (None, expected[key]):
                wrong.append((round_, key))
        for _ in range(3):
            cache.put("new", answer("new"))
        recovered += cache.get("new") == answer("new")
        cache.stats()
        cache.close()
        shutil.rmtree(folder)
    assert wrong == []
    assert found > 500
    assert recovered == 1000


@pytest.mark.parametrize("kind", [flip, truncate, zero, garble], ids=lambda kind: kind.__name__)
def test_damage_is_counted_and_told_once(place: Place, kind: Callable[[Path, random.Random], None]) -> None:
    """Whatever happened to the body of every page, a cache in use recomputes, warns once a kind, and mends itself."""
    cache = place.open()
    for number in range(30):
        cache.put(str(number), answer("x" * 3000, str(number)))
    cache.close()
    dice = random.Random(3)
    for _ in range(40):
        kind(place.path, dice)
    cache = place.open()
    # What was put before the last damage is met is lost with the file, so it takes a second round.
    for number in (*range(30), *range(30)):
        if cache.get(str(number)) is None:
            cache.put(str(number), answer("x" * 3000, str(number)))
    assert [cache.get(str(number)) for number in range(30)] == [answer("x" * 3000, str(n)) for n in range(30)]
    assert cache.stats()[0].damaged > 0
    assert len(place.warnings) == len({warning.partition(" (")[0] for warning in place.warnings}) > 0


def rewrite(place: Place, statement: str, *values: object) -> None:
    """Change the file behind the cache's back."""
    db = sqlite3.connect(place.path, isolation_level=None)
    db.execute(statement, values)
    db.close()


def test_a_value_under_another_key_is_never_served(place: Place) -> None:
    """Two entries whose bodies and sums are exchanged are both misses."""
    cache = place.open()
    cache.put("a", answer("a"))
    cache.put("b", answer("b"))
    db = sqlite3.connect(place.path, isolation_level=None)
    (first, *one), (second, *other) = db.execute("SELECT id, sum, body FROM entries").fetchall()
    db.executemany("UPDATE entries SET sum = ?, body = ? WHERE id = ?", [(*other, first), (*one, second)])
    db.close()
    assert (cache.get("a"), cache.get("b"), cache.stats()[0].damaged) == (None, None, 2)


@pytest.mark.parametrize("body", ["text", 7, 7.5, b"", b"\0" * 8])
def test_a_body_of_another_kind_is_a_miss(place: Place, body: object) -> None:
    """A column that holds something else than the bytes that were put is damage."""
    cache = place.open()
    cache.put("k", answer("x"))
    rewrite(place, "UPDATE entries SET body = ?, used_us = 'x'", body)
    assert (cache.get("k"), cache.stats()[0].damaged) == (None, 1)


def test_a_damaged_entry_goes_and_the_others_stay(place: Place) -> None:
    """The file is not begun anew for one bad entry, and that one can be put again."""
    cache = place.open()
    cache.put("a", answer("a"))
    cache.put("b", answer("b"))
    rewrite(place, "UPDATE entries SET sum = x'00' WHERE instr(body, ?)", b'"plain","a"')
    assert (cache.get("a"), cache.get("b"), cache.stats()[0].entries) == (None, answer("b"), 1)
    cache.put("a", answer("a"))
    assert cache.get("a") == answer("a")


@pytest.mark.parametrize(
    "statements",
    [
        ["DROP TABLE entries"],
        ["DROP INDEX entries_used", "ALTER TABLE entries RENAME body TO corpse"],
        ["PRAGMA user_version = 99"],
        ["PRAGMA application_id = 7"],
    ],
    ids=["no table", "other columns", "newer", "another program"],
)
def test_a_file_of_another_format_is_set_aside(place: Place, statements: list[str]) -> None:
    """It keeps its content under another name, and a new file is begun."""
    cache = place.open()
    cache.put("k", answer("x"))
    cache.close()
    for statement in statements:
        rewrite(place, statement)
    before = place.path.read_bytes()
    cache = place.open()
    assert cache.get("k") is None
    cache.put("k", answer("x"))
    assert cache.get("k") == answer("x")
    assert (place.side(".damaged").read_bytes(), len(place.warnings)) == (before, 1)


def test_another_programs_database_is_left_as_it_is(place: Place) -> None:
    """Nothing is written into it: it is set aside."""
    place.path.parent.mkdir()
    rewrite(place, "CREATE TABLE notes(text)")
    rewrite(place, "INSERT INTO notes VALUES('mine')")
    cache = place.open()
    cache.put("k", answer("x"))
    cache.put("k", answer("x"))
    db = sqlite3.connect(place.side(".damaged"))
    tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master")]
    db.close()
    assert (tables, cache.get("k")) == (["notes"], answer("x"))


def test_a_file_whose_figures_cannot_be_is_begun_anew(place: Place) -> None:
    """When it is full and nothing is in it that could go, it is not ours to fill."""
    cache = place.open(400_000)
    cache.put("k", answer("x"))
    rewrite(place, "CREATE TABLE squatter(data)")
    rewrite(place, "INSERT INTO squatter VALUES(zeroblob(390000))")
    for number in range(30):
        cache.put(str(number), answer("x" * 9000, str(number)))
    assert (cache.get("29"), cache.stats()[0].damaged, len(place.warnings)) == (answer("x" * 9000, "29"), 1, 1)


# ------------------------------------------------------------------------------------------- places out of reach


def unreachable_directory(place: Place) -> None:
    """Put a folder where the file belongs."""
    place.path.mkdir(parents=True)


def unreachable_symlink(place: Place) -> None:
    """Put a link where the file belongs."""
    place.path.parent.mkdir(parents=True)
    place.path.symlink_to(place.path.parent / "elsewhere")


def unreachable_pipe(place: Place) -> None:
    """Put a pipe where the file belongs: opening one waits for ever."""
    place.path.parent.mkdir(parents=True)
    os.mkfifo(place.path)


def unreachable_folder(place: Place) -> None:
    """Put a file where its folder belongs."""
    place.path.parent.write_text("no folder")


@pytest.mark.skipif(sys.platform == "win32", reason="links and pipes of POSIX")
@pytest.mark.parametrize(
    "obstacle",
    [unreachable_directory, unreachable_symlink, unreachable_pipe, unreachable_folder],
    ids=lambda each: each.__name__.removeprefix("unreachable_"),
)
def test_what_stands_in_the_way_is_a_miss_until_it_is_gone(place: Place, obstacle: Callable[[Place], None]) -> None:
    """Puts and gets are quiet misses with a warning each kind; half a minute after it is gone the file is in use."""
    obstacle(place)
    cache = place.open()
    for _ in range(3):
        cache.put("k", answer("x"))
        assert cache.get("k") is None
    warnings, errors = len(place.warnings), cache.stats()[0].errors
    assert (warnings <= 2, errors <= 3) == (True, True)
    if place.path.parent.is_dir():
        (place.path.rmdir if place.path.is_dir() and not place.path.is_symlink() else place.path.unlink)()
    else:
        place.path.parent.unlink()
    cache.put("k", answer("x"))
    assert cache.get("k") is None
    place.clock.now_s += 31
    cache.put("k", answer("x"))
    assert (cache.get("k"), len(place.warnings)) == (answer("x"), warnings)


def test_a_clock_that_goes_back_does_not_lengthen_the_wait(place: Place) -> None:
    """Set back a year meanwhile, the file is tried again at once."""
    unreachable_directory(place)
    cache = place.open()
    cache.put("k", answer("x"))
    place.path.rmdir()
    place.clock.now_s -= 365 * 86400
    cache.put("k", answer("x"))
    assert cache.get("k") == answer("x")


def test_a_full_disk_still_gives_what_is_there(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """While nothing can be written, puts are dropped with one warning and gets go on; later puts work again."""
    cache = place.open()
    cache.put("k", answer("x"))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(cache, "_insert", full)
        for key in "abc":
            cache.put(key, answer(key))
        assert [cache.get(key) for key in "kabc"] == [answer("x"), None, None, None]
    place.clock.now_s += 31
    cache.put("a", answer("a"))
    assert (cache.get("a"), len(place.warnings), cache.stats()[0].errors) == (answer("a"), 1, 1)


LIMITED = """
import resource, sys
from pathlib import Path
from tests_disk import answer
from qualia._engine.cache import DiskCache
now = [1000.0]
warnings = []
cache = DiskCache(Path(sys.argv[1]), max_bytes=10**7, wall=lambda: now[0], warn=warnings.append)
cache.put("k", answer("x"))
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
for number in range(20):
    cache.put(str(number), answer("x" * 20_000))
kept = [number for number in range(20) if cache.get(str(number))]
print(len(warnings), cache.get("k") == answer("x"), 0 < len(kept) < 20, cache.stats()[0].errors)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
now[0] += 31
cache.put("last", answer("y"))
print(cache.get("last") == answer("y"))
cache.close()
"""


def run_python(code: str, *arguments: object) -> str:
    """Run code in another process, with this module as ``tests_disk``, and return what it prints."""
    prelude = (
        "import importlib.util, sys\n"
        f"spec = importlib.util.spec_from_file_location('tests_disk', {__file__!r})\n"
        "sys.modules['tests_disk'] = module = importlib.util.module_from_spec(spec)\n"
        "spec.loader.exec_module(module)\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(each for each in sys.path if each)}
    done = subprocess.run(
        [sys.executable, "-c", prelude + code, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=environment,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
def test_files_that_may_not_grow_are_a_miss(place: Place) -> None:
    """Where writing fails half way through, what was there stays, one warning tells, and it goes on afterwards."""
    assert run_python(LIMITED, place.path).split() == ["1", "True", "True", "1", "True"]


READ_ONLY = """
import os, sys
from pathlib import Path
from tests_disk import answer
from qualia._engine.cache import DiskCache
if os.geteuid() == 0:
    # Another user may not be able to read the library, so what is imported late is imported now.
    Path.cwd().as_uri()
    os.seteuid(65534)
warnings = []
cache = DiskCache(Path(sys.argv[1]), max_bytes=10**7, wall=lambda: 0.0, warn=warnings.append)
for _ in range(3):
    cache.put("k", answer("y"))
    print(cache.get("k") in (None, answer("x")))
cache.clear()
print(len(warnings) <= 2)
cache.close()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of POSIX")
@pytest.mark.parametrize("exists", [True, False], ids=["file", "no file"])
def test_a_folder_that_may_not_be_written_is_a_miss(exists: bool, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Without the right to write, results are computed and nothing is raised."""
    base = tmp_path_factory.mktemp("locked")
    # Whoever the other process runs as must get to the folder.
    for folder in (base, base.parent, base.parent.parent):
        folder.chmod(0o755)
    path = base / "cache.db"
    if exists:
        cache = DiskCache(path, max_bytes=MIB, wall=Clock(), warn=print)
        cache.put("k", answer("x"))
        cache.close()
        path.chmod(0o444)
    base.chmod(0o555)
    try:
        assert run_python(READ_ONLY, path).split() == ["True"] * 4
    finally:
        base.chmod(0o755)


NFS = "rootfs / ext4 rw 0 0\nserver:/home {0} nfs4 rw,vers=4.2 0 0\n"


def test_on_a_network_folder_no_memory_is_shared(place: Place) -> None:
    """There the journal is a plain file beside the cache; results are kept all the same."""
    cache = place.open(mounts=lambda: NFS.format(place.path.parent.parent))
    cache.put("k", answer("x"))
    assert (cache.get("k"), place.side("-wal").exists(), place.side("-shm").exists()) == (answer("x"), False, False)
    assert place.open(mounts=lambda: NFS.format(place.path.parent.parent)).get("k") == answer("x")


@pytest.mark.parametrize(
    ("mounts", "expected"),
    [
        ("", False),
        ("dev / ext4 rw 0 0", False),
        ("srv:/ /data nfs rw 0 0", True),
        ("srv:/ /data nfs rw 0 0\ndev /data/own ext4 rw 0 0", False),
        ("srv:/ /dat nfs rw 0 0", False),
        ("//srv/x /data/own cifs rw 0 0\n\nnonsense", True),
        ("srv /data/own fuse.sshfs rw 0 0", True),
        ("dev /data fuseblk rw 0 0", False),
        ("srv:/ / nfs rw 0 0", True),
        ("srv:/ /data/own\\040folder nfs rw 0 0", False),
        ("dev /data ext4 rw 0 0\nsrv:/ /data 9p rw 0 0", True),
    ],
)
def test_the_nearest_mount_decides_what_a_folder_lies_on(mounts: str, expected: bool) -> None:
    """Of all places mounted above a folder, the deepest holds, and of two at one place the later."""
    assert is_on_network(Path("/data/own/state"), mounts) is expected


# ------------------------------------------------------------------------------------------- others at the same file


def test_clearing_forgets_what_others_have_open(place: Place) -> None:
    """Another process that has the file open finds it empty, and both go on with one new file."""
    ours, theirs = place.open(), place.open()
    ours.put("k", answer("x"))
    assert theirs.get("k") == answer("x")
    ours.clear()
    assert (theirs.get("k"), ours.get("k")) == (None, None)
    theirs.put("k", answer("y"))
    ours.put("l", answer("z"))
    assert (ours.get("k"), theirs.get("l"), place.warnings) == (answer("y"), answer("z"), [])


def test_closing_a_cleared_file_leaves_the_new_one_whole(place: Place) -> None:
    """Whoever still has the old file lets go of it without touching the log of the new one."""
    old, new = place.open(), place.open()
    old.put("k", answer("x"))
    new.clear()
    new.put("k", answer("y"))
    before = place.side("-wal").stat().st_ino
    old.close()
    assert (place.side("-wal").stat().st_ino, new.get("k")) == (before, answer("y"))


def test_a_folder_that_is_removed_is_made_again(place: Place) -> None:
    """Deleted while open, the cache begins anew without a word."""
    cache = place.open()
    cache.put("k", answer("x"))
    shutil.rmtree(place.path.parent)
    assert cache.get("k") is None
    cache.put("k", answer("y"))
    assert (cache.get("k"), place.open().get("k"), place.warnings) == (answer("y"), answer("y"), [])


@pytest.mark.parametrize("suffix", ["-wal", "-shm"])
def test_a_log_that_is_removed_costs_entries_only(place: Place, suffix: str) -> None:
    """After its log is gone, a cache in use and another that opens it agree on what is put."""
    cache = place.open()
    cache.put("k", answer("x"))
    place.side(suffix).unlink()
    other = place.open()
    other.put("l", answer("l"))
    cache.put("m", answer("m"))
    cache.put("m", answer("m"))
    assert cache.get("m") == answer("m")
    assert other.get("l") in (None, answer("l"))
    assert cache.get("k") in (None, answer("x"))


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\0" + bytes(4000)])
def test_clearing_needs_no_healthy_file(place: Place, content: bytes) -> None:
    """What cannot be opened is removed all the same, with what was set aside before."""
    place.path.parent.mkdir()
    place.path.write_bytes(content)
    place.side(".damaged").write_bytes(b"older")
    place.side("-wal").write_bytes(b"log")
    cache = place.open()
    cache.clear()
    assert list(place.path.parent.iterdir()) == []
    cache.put("k", answer("x"))
    assert (cache.get("k"), place.warnings) == (answer("x"), [])


def test_two_that_find_the_damage_begin_one_new_file(place: Place) -> None:
    """Whoever comes second finds the first one's new file and does not set that aside too."""
    first, second = place.open(), place.open()
    first.put("k", answer("x"))
    second.get("k")
    first.close()
    place.path.write_bytes(b"x" * 40_000)
    place.side("-wal").unlink(missing_ok=True)
    third = place.open()
    for cache in (third, second, third, second):
        cache.put("k", answer("y"))
    assert (third.get("k"), second.get("k")) == (answer("y"), answer("y"))


def test_a_file_somebody_else_holds_is_waited_for_once(place: Place) -> None:
    """After one fruitless wait it is left alone for a while, so that a run is not slowed by every step."""
    cache = place.open()
    cache.put("k", answer("x"))
    holder = sqlite3.connect(place.path, isolation_level=None)
    cache._file.opened(to_write=False).execute("PRAGMA busy_timeout = 1")
    holder.execute("BEGIN IMMEDIATE")
    for _ in range(3):
        cache.put("l", answer("y"))
    assert (cache.get("k"), cache.stats()[0].errors, len(place.warnings)) == (answer("x"), 1, 1)
    holder.execute("ROLLBACK")
    holder.close()
    place.clock.now_s += 31
    cache.put("l", answer("y"))
    assert cache.get("l") == answer("y")


def test_threads_may_share_it(place: Place) -> None:
    """Eight threads that put, get and clear see no error and no other key's value."""
    cache = place.open(400_000)
    wrong: list[str] = []
    start = threading.Barrier(8)

    def work(seed: int) -> None:
        dice = random.Random(seed)
        start.wait()
        for _ in range(150):
            key = str(dice.randrange(60))
            found = cache.get(key)
            if found is None:
                cache.put(key, answer(key * 2000, key))
            elif found.value != key * 2000:
                wrong.append(key)
            if dice.random() < 0.01:
                cache.clear()

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (wrong, place.warnings) == ([], [])
    assert cache.stats()[0].errors == 0


def test_a_warning_that_is_an_error_leaves_the_cache_in_order(tmp_path: Path) -> None:
    """Whoever turns warnings into exceptions gets one, and can go on using the cache."""
    path = tmp_path / "cache.db"
    path.write_bytes(b"x" * 5000)
    calls: list[str] = []

    def warn(sentence: str) -> None:
        calls.append(sentence)
        raise UserWarning(sentence)

    cache = DiskCache(path, max_bytes=MIB, wall=Clock(), warn=warn)
    with pytest.raises(UserWarning, match="damaged"):
        cache.get("k")
    cache.put("k", answer("x"))
    assert (cache.get("k"), len(calls)) == (answer("x"), 1)
    cache.close()


def test_whoever_is_warned_may_use_the_cache(tmp_path: Path) -> None:
    """An observer that looks at the figures from inside a warning waits for nothing."""
    path = tmp_path / "cache.db"
    path.write_bytes(b"x" * 5000)
    seen: list[int] = []
    cache = DiskCache(path, max_bytes=MIB, wall=Clock(), warn=lambda _: seen.append(cache.stats()[0].damaged))
    cache.get("k")
    cache.close()
    assert seen == [1]


FORKED = """
import os, sys, threading, warnings
from pathlib import Path
from tests_disk import answer
from qualia._engine.cache import DiskCache
warnings.simplefilter("ignore")
told = []
cache = DiskCache(Path(sys.argv[1]), max_bytes=10**7, wall=lambda: 0.0, warn=told.append)
cache.put("k", answer("x"))
held = sys.argv[2] == "held"
if held:
    cache._lock.acquire()
child = os.fork()
if child == 0:
    before = cache.get("k")
    cache.put("l", answer("y"))
    right = before is None if held else (before == answer("x") and cache.get("l") == answer("y"))
    cache.close()
    os._exit(0 if right and not told else 1)
_, status = os.waitpid(child, 0)
if held:
    cache._lock.release()
print(status, cache.get("k") == answer("x"), (cache.get("l") == answer("y")) is not held)
cache.put("m", answer("z"))
print(cache.get("m") == answer("z"), told)
cache.close()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
@pytest.mark.parametrize("state", ["idle", "held"])
def test_a_forked_child_can_use_it(place: Place, state: str) -> None:
    """A child opens the file for itself; forked while a thread was at work on it, it only misses and never waits."""
    assert run_python(FORKED, place.path, state).split() == ["0", "True", "True", "True", "[]"]


def test_params_and_host_facts_survive(place: Place) -> None:
    """The provenance that comes back is plain for plain the one that went in."""
    cache = place.open()
    cache.put("k", answer(1))
    found = cache.get("k")
    assert found is not None
    assert to_plain(found.provenance) == to_plain(STEP)
