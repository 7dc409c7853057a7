"""What a report of health means: one finding for each rule and subject, without clock, state or network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import evolve, frozen

from qualia.health import Component, HealthReport
from qualia_ops.alerts.notice import Fact, Finding, Severity, Verdict

_FEWEST_CALLS = 5
_HOUR_S = 3600.0


@frozen(kw_only=True)
class Rule:
    """When a rule speaks. What its bounds count stands at `RULES`."""

    on: bool = True
    severity: Severity = "warning"
    looks: int = 1
    """Bad looks in a row that raise."""
    after_s: float = 0.0
    """Seconds of bad looks that raise too; 0 to go by looks alone."""
    clear_looks: int = 1
    """Good looks in a row that clear."""
    above: float | None = None
    """More than this is bad; None for a rule without bounds, as the two below."""
    clear_below: float | None = None
    """Less than this is good again."""
    critical_above: float | None = None
    """More than this is critical; None when nothing is."""


def default_rules() -> dict[str, Rule]:
    """Return every rule as it is unless configured.

    Bounds are shares from 0 to 1 for ``plugins``, ``disk``, ``memory`` and ``cache``, hours for ``backup``, and seconds
    for ``slow``. A cache at its bound does what it should, so that is no more than worth knowing.
    """
    return {
        "breaker": Rule(),
        "plugins": Rule(severity="critical", above=0.5, clear_below=0.4),
        "disk": Rule(looks=2, above=0.9, clear_below=0.85, critical_above=0.97),
        "memory": Rule(looks=3, above=0.9, clear_below=0.85, critical_above=0.97),
        "cache": Rule(severity="info", looks=3, above=0.9, clear_below=0.8),
        "backup": Rule(above=26.0, clear_below=26.0),
        "slow": Rule(looks=3, above=30.0, clear_below=24.0),
        "history": Rule(looks=2),
        "check": Rule(looks=2),
        "unseen": Rule(severity="critical", looks=3),
        "sink": Rule(),
    }


def judged(report: HealthReport, rules: Mapping[str, Rule]) -> tuple[Finding, ...]:
    """Return what the rules that are on say of a report."""
    found = (*_plugins(report, rules), *_parts(report, rules))
    return tuple(each for each in found if rules[each.rule].on)


def unseen(reason: str, rules: Mapping[str, Rule]) -> tuple[Finding, ...]:
    """Return what is said when no report could be had."""
    if not rules["unseen"].on:
        return ()
    return (
        Finding(
            rule="unseen",
            verdict="bad",
            severity=rules["unseen"].severity,
            reason=f"the health of the project cannot be looked at: {reason}",
            remedy="see what is wrong with: qualia doctor",
        ),
    )


def sinks_judged(failing: Mapping[str, str], rules: Mapping[str, Rule]) -> tuple[Finding, ...]:
    """Return what is said of sinks: by name why the last delivery failed, empty when it did not."""
    if not rules["sink"].on:
        return ()
    return tuple(_sink(name, why, rules["sink"].severity) for name, why in failing.items())


def _sink(sink: str, why: str, severity: Severity) -> Finding:
    reason = f"the sink {sink} reaches nobody: {why}"
    remedy = f"mend it, and try it with: qualia alerts test --sink {sink}"
    return Finding(
        rule="sink",
        subject=sink,
        verdict="bad" if why else "good",
        severity=severity,
        reason=reason,
        remedy=remedy,
    )


def _plugins(report: HealthReport, rules: Mapping[str, Rule]) -> Iterator[Finding]:
    plugins = [(each.plugin, each) for each in report.components if each.plugin is not None]
    for plugin, each in plugins:
        yield _breaker(plugin, each, rules["breaker"])
        yield _slow(plugin, each, rules["slow"])
        yield _check(each, rules["check"], is_told=_is_open(each))
    used = [each for _id, each in plugins if each.status != "unknown" and not _is_off(each)]
    failing = sum(each.status == "failing" for each in used)
    share = failing / len(used) if used else 0.0
    reason = f"{failing} of {len(used)} plugins fail"
    remedy = "see why with: qualia health"
    facts: dict[str, Fact] = {"failing": failing, "plugins": len(used)}
    yield _bounded("plugins", share, rules["plugins"], reason=reason, remedy=remedy, facts=facts)


def _is_open(component: Component) -> bool:
    return component.facts.get("breaker") in ("open", "half_open")


def _is_off(component: Component) -> bool:
    return component.facts.get("state") == "disabled"


def _facts(component: Component) -> dict[str, Fact]:
    """Return what may be told elsewhere: the sentence of a plugin's error may quote a document."""
    return {name: value for name, value in component.facts.items() if name != "last_error"}


def _breaker(plugin: str, component: Component, rule: Rule) -> Finding:
    verdict: Verdict = "good"
    if _is_off(component):
        # Nobody calls it any more, and its breaker stays as it was.
        verdict = "good"
    elif component.facts.get("breaker") == "open":
        verdict = "bad"
    elif _is_open(component):
        # One call tries whether it works again: nobody knows yet.
        verdict = "between"
    place = component.facts.get("last_error_at")
    reason = f"the plugin {plugin} failed so often that it is left alone"
    if place:
        reason = f"the plugin {plugin} failed so often that it is left alone; its last error came from {place}"
    remedy = "mend it and reload it, or switch it off in the console: qualia-tui"
    names = ("breaker", "errors", "calls", "last_error_at", "opened_s", "retry_after_s")
    facts = {name: component.facts[name] for name in names if name in component.facts}
    return Finding(
        rule="breaker",
        subject=plugin,
        verdict=verdict,
        severity=rule.severity,
        reason=reason,
        remedy=remedy,
        facts=facts,
    )


def _slow(plugin: str, component: Component, rule: Rule) -> Finding:
    p95_s, calls = _number(component, "p95_s"), _number(component, "calls")
    if _is_off(component):
        return Finding(rule="slow", subject=plugin, verdict="good")
    if p95_s is None or (calls is not None and calls < _FEWEST_CALLS):
        return Finding(rule="slow", subject=plugin, verdict="unknown")
    reason = f"one of 20 calls of the plugin {plugin} takes longer than {p95_s:.1f} s"
    remedy = "see what it was given with: qualia history; bound it by call_s in qualia.toml"
    facts: dict[str, Fact] = {"p95_s": p95_s, "calls": calls}
    return _bounded("slow", p95_s, rule, subject=plugin, reason=reason, remedy=remedy, facts=facts)


def _parts(report: HealthReport, rules: Mapping[str, Rule]) -> Iterator[Finding]:
    for each in report.components:
        kind, _colon, part = each.name.partition(":")
        if each.plugin is not None:
            continue
        if kind == "disk":
            yield _full("disk", part, each, rules["disk"])
        elif kind == "memory":
            yield _full("memory", part, each, rules["memory"])
        elif kind == "cache":
            yield _full("cache", part, each, rules["cache"])
            yield _check(each, rules["check"])
        elif kind == "history":
            yield _history(each, rules["history"])
        elif kind == "backups":
            yield _backup(each, rules["backup"])
        else:
            yield _check(each, rules["check"])


def _full(name: str, part: str, component: Component, rule: Rule) -> Finding:
    share = _share(component)
    if share is None:
        return Finding(rule=name, subject=part, verdict="unknown")
    reason, remedy = _of_room(name, int(share * 100), sized(_free(component)))
    facts: dict[str, Fact] = {"share": round(share, 4), **_facts(component)}
    found = _bounded(name, share, rule, subject=part, reason=reason, remedy=remedy, facts=facts)
    if name != "cache" and component.status == "failing":
        # A small disk is full long before nine tenths of it are.
        return evolve(found, verdict="bad", severity="critical")
    return found


def _of_room(name: str, percent: int, free: str) -> tuple[str, str]:
    """Return what is said of something that is full, and what to do about it."""
    if name == "disk":
        reason = f"the disk is {percent} % full, {free} are left"
        remedy = "make room with: qualia cache clear, or qualia backup prune"
    elif name == "memory":
        reason = f"the memory is {percent} % full, {free} are left"
        remedy = "end what needs it, or bound it by parallel_steps and worker_memory_mb in qualia.toml"
    else:
        reason = f"the kept results fill {percent} % of the room they may take"
        remedy = "raise cache_max_bytes or cache_disk_max_bytes in qualia.toml if results are computed again too often"
    return reason, remedy


def _free(component: Component) -> float:
    free = _number(component, "free_bytes", "available_bytes")
    used, total = _number(component, "used_bytes", "bytes"), _number(component, "total_bytes", "limit_bytes")
    return free if free is not None else max(0.0, (total or 0.0) - (used or 0.0))


def _share(component: Component) -> float | None:
    """Return how full something is, from 0 to 1; None when that cannot be told."""
    total = _number(component, "total_bytes", "limit_bytes")
    if not total:
        return None
    free, used = _number(component, "free_bytes", "available_bytes"), _number(component, "used_bytes", "bytes")
    if free is None and used is None:
        return None
    share = (used or 0.0) / total if free is None else 1.0 - free / total
    # Checks are strangers' too, and what they measure need make no sense.
    return min(max(share, 0.0), 1.0)


def _history(component: Component, rule: Rule) -> Finding:
    verdicts: Mapping[str, Verdict] = {"ok": "good", "degraded": "between", "failing": "bad"}
    return Finding(
        rule="history",
        verdict=verdicts.get(component.status, "unknown"),
        severity=rule.severity,
        reason=component.reason,
        remedy=component.remedy,
        facts=_facts(component),
    )


def _backup(component: Component, rule: Rule) -> Finding:
    count, age_s, facts = _number(component, "count"), _number(component, "age_s"), _facts(component)
    remedy = "make one with: qualia backup; let the system make them with: qualia backup schedule"
    if count == 0:
        reason = "there is no backup"
        # Where nobody ever made one, there is as much time for the first as between any two.
        grace_s = (rule.above or 0.0) * _HOUR_S
        found = Finding(rule="backup", verdict="bad", severity=rule.severity, reason=reason, remedy=remedy, facts=facts)
        return evolve(found, grace_s=grace_s)
    if age_s is None and component.reason and component.status in ("degraded", "failing"):
        reason, remedy = component.reason, component.remedy or remedy
        return Finding(rule="backup", verdict="bad", severity=rule.severity, reason=reason, remedy=remedy, facts=facts)
    if age_s is None:
        return Finding(rule="backup", verdict="unknown")
    hours = int(age_s // _HOUR_S)
    reason = f"the newest backup is {hours} hours old"
    found = _bounded("backup", age_s / _HOUR_S, rule, reason=reason, remedy=remedy, facts=facts)
    if found.verdict != "bad" and facts.get("verified") is False:
        reason = "the newest backup was never verified"
        remedy = "read it through with: qualia backup verify"
        return evolve(found, verdict="bad", reason=reason, remedy=remedy)
    return found


def _check(component: Component, rule: Rule, *, is_told: bool = False) -> Finding:
    """Return what is said of a component that no other rule speaks of; ``is_told`` says that one does just now."""
    if is_told:
        return Finding(rule="check", subject=component.name, verdict="good")
    verdicts: Mapping[str, Verdict] = {"ok": "good", "degraded": "between", "failing": "bad"}
    return Finding(
        rule="check",
        subject=component.name,
        verdict=verdicts.get(component.status, "unknown"),
        severity=rule.severity,
        reason=component.reason or f"the check {component.name} fails",
        remedy=component.remedy,
        facts=_facts(component),
    )


def _bounded(
    name: str, value: float, rule: Rule, *, subject: str = "", reason: str, remedy: str, facts: Mapping[str, Fact]
) -> Finding:
    above = rule.above if rule.above is not None else float("inf")
    clear_below = rule.clear_below if rule.clear_below is not None else above
    verdict: Verdict = "bad" if value > above else "good" if value < clear_below or clear_below >= above else "between"
    is_critical = rule.critical_above is not None and value > rule.critical_above
    return Finding(
        rule=name,
        subject=subject,
        verdict=verdict,
        severity="critical" if is_critical else rule.severity,
        reason=reason,
        remedy=remedy,
        facts=facts,
    )


def _number(component: Component, *names: str) -> float | None:
    """Return the first of these facts that is a number."""
    for name in names:
        value = component.facts.get(name)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return float(value)
    return None


def sized(size: float) -> str:
    """Return a number of bytes as people read it."""
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"
