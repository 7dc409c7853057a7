"""Results in a file: what is kept, and what it may weigh."""

from __future__ import annotations

import random
import sys
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve, fields, has
from hypothesis import given
from hypothesis import strategies as st

from qualia import Artifact, Document, Provenance, Segment
from qualia._engine.cache.codec import Codec
from qualia._values import freeze, to_plain
from qualia.records import SCHEMAS, SentenceSentiment, Sentiment, SpeakerWords, WordCount, WordFrequencies
from tests.engine import places
from tests.engine.places import MIB, STEP, Place, answer

ROOT = Path(__file__).parents[2]
place = places.place

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


def test_params_and_host_facts_survive(place: Place) -> None:
    """The provenance that comes back is plain for plain the one that went in."""
    cache = place.open()
    cache.put("k", answer(1))
    found = cache.get("k")
    assert found is not None
    assert to_plain(found.provenance) == to_plain(STEP)


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
