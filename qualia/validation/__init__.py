"""Checks plugins before anybody runs them: manifest, code, imports, habits, and a run on samples in another process.

::

    from pathlib import Path
    from qualia.validation import validate

    report = validate(Path("plugins/word_count"))
    for finding in report.findings:
        print(finding)

`qualia.validation.rules.RULES` holds every rule there is. `as_sarif` turns reports into what code hosts and editors
read, and `schema_text` gives the JSON schema of ``plugin.toml``.
"""

from qualia.validation.checking import validate, validate_all
from qualia.validation.findings import Finding, Place, Report
from qualia.validation.rules import Rule, Severity
from qualia.validation.sarif import as_sarif
from qualia.validation.schema import schema_text

__all__ = [
    "Finding",
    "Place",
    "Report",
    "Rule",
    "Severity",
    "as_sarif",
    "schema_text",
    "validate",
    "validate_all",
]
