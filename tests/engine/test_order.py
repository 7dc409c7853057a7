"""The order of names that need each other: valid, stable, the same in every process, or the path of the cycle."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualia._plugins.resolve import Cycle, stable_order

NAMES = "abcdef"
GRAPHS = st.permutations(NAMES).flatmap(
    lambda order: st.tuples(*[st.sets(st.sampled_from(NAMES + "z"), max_size=3)] * len(order)).map(
        lambda needs: dict(zip(order, needs, strict=True))
    )
)


@st.composite
def in_order(draw: st.DrawFn) -> dict[str, set[str]]:
    """Make needs that the order they are listed in fits already."""
    names = draw(st.permutations(NAMES))
    return {
        name: draw(st.sets(st.sampled_from(names[:place]), max_size=3)) if place else set()
        for place, name in enumerate(names)
    }


def has_order(needs: Mapping[str, Collection[str]]) -> bool:
    """Tell by removing what needs nothing, over and over, whether nothing is left."""
    left = {name: {each for each in wanted if each in needs} for name, wanted in needs.items()}
    while free := [name for name, wanted in left.items() if not wanted & left.keys()]:
        for name in free:
            del left[name]
    return not left


@pytest.mark.properties
@given(needs=GRAPHS)
def test_there_is_an_order_exactly_when_nothing_needs_itself(needs: dict[str, set[str]]) -> None:
    """An order has each name once, behind those it needs; otherwise the error's path is a real cycle."""
    order: tuple[str, ...] = ()
    try:
        order = stable_order(needs)
    except Cycle as error:
        cycle = error.path
    else:
        cycle = ()
    assert has_order(needs) == (not cycle)
    if cycle:
        assert cycle[0] == cycle[-1]
        assert len(set(cycle)) == len(cycle) - 1
        assert all(after in needs[name] for name, after in pairwise(cycle))
        return
    assert sorted(order) == sorted(needs)
    assert all(order.index(each) < order.index(name) for name in needs for each in needs[name] if each in needs)


@pytest.mark.properties
@given(needs=in_order())
def test_an_order_that_fits_already_is_kept(needs: dict[str, set[str]]) -> None:
    """Nothing moves that need not move."""
    assert stable_order(needs) == tuple(needs)


@pytest.mark.properties
@given(needs=in_order(), order=st.permutations(NAMES))
def test_the_order_does_not_depend_on_how_needs_are_held(needs: dict[str, set[str]], order: list[str]) -> None:
    """Needs in any container and any order give the same result, so a hash seed changes nothing."""
    forwards = {name: sorted(needs[name]) for name in order}
    backwards = {name: sorted(needs[name], reverse=True) for name in order}
    assert stable_order(forwards) == stable_order(backwards)


def test_what_is_needed_comes_right_before_the_first_that_needs_it() -> None:
    """Names listed too late move up as little as they must."""
    assert stable_order({"x": {"c", "b"}, "a": (), "b": (), "c": ()}) == ("b", "c", "x", "a")
    assert stable_order({"x": {"c", "b"}, "a": (), "c": (), "b": ()}) == ("c", "b", "x", "a")


def test_a_need_of_oneself_is_the_shortest_cycle() -> None:
    """The path starts and ends with the name."""
    with pytest.raises(Cycle) as caught:
        stable_order({"a": ["a"]})
    assert caught.value.path == ("a", "a")


def test_needs_nobody_lists_are_left_to_others() -> None:
    """A needed name that is no key is ignored."""
    assert stable_order({"a": ["elsewhere"]}) == ("a",)


def test_a_chain_of_thousands_is_ordered() -> None:
    """Depth costs no stack."""
    needs = {str(number): [str(number + 1)] for number in range(5000)}
    assert stable_order(needs)[0] == "4999"
