"""What tests of health look into a report with."""

from __future__ import annotations

from qualia.health import Component, HealthReport


def of(report: HealthReport, name: str) -> Component:
    """Return a component that must be there."""
    found = report.component(name)
    assert found is not None, [each.name for each in report.components]
    return found
