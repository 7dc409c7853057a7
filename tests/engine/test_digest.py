"""One hash for one value: typed, canonical, without collisions by construction."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualia._digest import digest

ATOMS = (
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.sampled_from((0.0, 1.0, -0.0, 0.5))
    | st.sampled_from(("", "a", "1", "N", "i1:1"))
    | st.sampled_from((b"", b"a", b"1"))
)
NESTED = st.recursive(
    ATOMS,
    lambda inner: st.lists(inner, max_size=3).map(tuple) | st.dictionaries(st.sampled_from("ab1"), inner, max_size=3),
    max_leaves=6,
)


@attrs.frozen
class Point:
    """Two fields and one that does not count."""

    x: Any
    y: Any = 0
    note: str = attrs.field(default="", eq=False)


@attrs.frozen
class Other:
    """Another class with the same fields."""

    x: Any
    y: Any = 0


def canonical(value: object) -> str:
    """Write a value so that two texts are equal exactly when types and contents are."""
    if isinstance(value, dict):
        return f"{{{','.join(f'{key!r}:{canonical(value[key])}' for key in sorted(value))}}}"
    if isinstance(value, tuple):
        return f"({','.join(map(canonical, value))})"
    return repr(value)


@pytest.mark.properties
@given(one=NESTED, other=NESTED)
def test_digests_are_equal_exactly_when_types_and_contents_are(one: object, other: object) -> None:
    """No two different values share a digest, and equal ones always do."""
    assert (digest(one) == digest(other)) == (canonical(one) == canonical(other))


@pytest.mark.properties
@given(mapping=st.dictionaries(st.text(max_size=3), ATOMS, max_size=5), random=st.randoms())
def test_the_order_of_keys_does_not_matter(mapping: dict[str, object], random: Any) -> None:
    """A mapping has one digest, however it was filled."""
    items = list(mapping.items())
    random.shuffle(items)
    assert digest(dict(items)) == digest(mapping)


def test_types_count() -> None:
    """Values that Python calls equal, or that print alike, have digests of their own."""
    values: list[object] = [1, 1.0, True, "1", b"1", None, "", (), {}, (1,), "None", 0, 0.0, False]
    assert len({digest(each) for each in values}) == len(values)


def test_lists_and_tuples_are_one() -> None:
    """A sequence is a sequence: freezing a value does not change its digest."""
    assert digest([1, [2]]) == digest((1, (2,)))


def test_neighbours_do_not_run_into_each_other() -> None:
    """Where one part ends and the next begins is part of the hash."""
    values: list[object] = [("ab", "c"), ("a", "bc"), ("abc",), (("a",), "bc"), ((), "abc"), ("abc", ())]
    assert len({digest(each) for each in values}) == len(values)


def test_class_and_compared_fields_make_the_digest_of_an_object() -> None:
    """Two classes with equal fields differ; a field left out of comparison does not count."""
    assert digest(Point(1)) != digest(Other(1))
    assert digest(Point(1, note="a")) == digest(Point(1, note="b"))
    assert digest(Point(1, 2)) != digest(Point(2, 1))


def test_a_digest_is_the_same_in_every_process() -> None:
    """What is hashed is fixed: a change of the format is a change somebody meant."""
    assert digest((1, "a", {"b": None})) == hashlib.sha256(b"l3:i1:1s1:am1:s1:bN").hexdigest()


@pytest.mark.parametrize(
    "value", ["\ud800", 10**5000, datetime(2024, 1, 1, tzinfo=UTC)], ids=["surrogate", "number", "time"]
)
def test_unusual_values_have_digests_too(value: object) -> None:
    """Half a surrogate pair, a number of 5,000 digits and a time can be hashed."""
    assert len(digest(value)) == 64


@pytest.mark.parametrize("value", [object(), {1, 2}, [object()], 1j])
def test_what_has_no_stable_form_is_refused(value: object) -> None:
    """Anything else is a TypeError that names the type."""
    with pytest.raises(TypeError, match="has no stable digest"):
        digest(value)
