"""Distinct inputs have distinct outputs, on every file system."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualia.cli.batch.names import FAILURES, ROOM, Names, base_of, escaped, key_of, relative

ODD = """a A a.txt A.TXT a.txt.toy.json con CON.txt x. x é e\u0301 ß SS %41 a% ~ a~1 a.toy.json \udcff ÿ""".split()
PARTS = st.one_of(
    st.sampled_from([*ODD, "nul ", ROOM, FAILURES, FAILURES.partition(".")[0]]),
    st.text(st.characters(exclude_characters="/\0"), min_size=1, max_size=8),
    st.text("ab", min_size=230, max_size=255),
).filter(lambda name: name not in (".", ".."))
PLACES = st.lists(PARTS, min_size=1, max_size=3).map("/".join)
SETS = st.sets(PLACES, min_size=1, max_size=12)


def outputs_of(places: set[str]) -> dict[str, str]:
    names = Names()
    return {place: names.of(place) for place in sorted(places)}


def is_a_tree(places: set[str]) -> bool:
    """Tell whether a file system could hold all of these at once."""
    return not any(other.startswith(place + "/") for place in places for other in places)


@given(SETS.filter(is_a_tree), st.sampled_from([".toy.json", ".a.steps", ".word_frequency.svg"]))
def test_distinct_inputs_have_outputs_that_no_file_system_takes_for_one(places: set[str], suffix: str) -> None:
    """No output equals another, or lies where another is a file, even where case and accents do not count."""
    keys = [key_of(stem + suffix) for stem in outputs_of(places).values()]
    assert len(set(keys)) == len(places)
    assert not any(other.startswith(key + "/") for key in keys for other in keys)
    assert key_of(FAILURES) not in keys
    assert not any(key.startswith(ROOM + "/") for key in keys)


@given(SETS, st.randoms())
def test_names_stay_what_they_are(places: set[str], random: object) -> None:
    """Asked again, or put in from a journal, each input has the name it had, whatever comes beside it."""
    given_names = outputs_of(places)
    again, several = Names(), sorted(places)
    for place in several[: len(several) // 2]:
        again.put(place, given_names[place])
    assert [again.of(place) for place in several[: len(several) // 2]] == [
        given_names[place] for place in several[: len(several) // 2]
    ]
    names = Names()
    assert [names.of(place) for place in several] == [names.of(place) for place in several]


@given(PARTS, PARTS)
def test_escaping_keeps_different_names_different(first: str, second: str) -> None:
    """An escaped name can be told from every other, and every system takes it."""
    assert (escaped(first) == escaped(second)) == (first == second)
    text = escaped(first)
    assert re.search(r'[<>:"/\\|?*\x00-\x1f\x7f]', text) is None
    assert text[-1] not in " ." and len(text.encode()) <= 180
    assert text.partition(".")[0].rstrip().casefold() not in ("con", "nul")


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("notes.txt", "notes.txt"),
        ("a b/São João.vtt", "a b/São João.vtt"),
        ("10:30 call.txt", "10%3A30 call.txt"),
        ("con.txt", "%63on.txt"),
        ("line\nbreak.txt", "line%0Abreak.txt"),
        ("caf\udce9.txt", "caf%E9.txt"),
        ("100%.txt", "100%25.txt"),
        ("end.", "end%2E"),
    ],
)
def test_usual_names_stay_readable(place: str, expected: str) -> None:
    """Only what some system refuses is written in another way."""
    assert Names().of(place) == expected


def test_two_names_that_differ_in_case_alone_are_told_apart() -> None:
    """The second of them gets a digest of its own name."""
    names = Names()
    assert names.of("A.txt") == "A.txt"
    assert re.fullmatch(r"a\.txt~[0-9a-f]{8}", names.of("a.txt"))


def test_an_input_below_a_folder_that_looks_like_an_output_does_not_meet_it(home: Path) -> None:
    """`a` becomes ``a.toy.json``, so what lies in a folder of that name goes elsewhere."""
    names = Names()
    assert names.of("a") == "a"
    assert not names.of("a.toy.json/b").startswith("a.toy.json/")


def test_the_base_is_the_folder_all_inputs_share(home: Path) -> None:
    """A folder is its own base, a pattern's is what stands before the first star, several share the one above."""
    for place in ("one/a.txt", "one/deep/b.txt", "two/c.txt"):
        (home / place).parent.mkdir(parents=True, exist_ok=True)
        (home / place).write_text("x", encoding="utf-8")
    one, two = str(home / "one"), str(home / "two")
    assert base_of(["one"], ["one/a.txt"]) == one
    assert base_of(["one/**/*.txt"], ["one/a.txt"]) == one
    assert base_of(["one/a.txt"], ["one/a.txt"]) == one
    assert base_of(["one", two], ["one/a.txt", "two/c.txt"]) == str(home)
    assert base_of(["one/../two/*.txt"], ["one/../two/c.txt"]) == two
    assert relative(str(Path("one", "deep", "b.txt")), one) == "deep/b.txt"
