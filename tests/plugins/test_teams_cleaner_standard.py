"""Real captions, and the web platform tests of WebVTT: the files, and the trees of cue text."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from qualia.plugin import Document, build_params

Clean = Callable[..., Document]
Row = tuple[str | None, str, float | None, float | None]

DATA = Path(os.environ.get("QUALIA_DATA") or Path(__file__).parents[3] / "shared" / "data")


@pytest.fixture(scope="session")
def plugin(load_plugin: Callable[[str], ModuleType]) -> ModuleType:
    """The plugin's package."""
    return load_plugin("teams_cleaner")


@pytest.fixture(scope="session")
def clean(plugin: ModuleType) -> Clean:
    """Clean a document with the plugin, one turn for each of the source."""
    params: Any = build_params(plugin.Params, {"merge_consecutive": False}, plugin="teams_cleaner")
    return lambda document: plugin.TeamsCleaner().process(document, params)


def rows(document: Document) -> list[Row]:
    """Who says what and when, by the segments."""
    return [
        (each.speaker, document.text[each.start : each.end], each.begin_s, each.end_s) for each in document.segments
    ]


@pytest.mark.skipif(not DATA.is_dir(), reason="the data folder is not here")
def test_real_captions(clean: Clean) -> None:
    """A real .sbv file has as many segments as lines of times, in order."""
    document = Document.from_path(DATA / "captions" / "captions.sbv")
    cleaned = clean(document)
    assert (cleaned.metadata["format"], cleaned.metadata["cues"]) == ("sbv", 321)
    assert [row[2] for row in rows(cleaned)] == sorted(row[2] or 0.0 for row in rows(cleaned))
    assert " ".join(row[1] for row in rows(cleaned)).split() == [
        word for line in document.text.split("\n") if not line.startswith("0:") for word in line.split()
    ]


def shown(node: Any, depth: int = 0) -> list[str]:
    """A cue's tree as the web platform tests write it."""
    lines: list[str] = []
    for each in node.children:
        pad = "| " + "  " * depth
        if each.name == "text":
            lines.append(f'{pad}"{each.value}"')
        elif each.name == "stamp":
            lines.append(f"{pad}<?timestamp {each.value}>")
        else:
            lines.append(f"{pad}<{'span' if each.name in ('c', 'v', 'lang') else each.name}>")
            attributes = {"class": " ".join(each.classes) or None, "title": each.value if each.name == "v" else None}
            attributes["lang"] = each.value if each.name == "lang" else None
            lines += [f'{pad}  {name}="{value}"' for name, value in attributes.items() if value is not None]
            lines += shown(each, depth + 1)
    return lines


@pytest.mark.skipif(not DATA.is_dir(), reason="the data folder is not here")
def test_the_trees_of_the_web_platform_tests(plugin: ModuleType) -> None:
    """Every cue text of the web platform tests gives the tree that a conforming parser builds."""
    cuetext = import_module(f"{plugin.__name__}.cuetext")
    cases = [
        case
        for path in sorted((DATA / "webvtt" / "wpt-cue-parsing").glob("*.json"))
        for case in json.loads(path.read_text(encoding="utf-8"))
    ]
    texts = [case["text"].replace("\0", "\ufffd").split("\n\n")[0].rstrip("\n") for case in cases]
    trees = ["\n".join(shown(cuetext.tree(text))) for text in texts]
    assert (trees, len(cases)) == ([case["expectedTree"].rstrip("\n") for case in cases], 77)


@pytest.mark.skipif(not DATA.is_dir(), reason="the data folder is not here")
def test_the_web_platform_tests_from_their_files(clean: Clean) -> None:
    """Read from their files, U+0000 and all, the web platform tests' WebVTT has a segment for each cue."""
    folder = DATA / "webvtt" / "wpt-file-parsing"
    expected = json.loads((folder / "expected_counts.json").read_text(encoding="utf-8"))
    wrong: list[str] = []
    for name, facts in expected.items():
        found = rows(clean(Document.from_path(folder / f"{name}.vtt")))
        if facts["cues"] not in (None, len(found)):
            wrong.append(f"{name}: {len(found)} cues")
        if any(found[int(at)][1] != text.strip() for at, text in facts["texts"].items()):
            wrong.append(f"{name}: {found}")
    assert (wrong, sum(1 for facts in expected.values() if facts["cues"] is not None)) == ([], 36)
