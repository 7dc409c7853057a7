"""``python -m benchmarks.soak [--cases 10000] [--plugin ID]``: every shipped plugin on thousands of hostile inputs.

Documents, transcripts of every format, params and records are those of the tests (``tests/plugins/hostile.py``), and so
is what an answer must be (``tests/plugins/verdict.py``). Cases come in batches that are the same for the same seed:
``--plugin ID --seed N --cases 250`` runs the batch again that a failure names, and ``--shrink`` makes its case small.
"""

from __future__ import annotations

import argparse
import faulthandler
import sys
import time
from collections import Counter
from collections.abc import Iterator
from heapq import nlargest
from typing import Any

import attrs
from hypothesis import HealthCheck, Phase, given, seed, settings

from qualia import Core, Settings
from qualia.errors import PluginFailed
from tests.plugins.hostile import Case, cases
from tests.plugins.verdict import Faulty, refused_or_sound

BATCH = 250
_SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)
_SLOWEST = 5
_TWICE = 3
"""Of so many cases one is run again, and must answer the same; the tests of bytes that stay do nothing else."""
_HANGS_S = 120.0
_BRIEF = 300


@attrs.frozen(kw_only=True)
class Failure:
    """What went wrong where, and how often."""

    what: str
    seed: int
    """Of the first batch it came in."""
    case: str
    """The first case."""


@attrs.define(kw_only=True)
class Report:
    """What became of a plugin's cases."""

    plugin: str
    outcomes: Counter[str] = attrs.field(factory=Counter[str])
    failures: dict[str, Failure] = attrs.field(factory=dict[str, Failure])
    slowest: list[tuple[float, int, str]] = attrs.field(factory=list[tuple[float, int, str]])
    """Seconds, seed and case."""
    elapsed_s: float = 0.0


def main() -> int:
    """Run the cases that were asked for; 1 when there were failures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description="Throw hostile inputs at plugins.")
    parser.add_argument("--cases", type=int, default=10_000, metavar="N", help="of each plugin")
    parser.add_argument("--plugin", action="append", metavar="ID", help="these only")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of the first batch")
    parser.add_argument("--minutes", type=float, default=0.0, help="begin no further batch of a plugin after these")
    parser.add_argument("--shrink", action="store_true", help="stop at the first failure and make its case small")
    options = parser.parse_args()
    failed = False
    with opened() as reader:
        for plugin in options.plugin or sorted(reader.plugins):
            until_s = time.monotonic() + options.minutes * 60 if options.minutes else float("inf")
            if options.shrink:
                look_closely(reader, plugin, seed_=options.seed)
                continue
            report = soaked(reader, plugin, most=options.cases, first=options.seed, until_s=until_s)
            print("\n".join(told(report)), flush=True)
            failed = failed or bool(report.failures)
    return int(failed)


def opened() -> Core:
    """Return a Core that remembers no answers and calls everything here."""
    return Core(settings=Settings(cache_max_bytes=0, isolation={"*": "inline"}, max_failures=10**9))


def soaked(reader: Core, plugin: str, *, most: int, first: int, until_s: float) -> Report:
    """Run a plugin's cases in batches.

    Args:
        reader: a Core to make the cases with.
        plugin: its id.
        most: cases.
        first: seed of the first batch; the next has the next.
        until_s: when no further batch is begun, on the monotonic clock.
    """
    report = Report(plugin=plugin)
    began = time.monotonic()
    with opened() as core:
        for number, left in enumerate(range(most, 0, -BATCH)):
            if time.monotonic() >= until_s:
                break
            _batch(reader, core, report, seed_=first + number, most=min(BATCH, left))
            report.elapsed_s = time.monotonic() - began
    return report


def _batch(reader: Core, core: Core, report: Report, *, seed_: int, most: int) -> None:
    @seed(seed_)
    @settings(
        max_examples=most,
        database=None,
        deadline=None,
        phases=(Phase.generate,),
        suppress_health_check=_SLOW,
    )
    @given(cases(reader, report.plugin))
    def check(case: Case) -> None:
        faulthandler.dump_traceback_later(_HANGS_S, exit=True)
        began = time.perf_counter()
        # Anything an answer may do wrong is counted, and the next case is tried.
        try:
            again = report.outcomes.total() % _TWICE == 0
            outcome = _told_apart(refused_or_sound(core, case, again=again), case)
        except Exception as error:  # noqa: BLE001
            outcome = f"FAILED {what(error)}"
            report.failures.setdefault(outcome, Failure(what=outcome, seed=seed_, case=brief(case)))
        took_s = time.perf_counter() - began
        faulthandler.cancel_dump_traceback_later()
        report.outcomes[outcome] += 1
        slow = [*report.slowest, (took_s, seed_, brief(case))] if took_s > 0.05 else report.slowest
        report.slowest = nlargest(_SLOWEST, slow)

    check()


def _told_apart(outcome: str, case: Case) -> str:
    """Return an outcome with the format that was asked for, if one was."""
    return f"{outcome}, {case.params['format']}" if "format" in case.params else outcome


def look_closely(reader: Core, plugin: str, *, seed_: int) -> None:
    """Run one batch until something fails, and let hypothesis make it small.

    Raises:
        Exception: what the smallest case raises.
    """

    @seed(seed_)
    @settings(max_examples=BATCH, database=None, deadline=None, suppress_health_check=_SLOW)
    @given(cases(reader, plugin))
    def check(case: Case) -> None:
        # A Core of its own: none may refuse what failed before.
        with opened() as core:
            refused_or_sound(core, case)

    check()


def what(error: Exception) -> str:
    """Return what tells one kind of failure from another."""
    if isinstance(error, PluginFailed):
        return f"{error.error} at {error.place}"
    return str(error) if isinstance(error, Faulty) else f"{type(error).__name__}: {error}"[:_BRIEF]


def brief(case: Case) -> str:
    """Return a case on one line that is not too long."""
    given = ", ".join(_shown(each) for each in case.given)
    return f"{given[:_BRIEF]} {case.params}"[: 3 * _BRIEF]


def _shown(value: Any) -> str:
    text = getattr(value, "text", None)
    return f"Document({len(text)} characters, {text[:200]!r})" if isinstance(text, str) else repr(value)


def told(report: Report) -> Iterator[str]:
    """Yield the lines of a report."""
    total = report.outcomes.total()
    yield f"{report.plugin}: {total} cases in {report.elapsed_s:.0f} s"
    for outcome, count in report.outcomes.most_common():
        yield f"  {count:6} {outcome}"
    for took_s, seed_, case in report.slowest:
        yield f"  slow: {took_s:.2f} s, seed {seed_}: {case}"
    for failure in report.failures.values():
        yield f"  again: --plugin {report.plugin} --seed {failure.seed} --cases {BATCH}; {failure.what}: {failure.case}"


if __name__ == "__main__":
    sys.exit(main())
