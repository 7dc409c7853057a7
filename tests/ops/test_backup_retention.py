"""Which snapshots stay: the rules beside a model of twenty lines, over histories that cross changes of the clock."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from qualia_ops.backup.create import create
from qualia_ops.backup.errors import WrongPolicy
from qualia_ops.backup.retention import Dated, Policy, decide
from qualia_ops.backup.store import snapshots
from qualia_ops.backup.upkeep import prune

from tests.ops.conftest import Finish

ZONES = ("UTC", "America/Sao_Paulo", "Europe/Lisbon", "Australia/Lord_Howe", "Pacific/Apia")
NONE = Policy(last=0, hourly=0, daily=0, weekly=0, monthly=0, yearly=0)
# Clocks were put forward and back in Lisbon on these nights.
TURNS = (datetime(2025, 3, 30, tzinfo=UTC), datetime(2025, 10, 26, tzinfo=UTC), datetime(2018, 11, 4, 3, tzinfo=UTC))


def kept_by_model(snapshots: list[Dated], policy: Policy, now: datetime, zone: ZoneInfo) -> set[str]:
    """Return what is kept, in the plainest way that can be written."""
    past = sorted((each for each in snapshots if each.created_at <= now), key=lambda each: (each.created_at, each.id))
    kept = {each.id for each in snapshots if each.created_at > now}
    kept |= {each.id for each in past[::-1][: policy.last]}
    kept |= {each.id for each in past if policy.within_days and now - each.created_at <= timedelta(policy.within_days)}
    for count, form in (
        (policy.hourly, "%Y-%m-%d %H %z"),
        (policy.daily, "%Y-%m-%d"),
        (policy.weekly, "%G-%V"),
        (policy.monthly, "%Y-%m"),
        (policy.yearly, "%Y"),
    ):
        newest = {each.created_at.astimezone(zone).strftime(form): each.id for each in past}
        order = sorted(newest.values(), key=[each.id for each in past].index)
        kept |= set(order[::-1][:count])
    whole = [each.id for each in past if each.is_verified] or [
        each.id for each in sorted(snapshots, key=lambda each: (each.created_at, each.id)) if each.is_verified
    ]
    return kept | set(whole[-1:])


times = st.builds(
    lambda turn, minutes: turn + timedelta(minutes=minutes),
    st.sampled_from(TURNS),
    st.integers(-500_000, 500_000) | st.integers(-300, 300),
)
histories = st.lists(st.tuples(times, st.booleans()), max_size=40).map(
    lambda rows: [Dated(id=f"{number:03}", created_at=at, is_verified=whole) for number, (at, whole) in enumerate(rows)]
)
counts = st.integers(0, 6)
policies = st.builds(
    Policy,
    last=counts,
    hourly=counts,
    daily=counts,
    weekly=counts,
    monthly=counts,
    yearly=counts,
    within_days=st.sampled_from([0.0, 0.0, 1.5, 30.0]),
).filter(lambda policy: not policy.is_empty)


@given(histories, policies, times, st.sampled_from(ZONES))
def test_it_keeps_what_the_model_keeps(history: list[Dated], policy: Policy, now: datetime, zone: str) -> None:
    """Whatever the history, the rules, the moment and the zone, the two agree and each that stays has a reason."""
    verdicts = decide(history, policy, now=now, zone=ZoneInfo(zone))
    kept = {verdict.id for verdict in verdicts if verdict.is_kept}
    assert kept == kept_by_model(history, policy, now, ZoneInfo(zone))
    assert {verdict.id for verdict in verdicts} == {each.id for each in history}


@given(histories, policies, times, st.sampled_from(ZONES))
def test_a_verified_one_always_remains(history: list[Dated], policy: Policy, now: datetime, zone: str) -> None:
    """As long as one was verified, one that was verified stays; and what stayed once stays when asked again."""
    kept = {verdict.id for verdict in decide(history, policy, now=now, zone=ZoneInfo(zone)) if verdict.is_kept}
    if any(each.is_verified for each in history):
        assert any(each.is_verified for each in history if each.id in kept)
    rest = [each for each in history if each.id in kept]
    again = {verdict.id for verdict in decide(rest, policy, now=now, zone=ZoneInfo(zone)) if verdict.is_kept}
    assert again == kept


TURNING = (*ZONES, "America/New_York", "Africa/Casablanca", "Asia/Tehran", "Antarctica/Troll", "America/Caracas")


@pytest.mark.properties
def test_ten_thousand_histories_are_kept_as_the_model_keeps_them() -> None:
    """Whatever is drawn, around a change of the clock in a zone or years apart, the two agree."""
    rng = random.Random(17)
    counts = (0, 0, 1, 2, 3, 7, 12)
    for _number in range(10_000):
        zone = ZoneInfo(rng.choice(TURNING))
        turn = datetime(rng.randint(1995, 2030), rng.randint(1, 12), rng.randint(1, 28), tzinfo=UTC)
        for _day in range(200):
            if turn.astimezone(zone).utcoffset() != (turn + timedelta(days=1)).astimezone(zone).utcoffset():
                break
            turn += timedelta(days=1)
        spread = rng.choice((3_000, 60_000, 1_500_000))
        history = [
            Dated(
                id=f"{number:02}",
                created_at=turn + timedelta(minutes=rng.randint(-spread, spread) // 10 * 10),
                is_verified=rng.random() < 0.4,
            )
            for number in range(rng.randint(0, 25))
        ]
        policy = Policy(
            last=rng.choice(counts),
            hourly=rng.choice(counts),
            daily=rng.choice(counts),
            weekly=rng.choice(counts),
            monthly=rng.choice(counts),
            yearly=rng.choice(counts),
            within_days=rng.choice((0.0, 0.0, 2.5)),
        )
        now = turn + timedelta(minutes=rng.randint(0, 2 * spread))
        if not policy.is_empty:
            verdicts = decide(history, policy, now=now, zone=zone)
            assert {each.id for each in verdicts if each.is_kept} == kept_by_model(history, policy, now, zone)


def test_a_reason_says_which_rule_keeps_it() -> None:
    """Each names the rule and the place it takes in it."""
    now = datetime(2026, 3, 10, 12, tzinfo=UTC)
    history = [Dated(id=str(day), created_at=datetime(2026, 3, day, tzinfo=UTC)) for day in (1, 2, 11)]
    policy = Policy(last=1, daily=2, weekly=0, monthly=0, yearly=0)
    verdicts = {verdict.id: verdict.reasons for verdict in decide(history, policy, now=now, zone=UTC)}
    assert verdicts == {"11": ("its time lies ahead",), "2": ("last 1 of 1", "daily 1 of 2"), "1": ("daily 2 of 2",)}


def test_the_hour_that_comes_twice_is_two(tmp_path: Path) -> None:
    """When clocks are put back, one snapshot of each of the two hours is kept."""
    zone = ZoneInfo("Europe/Lisbon")
    history = [Dated(id=str(hour), created_at=datetime(2025, 10, 26, hour, 30, tzinfo=UTC)) for hour in (0, 1)]
    policy = Policy(last=0, hourly=2, daily=0, weekly=0, monthly=0, yearly=0)
    verdicts = decide(history, policy, now=datetime(2025, 10, 26, 3, tzinfo=UTC), zone=zone)
    assert all(verdict.is_kept for verdict in verdicts)


def test_rules_that_keep_nothing_are_refused() -> None:
    """Nobody means to remove everything; the code is that of a wrong command."""
    with pytest.raises(WrongPolicy) as caught:
        decide([], NONE, now=datetime.now(UTC), zone=UTC)
    assert caught.value.code == 2


@pytest.fixture
def three(project: Path, archives: Path, finish: Finish[Any]) -> list[Path]:
    """Return three archives, the oldest first, a day apart."""
    found: list[Path] = []
    for day in (1, 2, 3):
        at = datetime(2026, 3, day, tzinfo=UTC)
        found.append(finish(create(project, archives, clock=partial(datetime.fromtimestamp, at.timestamp(), UTC))).path)
    return found


POLICY = Policy(last=1, daily=0, weekly=0, monthly=0, yearly=0)


def test_pruning_removes_what_no_rule_keeps(
    project: Path, archives: Path, three: list[Path], finish: Finish[Any]
) -> None:
    """A dry run only tells; the real one removes the archives and tells how much it freed."""
    told = finish(prune(project, archives, POLICY, zone=UTC, dry_run=True))
    assert len(snapshots(archives)) == 3
    done = finish(prune(project, archives, POLICY, zone=UTC))
    assert [each.id for each in done.removed] == [each.id for each in told.removed]
    assert done.freed_bytes == told.freed_bytes > 0
    assert [each.path for each in snapshots(archives)] == [three[2]]


def test_a_damaged_newest_makes_the_one_before_stay(
    project: Path, archives: Path, three: list[Path], finish: Finish[Any]
) -> None:
    """What is kept is read first: the newest that is whole stays, whatever the rules say."""
    data = bytearray(three[2].read_bytes())
    data[200] ^= 1
    three[2].write_bytes(data)
    done = finish(prune(project, archives, POLICY, zone=UTC))
    assert [path for path, _reasons in ((each.path, why) for each, why in done.kept)] == [three[2], three[1]]
    assert [each.path for each in done.removed] == [three[0]]


def test_without_one_that_is_whole_nothing_goes(
    project: Path, archives: Path, three: list[Path], finish: Finish[Any]
) -> None:
    """Even a bad copy may be the best there is."""
    for path in three:
        data = bytearray(path.read_bytes())
        data[200] ^= 1
        path.write_bytes(data)
    assert finish(prune(project, archives, POLICY, zone=UTC)).removed == ()
    assert all(path.exists() for path in three)


def test_other_projects_snapshots_are_none_of_its_business(project: Path, tmp_path: Path, finish: Finish[Any]) -> None:
    """In a folder that several share, only a project's own archives are looked at."""
    shared, other = tmp_path / "shared", tmp_path / "else" / "interviews"
    other.mkdir(parents=True)
    for each in (project, other, other):
        finish(create(each, shared))
    done = finish(prune(project, shared, POLICY, zone=UTC))
    assert (len(done.kept), done.removed) == (1, ())
    assert len(snapshots(shared)) == 3
