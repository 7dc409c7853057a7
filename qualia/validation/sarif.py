"""Reports as SARIF 2.1.0, which code hosts and editors show beside the code.

Source of the format: OASIS, Static Analysis Results Interchange Format Version 2.1.0.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from qualia._version import __version__
from qualia.validation.findings import Finding, Report
from qualia.validation.rules import RULES

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def as_sarif(reports: Iterable[Report], *, root: Path | None = None) -> dict[str, Any]:
    """Return reports as one SARIF log of one run, as plain data.

    Args:
        reports: what was found.
        root: the folder that file names are written relative to, where they lie in it; None for the working folder.
    """
    base = (Path.cwd() if root is None else root).resolve()
    numbers = {each.id: number for number, each in enumerate(RULES)}
    rules = [
        {
            "id": each.id,
            "name": "".join(part.capitalize() for part in each.name.split("-")),
            "shortDescription": {"text": each.message},
            "help": {"text": each.remedy},
            "defaultConfiguration": {"level": each.severity},
        }
        for each in RULES
    ]
    results = [_result(each, numbers[each.rule], base) for report in reports for each in report.findings]
    driver = {"name": "qualia validate", "version": __version__, "rules": rules}
    run = {
        "tool": {"driver": driver},
        "originalUriBaseIds": {"ROOT": {"uri": f"{base.as_uri()}/"}},
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _result(finding: Finding, number: int, base: Path) -> dict[str, Any]:
    location: dict[str, Any] = {"artifactLocation": _artifact(finding.file, base)}
    if finding.line is not None:
        region = {"startLine": finding.line}
        location["region"] = region if finding.column is None else {**region, "startColumn": finding.column}
    return {
        "ruleId": finding.rule,
        "ruleIndex": number,
        "level": finding.severity,
        "message": {"text": f"{finding.message}; {finding.remedy}"},
        "locations": [{"physicalLocation": location}],
    }


def _artifact(file: Path, base: Path) -> dict[str, str]:
    # Not resolved: a link is shown where it stands, not where it leads.
    whole = file if file.is_absolute() else Path.cwd() / file
    if whole.is_relative_to(base):
        return {"uri": quote(whole.relative_to(base).as_posix()), "uriBaseId": "ROOT"}
    return {"uri": whole.as_uri()}
