"""What a report of health means, rule by rule."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from qualia_ops.alerts.rules import default_rules, judged, sinks_judged, unseen

from qualia.health import Component, HealthReport
from tests.ops.alerting import GB, disk, part, report_of

RULES = default_rules()
HOUR_S = 3600.0


def said(report: Any, rule: Any, subject: Any = "") -> Any:
    """Return what one rule says of one subject."""
    found = [each for each in judged(report, RULES) if (each.rule, each.subject) == (rule, subject)]
    assert len(found) == 1, found
    return found[0]


def plugin(name: Any, status: Any = "ok", **facts: Any) -> Any:
    """Return a plugin's component."""
    return part(f"plugin:{name}", status, **{"state": "loaded", "breaker": "closed", **facts})


def test_a_healthy_project_has_no_bad_finding() -> None:
    """Where all is well nothing is bad, whatever rules there are."""
    report = report_of(
        part("engine"),
        plugin("a", p95_s=0.1, calls=50),
        disk(0.3),
        part("memory", used_bytes=GB, limit_bytes=8 * GB),
        part("cache", bytes=1, limit_bytes=100),
        part("history"),
        part("backups", age_s=HOUR_S, count=3, verified=True),
    )
    assert {each.verdict for each in judged(report, RULES)} == {"good"}


@pytest.mark.parametrize(
    ("breaker", "verdict"), [("closed", "good"), ("half_open", "between"), ("open", "bad"), ("forced_open", "good")]
)
def test_an_open_breaker_is_bad_and_one_on_trial_neither(breaker: Any, verdict: Any) -> None:
    """Somebody who switched a plugin off need not be told so."""
    assert said(report_of(plugin("a", breaker=breaker)), "breaker", "a").verdict == verdict


def test_what_is_switched_off_is_over() -> None:
    """Its breaker and its times stay as they were, and nobody calls it."""
    report = report_of(plugin("a", state="disabled", breaker="open", p95_s=99.0, calls=50))
    assert {each.verdict for each in judged(report, RULES)} == {"good"}


def test_an_open_breaker_names_the_place_and_never_the_error() -> None:
    """What a plugin said when it failed may quote a document; where it stood does not."""
    component = plugin("a", "failing", breaker="open", last_error="Maria said", last_error_at="a.py:7")
    finding = said(report_of(component), "breaker", "a")
    assert "a.py:7" in finding.reason
    assert all("Maria" not in str(each) for each in judged(report_of(component), RULES))
    assert said(report_of(component), "check", "plugin:a").verdict == "good"


@pytest.mark.parametrize(
    ("failing", "count", "verdict"), [(0, 0, "good"), (1, 3, "good"), (1, 2, "between"), (2, 3, "bad"), (1, 1, "bad")]
)
def test_more_than_half_of_the_plugins(failing: Any, count: Any, verdict: Any) -> None:
    """Half is not yet too many; those that are switched off or unknown do not count."""
    used = [plugin(f"p{n}", "failing" if n < failing else "ok") for n in range(count)]
    idle = [plugin("off", state="disabled"), plugin("none", "unknown", state="unavailable")]
    assert said(report_of(*used, *idle), "plugins").verdict == verdict


@pytest.mark.parametrize(
    ("share", "verdict", "severity"),
    [(0.84, "good", "warning"), (0.88, "between", "warning"), (0.91, "bad", "warning"), (0.98, "bad", "critical")],
)
def test_a_disk_is_full_over_ninety_percent_until_under_eighty_five(share: Any, verdict: Any, severity: Any) -> None:
    """In between it stays what it was; nearly full it is critical."""
    finding = said(report_of(disk(share)), "disk")
    assert (finding.verdict, finding.severity) == (verdict, severity)


def test_a_small_disk_is_full_when_health_says_so() -> None:
    """Where hardly anything can be written the share does not matter."""
    small = Component(
        name="disk", status="failing", facts={"free_bytes": 40_000_000, "total_bytes": 80_000_000}, reason="full"
    )
    finding = said(report_of(small), "disk")
    assert (finding.verdict, finding.severity) == ("bad", "critical")


def test_memory_and_cache_have_bounds_too() -> None:
    """Both are told by share; a full cache is no more than worth knowing."""
    report = report_of(
        part("memory", "degraded", used_bytes=95, limit_bytes=100), part("cache", bytes=95, limit_bytes=100)
    )
    assert said(report, "memory").verdict == said(report, "cache").verdict == "bad"
    assert said(report, "cache").severity == "info"
    assert said(report_of(part("memory", "unknown", used_bytes=None, limit_bytes=None)), "memory").verdict == "unknown"
    assert said(report_of(part("cache", bytes=0, limit_bytes=0)), "cache").verdict == "unknown"


@pytest.mark.parametrize(
    ("facts", "verdict", "word"),
    [
        ({"age_s": 25.9 * HOUR_S, "count": 1, "verified": True}, "good", ""),
        ({"age_s": 26.5 * HOUR_S, "count": 1, "verified": True}, "bad", "26 hours old"),
        ({"age_s": HOUR_S, "count": 1, "verified": False}, "bad", "never verified"),
        ({"age_s": None, "count": 0, "verified": None}, "bad", "no backup"),
        ({}, "unknown", ""),
    ],
)
def test_a_backup_is_to_be_young_and_verified(facts: Any, verdict: Any, word: Any) -> None:
    """Older than 26 hours, unverified or missing is bad; what is not known is not judged."""
    finding = said(report_of(part("backups", **facts)), "backup")
    assert (finding.verdict, word in finding.reason) == (verdict, True)


def test_backups_that_cannot_be_made_are_told() -> None:
    """Where settings are wrong there is no age to judge, and the check has said why."""
    wrong = evolve(part("backups", "degraded"), reason="there is no engine 'borg'", remedy="mend that")
    finding = said(report_of(wrong), "backup")
    assert (finding.verdict, finding.reason, finding.remedy) == ("bad", "there is no engine 'borg'", "mend that")


def test_the_first_backup_has_as_much_time_as_any() -> None:
    """Where there never was one, 26 hours have to pass first."""
    assert said(report_of(part("backups", count=0)), "backup").grace_s == 26 * HOUR_S


def test_slow_needs_enough_calls_to_be_told() -> None:
    """Of few calls nobody can tell what is usual."""
    assert said(report_of(plugin("a", p95_s=40.0, calls=20)), "slow", "a").verdict == "bad"
    assert said(report_of(plugin("a", p95_s=40.0, calls=2)), "slow", "a").verdict == "unknown"
    assert said(report_of(plugin("a")), "slow", "a").verdict == "unknown"


def test_any_other_check_that_fails_is_told() -> None:
    """A check of somebody's own needs no rule of its own; a history that cannot be written has one."""
    report = report_of(part("model", "failing", "every slot is taken"), part("history", "failing", "read-only"))
    assert said(report, "check", "model").reason == "every slot is taken"
    assert said(report, "history").verdict == "bad"


def test_rules_that_are_off_say_nothing() -> None:
    """Each rule can be switched off by itself."""
    rules = {name: evolve(rule, on=False) for name, rule in RULES.items()}
    assert judged(report_of(disk(0.99), plugin("a", breaker="open")), rules) == ()
    assert unseen("gone", rules) == sinks_judged({"chat": "down"}, rules) == ()
    [finding] = unseen("gone", RULES)
    assert (finding.verdict, finding.severity) == ("bad", "critical")


STATUS = st.sampled_from(["ok", "degraded", "failing", "unknown"])
NAME = st.sampled_from(
    ["engine", "plugin:a", "plugin:", "cache", "history", "disk", "memory", "backups", "queue", "x:y"]
)
FACT_NAME = st.sampled_from(
    [
        "state",
        "breaker",
        "p95_s",
        "calls",
        "free_bytes",
        "total_bytes",
        "used_bytes",
        "limit_bytes",
        "bytes",
        "age_s",
        "count",
        "verified",
        "last_error",
        "last_error_at",
    ]
)
FACT = (
    st.none()
    | st.booleans()
    | st.integers(-(10**18), 10**18)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
)


@pytest.mark.properties
@given(
    components=st.lists(
        st.builds(
            Component,
            name=NAME,
            status=STATUS,
            reason=st.text(),
            facts=st.dictionaries(FACT_NAME, FACT, max_size=8),
        ),
        max_size=6,
        unique_by=lambda each: each.name,
    )
)
def test_every_report_can_be_judged(components: Any) -> None:
    """Whatever checks of strangers measure, each rule says one thing of each subject."""
    found = judged(HealthReport.of(components, at_s=0.0, engine="1"), RULES)
    assert len({each.key for each in found}) == len(found)
    assert all(each.reason or each.verdict != "bad" or each.rule in ("check", "history") for each in found)
