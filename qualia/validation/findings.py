"""What validation says of a plugin, as values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from attrs import field, frozen

from qualia._values import frozen_mapping
from qualia.validation.rules import Severity, rule

_ORDER = ("error", "warning", "note")


@frozen(kw_only=True)
class Place:
    """Where something stands."""

    file: Path
    line: int | None = None
    """Counted from 1; None means the file or folder as a whole."""
    column: int | None = None
    """Counted from 1; None means the line as a whole."""

    def __str__(self) -> str:
        """Write ``file:line:column``, as far as they are known."""
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)


@frozen(kw_only=True)
class Finding:
    """One thing that is wrong with a plugin, or worth knowing."""

    rule: str
    """The rule's id, such as "QP101"; it is stable."""
    severity: Severity
    message: str
    """What is wrong, in one clause without a full stop."""
    remedy: str
    """What to do about it."""
    facts: Mapping[str, str] = field(factory=dict[str, str], converter=frozen_mapping)
    """What the rule's sentences were filled with, by placeholder."""
    file: Path
    line: int | None = None
    """Counted from 1; None means the file or folder as a whole."""
    column: int | None = None
    """Counted from 1; None means the line as a whole."""

    @property
    def place(self) -> Place:
        """Where it stands."""
        return Place(file=self.file, line=self.line, column=self.column)

    def __str__(self) -> str:
        """Write ``file:line: severity rule: message; remedy``."""
        return f"{self.place}: {self.severity} {self.rule}: {self.message}; {self.remedy}"


def _in_order(found: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(set(found), key=_rank))


@frozen(kw_only=True)
class Report:
    """What was found in one plugin's folder."""

    folder: Path
    plugin: str | None
    """Its id; None when its manifest cannot be read."""
    findings: tuple[Finding, ...] = field(converter=_in_order)
    """Errors first, then by file and line; each once."""
    ran: bool = False
    """Whether it was run on samples."""

    @property
    def ok(self) -> bool:
        """Whether nothing found is an error; warnings and notes do not count."""
        return all(finding.severity != "error" for finding in self.findings)

    def count(self, severity: Severity) -> int:
        """Count the findings of one severity."""
        return sum(finding.severity == severity for finding in self.findings)


def _rank(finding: Finding) -> tuple[int, str, int, str, str]:
    return _ORDER.index(finding.severity), str(finding.file), finding.line or 0, finding.rule, finding.message


def finding(rule_id: str, place: Place, **facts: object) -> Finding:
    """Return a finding of a rule with its sentences filled in."""
    broken = rule(rule_id)
    told = {name: str(fact) for name, fact in facts.items()}
    return Finding(
        rule=broken.id,
        severity=broken.severity,
        message=broken.message.format(**told),
        remedy=broken.remedy.format(**told),
        facts=told,
        file=place.file,
        line=place.line,
        column=place.column,
    )
