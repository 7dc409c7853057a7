"""Health as values: components, reports, their plain form, and the verdict."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from qualia.health import Component, HealthReport, Status, verdict, worse

STATUSES: tuple[Status, ...] = ("unknown", "ok", "degraded", "failing")
RANK = {status: place for place, status in enumerate(STATUSES)}
NAMES = st.sampled_from(["engine", "cache", "history", "disk", "memory", "backups"]) | st.integers(0, 20).map(
    lambda number: f"plugin:toy_{number}"
)
NUMBERS = st.integers(-(2**60), 2**60) | st.floats(allow_nan=False, allow_infinity=False)
FACTS = st.dictionaries(st.text(max_size=8), st.none() | st.booleans() | st.text(max_size=8) | NUMBERS, max_size=4)
COMPONENTS = st.builds(
    Component,
    name=NAMES,
    status=st.sampled_from(STATUSES),
    reason=st.text(max_size=20),
    remedy=st.text(max_size=20),
    since_s=st.none() | st.floats(0, 4e9),
    facts=FACTS,
)
MANY = st.lists(COMPONENTS, max_size=12, unique_by=lambda each: each.name)
REPORTS = st.builds(
    lambda components, at_s: HealthReport.of(components, at_s=at_s, engine="1.0"), MANY, st.floats(0, 4e9)
)


def plugin(number: int, status: Status, state: str = "loaded") -> Component:
    """Return the component of a plugin."""
    return Component(name=f"plugin:toy_{number}", status=status, facts={"state": state})


@pytest.mark.properties
@given(report=REPORTS)
def test_a_report_survives_plain_data_json_pickle_and_copy(report: HealthReport) -> None:
    """Every way out and back gives an equal report."""
    assert HealthReport.from_plain(report.to_plain()) == report
    assert HealthReport.from_plain(json.loads(json.dumps(report.to_plain()))) == report
    assert pickle.loads(pickle.dumps(report)) == report
    assert copy.deepcopy(report) == report


@pytest.mark.properties
@given(components=MANY, more=COMPONENTS, place=st.integers(0, 12), worse_by=st.integers(1, 3))
def test_the_verdict_follows_its_rules(components: list[Component], more: Component, place: int, worse_by: int) -> None:
    """Unknown parts change nothing, order does not count, nothing gets better by a part that gets worse."""
    told = verdict(components)
    assert verdict([*components, evolve(more, status="unknown")]) == told
    assert verdict(reversed(components)) == told
    if place < len(components):
        one = components[place]
        rank = min(RANK[one.status] + worse_by, 3)
        fallen = [*components[:place], evolve(one, status=STATUSES[rank]), *components[place + 1 :]]
        # One more plugin in use can turn a majority, which is no part that got worse.
        if one.status != "unknown" or one.plugin is None:
            assert RANK[verdict(fallen)] >= RANK[told]


@pytest.mark.properties
@given(components=MANY)
def test_the_verdict_is_that_of_a_plain_model(components: list[Component]) -> None:
    """Failing by majority or by a vital part, degraded by anything else that is not well."""
    known = [each for each in components if each.status != "unknown"]
    in_use = [each for each in known if each.name.startswith("plugin:") and each.facts.get("state") != "disabled"]
    failing = [each for each in in_use if each.status == "failing"]
    vital = [each for each in known if not each.name.startswith("plugin:") and each.name != "cache"]
    expected: Status = "ok" if known else "unknown"
    if any(each.status in ("degraded", "failing") for each in known):
        expected = "degraded"
    if any(each.status == "failing" for each in vital) or len(failing) > len(in_use) / 2:
        expected = "failing"
    assert verdict(components) == expected


def test_half_of_the_plugins_may_fail_and_not_more() -> None:
    """Two of four are degraded, three of four are failing; those switched off or unknown are no plugins in use."""
    assert verdict([plugin(1, "failing"), plugin(2, "failing"), plugin(3, "ok"), plugin(4, "ok")]) == "degraded"
    three = [*(plugin(number, "failing") for number in range(3)), plugin(4, "ok")]
    assert verdict(three) == "failing"
    idle = [plugin(5, "ok", "disabled"), plugin(6, "unknown", "unavailable"), plugin(7, "ok", "disabled")]
    assert verdict([plugin(1, "failing"), plugin(2, "failing"), plugin(3, "ok"), *idle]) == "failing"


def test_a_report_gives_its_components_by_name_and_the_worst_first() -> None:
    """Faces look up what they show, and begin with what is failing."""
    components = (
        Component(name="engine", status="ok"),
        Component(name="disk", status="degraded", reason="tight"),
        Component(name="memory", status="unknown", reason="who knows"),
        Component(name="history", status="failing", reason="gone"),
    )
    report = HealthReport.of(components, at_s=1.0, engine="1.0")
    assert report.component("disk") is components[1]
    assert report.component("moon") is None
    assert report.worst() == (components[3], components[1])
    assert (components[0].plugin, plugin(1, "ok").plugin) == (None, "toy_1")


def test_the_worse_of_two_answers_counts_and_the_facts_of_both_stay() -> None:
    """What a plugin says of itself never makes better what the engine knows of it."""
    known = Component(name="plugin:a", status="failing", reason="open", facts={"calls": 1})
    says = Component(name="plugin:a", status="degraded", reason="slow", facts={"queue": 2})
    assert worse(known, says) == evolve(known, facts={"calls": 1, "queue": 2})
    well = evolve(known, status="ok", reason="")
    assert worse(well, says).reason == "slow"
    assert worse(well, evolve(says, status="unknown")).status == "unknown"
    assert worse(says, evolve(known, status="unknown")).status == "degraded"


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ([], "no object"),
        ({}, "'at_s'"),
        ({"at_s": "now", "status": "ok", "engine": "1", "components": []}, "number of seconds"),
        ({"at_s": True, "status": "ok", "engine": "1", "components": []}, "number of seconds"),
        ({"at_s": 1, "status": "fine", "engine": "1", "components": []}, "fine"),
        ({"at_s": 1, "status": "ok", "engine": "1", "components": {}}, "no list"),
        ({"at_s": 1, "status": "ok", "engine": "1", "components": [3]}, "no object"),
        ({"at_s": 1, "status": "ok", "engine": "1", "components": [{"name": "a"}]}, "status"),
        (
            {"at_s": 1, "status": "ok", "engine": "1", "components": [{"name": "a", "status": "ok", "facts": 1}]},
            "facts",
        ),
        (
            {
                "at_s": 1,
                "status": "ok",
                "engine": "1",
                "components": [{"name": "a", "status": "ok", "facts": {"b": []}}],
            },
            "'b'",
        ),
    ],
    ids=range(10),
)
def test_what_is_no_report_is_refused_with_the_reason(data: Any, told: str) -> None:
    """A host of strangers may answer anything."""
    with pytest.raises(ValueError, match="not a valid HealthReport") as caught:
        HealthReport.from_plain(data)
    assert told in str(caught.value)


def test_fields_of_newer_versions_are_left_out() -> None:
    """A client of this version reads what a newer host answers."""
    report = HealthReport.of([Component(name="engine", status="ok")], at_s=1.0, engine="9")
    plain = report.to_plain()
    plain["colour"] = "green"
    plain["components"][0]["shape"] = "round"
    assert HealthReport.from_plain(plain) == report


def test_facts_are_plain_and_frozen() -> None:
    """A list, a number without end or a change is refused."""
    wrong: Any = {"rows": [1]}
    with pytest.raises(TypeError, match="'rows'"):
        Component(name="a", status="ok", facts=wrong)
    with pytest.raises(ValueError, match="nan"):
        Component(name="a", status="ok", facts={"share": float("nan")})
    facts: Any = Component(name="a", status="ok", facts={"n": 1}).facts
    with pytest.raises(TypeError):
        facts["n"] = 2
    status: Any = "well"
    with pytest.raises(ValueError, match="well"):
        Component(name="a", status=status)
