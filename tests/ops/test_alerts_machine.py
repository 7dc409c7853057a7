"""When a finding becomes an alert and when it is over, against a small model that looks at the whole past each time."""

from __future__ import annotations

from datetime import UTC, datetime, time
from itertools import accumulate
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from qualia_ops.alerts.machine import Patience, Track, step
from qualia_ops.alerts.notice import Finding, Notice, rank
from qualia_ops.alerts.quiet import QuietHours, sifted

from tests.ops.alerting import notice

HOUR_S = 3600.0
SEVERITY = st.sampled_from(["info", "warning", "critical"])
LOOK = st.tuples(
    st.integers(0, 40),
    st.sampled_from(["bad", "bad", "bad", "between", "good", "good", "unknown", "gone"]),
    SEVERITY,
)


def expected(looks: Any, patience: Any, grace_s: Any, repeat_s: Any) -> Any:
    """Return what is told at each look, found by going back through the past from each."""
    told, begins, peak, told_s = [], 0, None, None
    for here, (at_s, verdict, severity) in enumerate(looks):
        known = [each for each in looks[begins : here + 1] if each[1] != "unknown"]
        kind = None
        if peak is None:
            run = _last_run(known, {"bad"})
            if verdict == "bad":
                lasted_s = at_s - run[0][0]
                enough = len(run) >= patience.looks or 0 < patience.after_s <= lasted_s
                if enough and lasted_s >= grace_s:
                    kind, peak, begins = "raised", severity, here + 1
        elif verdict == "gone" or (verdict == "good" and len(_last_run(known, {"good"})) >= patience.clear_looks):
            kind, peak, begins = "resolved", None, here + 1
        elif verdict == "bad" and rank(severity) > rank(peak):
            kind, peak = "worse", severity
        elif 0 < repeat_s <= at_s - told_s:
            kind = "repeated"
        told_s = at_s if kind else told_s
        told.append(kind)
    return told


def _last_run(looks: Any, verdicts: Any) -> Any:
    run: list[Any] = []
    for each in reversed(looks):
        if each[1] not in verdicts:
            break
        run.insert(0, each)
    return run


def finding(look: Any, *, subject: Any = "", grace_s: Any = 0.0) -> Any:
    """Return what a rule says at a look; nothing when its subject is gone."""
    _at_s, verdict, severity = look
    if verdict == "gone":
        return []
    return [Finding(rule="disk", subject=subject, verdict=verdict, severity=severity, grace_s=grace_s, reason="full")]


@pytest.mark.properties
@given(
    past=st.lists(LOOK, max_size=30),
    other=st.lists(LOOK, min_size=30, max_size=30),
    patience=st.builds(
        Patience, looks=st.integers(1, 4), after_s=st.sampled_from([0.0, 30.0]), clear_looks=st.integers(1, 3)
    ),
    grace_s=st.sampled_from([0.0, 0.0, 50.0]),
    repeat_s=st.sampled_from([0.0, 25.0, 60.0]),
)
def test_the_machine_tells_what_the_model_tells(
    past: Any, other: Any, patience: Any, grace_s: Any, repeat_s: Any
) -> None:
    """Raised, worse, repeated, resolved: as the model says, for each subject by itself."""
    times = list(accumulate(look[0] for look in past))
    looks = [(at_s, *look[1:]) for at_s, look in zip(times, past, strict=True)]
    others = [(at_s, *look[1:]) for at_s, look in zip(times, other, strict=False)]
    tracks: dict[str, Track] = {}
    told: dict[str, list[str | None]] = {"": [], "x": []}
    for one, two in zip(looks, others, strict=True):
        seen = [*finding(one, grace_s=grace_s), *finding(two, subject="x", grace_s=grace_s)]
        tracks, notices = step(tracks, seen, one[0], patience={"disk": patience}, repeat_s=repeat_s)
        for subject, kinds in told.items():
            here = [each.kind for each in notices if each.subject == subject]
            assert len(here) <= 1
            kinds.append(here[0] if here else None)
    assert told[""] == expected(looks, patience, grace_s, repeat_s)
    assert told["x"] == expected(others, patience, grace_s, repeat_s)


@pytest.mark.properties
@given(looks=st.lists(st.tuples(st.integers(-500, 500), LOOK), max_size=30))
def test_a_clock_that_is_put_back_harms_nothing(looks: Any) -> None:
    """Whatever the clock does, raised and resolved alternate and nobody waits for a time long past."""
    tracks: dict[str, Track] = {}
    kinds: list[str] = []
    for at_s, look in looks:
        tracks, notices = step(tracks, finding((at_s, *look[1:])), at_s, patience={}, repeat_s=60.0)
        kinds += [each.kind for each in notices if each.kind in ("raised", "resolved")]
        assert all(each.first_s <= at_s and each.told_s <= at_s for each in tracks.values())
    assert all(kind == ("raised", "resolved")[place % 2] for place, kind in enumerate(kinds))


def test_what_could_not_be_seen_stays_as_it_is() -> None:
    """A look that saw nothing resolves nothing, though what lasts is told again."""
    track = Track(rule="disk", severity="warning", first_s=0.0, raised_s=0.0, bad_looks=1)
    tracks, notices = step({track.key: track}, [], 10.0, patience={}, repeat_s=0.0, is_complete=False)
    assert (tracks[track.key].raised_s, notices) == (0.0, ())
    _tracks, notices = step({track.key: track}, [], 60.0, patience={}, repeat_s=60.0, is_complete=False)
    assert [each.kind for each in notices] == ["repeated"]


def test_what_comes_again_is_known_as_the_same() -> None:
    """Two notices of one moment have one id, others another; from raised to resolved an alert keeps its own."""
    assert notice().id == notice().id
    assert notice().id != notice(at_s=1.0).id != notice(kind="resolved").id
    assert notice().alert_id == notice(kind="resolved", at_s=9.0).alert_id != notice(raised_s=1.0).alert_id


QUIET = QuietHours(begins=time(22, 0), ends=time(7, 0), zone=ZoneInfo("America/Sao_Paulo"))


def at(hour: int, minute: int = 0, day: int = 10) -> float:
    """Return a moment by the clock in São Paulo, three hours behind UTC."""
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC).timestamp() + 3 * HOUR_S


@pytest.mark.parametrize(
    ("hour", "minute", "is_quiet"), [(21, 59, False), (22, 0, True), (2, 0, True), (6, 59, True), (7, 0, False)]
)
def test_quiet_hours_go_by_the_clock_on_the_wall(hour: Any, minute: Any, is_quiet: Any) -> None:
    """They begin and end by the hours of their time zone, over midnight too."""
    assert QUIET.holds(at(hour, minute)) is is_quiet


def test_quiet_hours_follow_summer_time() -> None:
    """At two by the wall it is quiet in winter and in summer, whatever UTC says."""
    quiet = QuietHours(begins=time(1, 30), ends=time(2, 30), zone=ZoneInfo("Europe/Lisbon"))
    winter, summer = datetime(2026, 1, 5, 2, 0, tzinfo=UTC), datetime(2026, 7, 5, 1, 0, tzinfo=UTC)
    assert (quiet.holds(winter.timestamp()), quiet.holds(summer.timestamp())) == (True, True)
    assert not quiet.holds(datetime(2026, 7, 5, 2, 0, tzinfo=UTC).timestamp())


def test_what_was_held_back_is_said_when_quiet_hours_end() -> None:
    """Each alert is told of once, by the last word on it; what only lasts is not told at night."""
    first, second = notice(), notice(rule="memory", kind="raised")
    told, held = sifted([first, notice(rule="cache", kind="repeated")], (), QUIET, at(23))
    assert (told, held) == ((), (first,))
    over = notice(kind="resolved", at_s=at(1))
    told, held = sifted([over, second], held, QUIET, at(1))
    assert (told, held) == ((), (over, second))
    told, held = sifted([notice(rule="memory", kind="repeated")], held, QUIET, at(7))
    assert held == ()
    [digest] = told
    assert (digest.kind, [each.kind for each in digest.about]) == ("held", ["resolved", "raised"])


def test_what_is_critical_passes_unless_it_may_not() -> None:
    """Configured either way; what passes supersedes what was held back of the same alert."""
    worse = notice(kind="worse", severity="critical")
    assert sifted([worse], (notice(),), QUIET, at(23)) == ((worse,), ())
    silent = QuietHours(begins=time(22), ends=time(7), zone=UTC, critical_passes=False)
    assert sifted([worse], (), silent, datetime(2026, 3, 1, 23, tzinfo=UTC).timestamp()) == ((), (worse,))


def test_what_is_told_anyway_is_not_told_twice() -> None:
    """An alert that speaks when the quiet hours have just ended is left out of what was held back."""
    over = notice(kind="resolved", at_s=at(7))
    assert sifted([over], (notice(),), QUIET, at(7)) == ((over,), ())


@pytest.mark.properties
@given(
    nights=st.lists(
        st.tuples(
            st.booleans(),
            st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["raised", "resolved"]), SEVERITY), max_size=3),
        ),
        max_size=12,
    )
)
def test_nothing_is_lost_in_the_night(nights: Any) -> None:
    """Of every alert, the last word is told in the end: at once, or within what was held back."""
    held: tuple[Notice, ...] = ()
    last: dict[str, str] = {}
    told: dict[str, str] = {}
    for place, (is_quiet, words) in enumerate([*nights, (False, [])]):
        now_s = at(23 if is_quiet else 12) + place
        fresh = [
            notice(rule=rule, kind=kind, severity=severity, at_s=now_s)
            for rule, (kind, severity) in {rule: (kind, severity) for rule, kind, severity in words}.items()
        ]
        last |= {each.key: each.id for each in fresh}
        out, held = sifted(fresh, held, QUIET, now_s)
        for each in out:
            told |= {inner.key: inner.id for inner in each.about or (each,)}
    assert (told, held) == (last, ())
