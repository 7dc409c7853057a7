"""The reference pages say what the docstrings say."""

from __future__ import annotations

import pytest

from tests.docs.reference import PAGES, ROOT, page, prose


@pytest.mark.parametrize("stem", sorted(PAGES))
def test_a_page_is_what_its_docstrings_make_of_it(stem: str) -> None:
    """A page that is out of date is written anew by ``python tests/docs/reference.py``."""
    path = ROOT / "docs" / "reference" / f"{stem}.md"
    assert path.read_text(encoding="utf-8") == page(PAGES[stem]), "run: python tests/docs/reference.py"


@pytest.mark.parametrize("stem", sorted(PAGES))
def test_every_name_has_words_of_its_own(stem: str) -> None:
    """No heading of a page is followed by nothing."""
    parts = page(PAGES[stem]).split("\n## ")
    assert [part.splitlines()[0] for part in parts if len(part.split()) < 4] == []


def test_a_docstring_becomes_paragraphs_and_lists() -> None:
    """Sections are lists, entries keep the lines below them, and examples stand apart."""
    example = "As in::\n\n    do(1)\n\n    do(2)\n"
    told = (
        f"Do it.\n\n{example}\nArgs:\n    a: the first,\n        at length.\n\nRaises:\n    ValueError: ``a`` is 0.\n"
    )
    assert list(prose(told)) == [
        "Do it.",
        "As in:",
        "```text\ndo(1)\n\ndo(2)\n```",
        "**Args:**",
        "- `a`: the first, at length.",
        "**Raises:**",
        "- `ValueError`: `a` is 0.",
    ]
