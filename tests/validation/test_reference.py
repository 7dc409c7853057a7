"""The page of rules says what the table says."""

from __future__ import annotations

from pathlib import Path

import pytest

from qualia.validation.reference import reference
from qualia.validation.rules import RULES

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "validation-rules.md"


def test_the_page_is_up_to_date() -> None:
    """The page in the documents is what the table makes."""
    if not PAGE.is_file():
        pytest.skip("the documents are not here")
    assert PAGE.read_text(encoding="utf-8") == reference()


def test_every_rule_has_its_row() -> None:
    """No rule is left out."""
    rows = [line for line in reference().splitlines() if line.startswith("| QP")]
    assert [row.split()[1] for row in rows] == [rule.id for rule in RULES]
