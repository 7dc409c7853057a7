"""``list`` with its filters, ``list-visualizers``, and both in every form."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import pytest

Qualia = Callable[..., Any]
FILTERS: dict[tuple[str, ...], set[str]] = {
    ("--state", "unavailable"): {"toy_absent"},
    ("--produces", "word-frequencies/1", "toy"): {"toy_count"},
    ("--produces", "word-frequencies", "toy"): {"toy_count"},
    ("--consumes", "word-frequencies", "toy"): {"toy_draw", "toy_fixed"},
    ("--produces", "svg+xml", "toy"): {"toy_draw"},
    ("--produces", "image/png", "toy"): {"toy_draw", "toy_fixed"},
    ("--accepts", "text/vtt", "toy"): set(),
    ("TOY", "draw"): {"toy_draw"},
    ("analyzer", "for", "tests"): {"toy_count", "toy_plain", "toy_boom", "toy_absent", "toy_broken"},
    ("--kind", "document", "toy"): {"toy_upper"},
}


@pytest.mark.parametrize("words", FILTERS, ids=" ".join)
def test_filters_leave_out_what_is_otherwise(qualia: Qualia, words: tuple[str, ...]) -> None:
    """State, records, media types, kind and words narrow the list; together they must all hold."""
    assert {fact["id"] for fact in qualia("list", *words, "-f", "json").data} == FILTERS[words]


def test_a_list_of_nothing_says_so(qualia: Qualia) -> None:
    """Nothing found is no failure: stdout is empty, or an empty list."""
    ran = qualia("list", "nonsense")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err.startswith("no plugin is like that; qualia list shows all of them: ")
    assert qualia("list", "nonsense", "-f", "json").data == []
    assert "did you mean enabled" in qualia("list", "--state", "enable").err


def test_a_plugin_that_cannot_be_used_says_why_and_what_to_do(qualia: Qualia) -> None:
    """The remedy is a command that can be typed."""
    ran = qualia("list", "--state", "unavailable")
    assert "pip install 'no-such-distribution>=9'" in ran.out


def test_visualizers_are_listed_with_formats_and_what_they_take(qualia: Qualia) -> None:
    """The alias of the first version shows what a picture can be and what it is drawn from."""
    lines = {line.split()[0]: line.split() for line in qualia("list-visualizers", "toy").out.splitlines()}
    assert lines["toy_draw"][1:4] == ["png,", "svg", "word-frequencies"]
    assert set(lines) == {"plugin", "toy_draw", "toy_fixed"}
    data = qualia("list-visualizers", "-f", "json").data
    assert {fact["kind"] for fact in data} == {"visualizer"}


def test_lists_come_as_lines_and_tables_too(qualia: Qualia) -> None:
    """JSON lines hold one plugin each; CSV has a row for each, lists within a cell."""
    facts = qualia("list", "toy", "-f", "json").data
    assert [json.loads(line) for line in qualia("list", "toy", "-f", "jsonl").out.splitlines()] == facts
    rows = list(csv.DictReader(io.StringIO(qualia("list", "toy", "-f", "csv").out)))
    assert [row["id"] for row in rows] == [fact["id"] for fact in facts]
    assert {row["id"]: row for row in rows}["toy_draw"]["produces"] == "image/png, image/svg+xml"


def test_inspect_as_csv_is_the_table_of_params(qualia: Qualia) -> None:
    """Each param is a row."""
    rows = list(csv.DictReader(io.StringIO(qualia("inspect", "toy_count", "-f", "csv").out)))
    assert [(row["name"], row["type"], row["default"]) for row in rows][:2] == [
        ("top", "int", "3"),
        ("share", "float", "0.5"),
    ]
    assert json.loads(qualia("inspect", "toy_count", "-f", "jsonl").out)["id"] == "toy_count"
