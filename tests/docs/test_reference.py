"""The reference pages say what the docstrings say."""

from __future__ import annotations

import pytest

from qualia import Core
from tests.docs.commands import PAGE
from tests.docs.commands import page as command_page
from tests.docs.plugin_pages import (
    EXAMPLES,
    FOLDER,
    MOST_BYTES,
    MOST_BYTES_TOGETHER,
    PICTURES,
    PLUGINS,
    picture,
    shortened,
    written,
)
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


def test_the_page_of_the_command_line_is_what_its_grammar_makes_of_it() -> None:
    """A page that is out of date is written anew by ``python -m tests.docs.commands``."""
    assert PAGE.read_text(encoding="utf-8") == command_page(), "run: python -m tests.docs.commands"


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


@pytest.mark.parametrize("plugin", PLUGINS)
def test_the_page_of_a_plugin_is_what_its_declaration_makes_of_it(plugin: str) -> None:
    """A page that is out of date is written anew by ``python -m tests.docs.plugin_pages``."""
    path = FOLDER / f"{plugin}.md"
    assert path.read_text(encoding="utf-8") == written(plugin), "run: python -m tests.docs.plugin_pages"


def test_every_plugin_that_ships_has_a_page() -> None:
    """No plugin is forgotten, and no page tells of one that is gone."""
    with Core(plugin_dirs=()) as core:
        shipped = sorted(info.id for info in core.plugins.values() if info.origin == "shipped")
    assert shipped == PLUGINS == sorted(path.stem for path in FOLDER.glob("*.md"))


def test_pictures_are_there_and_small() -> None:
    """Every picture a page shows is drawn, no other is kept, and the repository stays light."""
    sizes = {path: path.stat().st_size for path in PICTURES.iterdir()}
    assert set(sizes) == {picture(plugin, name) for plugin in PLUGINS for name in EXAMPLES[plugin].pictures}
    assert max(sizes.values()) < MOST_BYTES
    assert sum(sizes.values()) < MOST_BYTES_TOGETHER


def test_an_output_is_shortened_by_section() -> None:
    """Of each section the first lines stay, and no line is wider than a page."""
    text = "a\nb\n\n" + "\n".join(f"row {at}" for at in range(9)) + "\n\n" + "x" * 200
    assert shortened(text) == ["a", "b", "", "row 0", "row 1", "row 2", "row 3", "...", "", "x" * 107 + "..."]
