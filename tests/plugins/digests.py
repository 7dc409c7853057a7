"""The digest of what every shipped plugin makes of the demo's meetings, for comparison between processes and versions.

``python tests/plugins/digests.py`` prints them as JSON; ``python tests/plugins/digests.py PYTHON ...`` lets each of
these interpreters print its own, and tells which differ from the first one's.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import qualia
from qualia import Core, Document, Result, Settings
from qualia._digest import digest

MATERIAL = Path(qualia.__file__).parent / "cli" / "material"
SMALL = {"width": 480, "height": 360}


def documents() -> dict[str, Document]:
    """Return the demo's meetings, and one in plain lines."""
    plain = Document("Ana: This is a good plan.\nBen: I do not like it.\n", title="plain")
    return {
        "en": Document.from_path(MATERIAL / "meeting.vtt"),
        "pt": Document.from_path(MATERIAL / "reuniao.vtt"),
        "plain": plain,
    }


def cases(core: Core) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Yield document, plugin and params: each plugin on each document, each chart in each format on one."""
    for document in documents():
        yield document, "teams_cleaner", {}
        yield document, "word_frequency", {}
        yield document, "sentiment_analyzer", {}
        yield document, "meeting_report", {}
    yield "en", "teams_cleaner", {"merge_consecutive": False, "system_lines": True}
    yield "pt", "word_frequency", {"stop_words": False, "numbers": True, "case_sensitive": True}
    yield "en", "sentiment_analyzer", {"threshold": 0.3}
    for plugin in ("frequency_chart", "sentiment_viz", "wordcloud_viz"):
        choices = {spec.name: spec.choices for spec in core.plugins.params(plugin)}
        for chart in choices.get("chart") or (None,):
            for format_ in choices["format"]:
                yield "en", plugin, {**SMALL, **({} if chart is None else {"chart": chart}), "format": format_}


def name_of(document: str, plugin: str, params: Mapping[str, Any]) -> str:
    """Return a case's name."""
    return " ".join([plugin, document, *(f"{name}={value}" for name, value in params.items() if name not in SMALL)])


def results() -> Iterator[tuple[str, Document, Result[Any]]]:
    """Yield each case's name, document and result, from a Core of its own."""
    given = documents()
    with Core(settings=Settings()) as core:
        for document, plugin, params in cases(core):
            yield name_of(document, plugin, params), given[document], core.run(plugin, given[document], params)


def main() -> int:
    """Print this interpreter's digests, or compare those of others."""
    if len(sys.argv) == 1:
        print(json.dumps({name: [digest(r.value), dict(r.provenance.host)] for name, _, r in results()}))  # noqa: T201
        return 0
    found = {}
    for python in sys.argv[1:]:
        done = subprocess.run([python, __file__], stdout=subprocess.PIPE, text=True, check=True)
        found[python] = json.loads(done.stdout)
    first, differing = sys.argv[1], 0
    for name, (value, host) in found[first].items():
        for python in sys.argv[2:]:
            other, there = found[python][name]
            facts = [
                f"{key} {host.get(key)} / {there.get(key)}"
                for key in sorted({*host, *there})
                if host.get(key) != there.get(key)
            ]
            differing += value != other
            print("equal " if value == other else "DIFFERS", name, f"({', '.join(facts)})")  # noqa: T201
    return int(differing > 0)


if __name__ == "__main__":
    sys.exit(main())
