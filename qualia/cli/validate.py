"""``qualia validate``: what is wrong with plugins, for people, for programs and for code hosts."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from qualia._safe import safe_line
from qualia._values import to_plain
from qualia.cli.exit_codes import ExitCode
from qualia.cli.opening import open_core, project_of, timeout_of
from qualia.cli.output import Face, as_json
from qualia.cli.words import _, translated
from qualia.validation import Finding, Report, as_sarif, schema_text, validate_all
from qualia.validation.folders import MANIFEST
from qualia.validation.rules import rule

# The facts that are words for people; the others are names, which stay as they are.
_PROSE = ("found", "hint", "phase", "sample", "told")


def validate(asked: argparse.Namespace, face: Face) -> int:
    """Check the plugins at a path and return `ExitCode.FAILED` when an error was found, `ExitCode.OK` otherwise.

    Raises:
        QualiaError: the path, the folders or the settings are wrong, or stdout cannot be written.
    """
    if asked.schema:
        face.data(schema_text().rstrip("\n"), form="json")
        return ExitCode.OK
    timeout_s, path = timeout_of(asked, 30.0), _path(asked)
    with open_core(asked) as core:
        known = tuple(core.plugins.values())
    reports = validate_all(path, smoke=not asked.no_run, known=known, timeout_s=timeout_s)
    if asked.format == "pretty":
        face.data(_told(reports))
    else:
        data = as_sarif(reports) if asked.format == "sarif" else _facts(reports)
        face.data(as_json(data), form="json")
    counted = ("error", "warning") if asked.strict else ("error",)
    failed = any(each.severity in counted for report in reports for each in report.findings)
    return ExitCode.FAILED if failed else ExitCode.OK


def _path(asked: argparse.Namespace) -> Path:
    """Return what was named; else this folder if it is a plugin, the project's plugins, or this folder after all."""
    if asked.path is not None:
        return Path(asked.path)
    plugins = (project_of(asked) or Path()) / "plugins"
    return plugins if plugins.is_dir() and not Path(MANIFEST).exists() else Path()


def _facts(reports: Sequence[Report]) -> dict[str, object]:
    return {
        "ok": all(report.ok for report in reports),
        "reports": [
            {
                "folder": str(report.folder),
                "plugin": report.plugin,
                "ok": report.ok,
                "ran": report.ran,
                "findings": [{**to_plain(each), "file": str(each.file)} for each in report.findings],
            }
            for report in reports
        ],
    }


def _told(reports: Sequence[Report]) -> str:
    lines = [line_of(each) for report in reports for each in report.findings]
    lines += [_("{plugin} was not run on samples", plugin=report.folder) for report in reports if not report.ran]
    counts = {kind: sum(report.count(kind) for report in reports) for kind in ("error", "warning", "note")}
    sentence = "plugins: {plugins}, errors: {errors}, warnings: {warnings}, notes: {notes}"
    summary = _(
        sentence, plugins=len(reports), errors=counts["error"], warnings=counts["warning"], notes=counts["note"]
    )
    return "\n".join([*lines, summary])


def line_of(finding: Finding) -> str:
    """Return a finding as one line in the language spoken."""
    broken = rule(finding.rule)
    facts = {name: translated(fact) if name in _PROSE else fact for name, fact in finding.facts.items()}
    message, remedy = _(broken.message, **facts), _(broken.remedy, **facts)
    return safe_line(f"{finding.place}: {_(finding.severity)} {finding.rule}: {message}; {remedy}")
