"""What each command says, word for word, in both languages."""

from __future__ import annotations

import pytest

from qualia.cli.commands import commands
from tests.cli.golden import FOLDER, LANGUAGES, SAMPLES, place, written

pytestmark = pytest.mark.whole
NAMES = [each.name for each in commands()]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_a_command_says_what_its_golden_file_holds(name: str, language: str) -> None:
    """Help, success and failure read as they were approved; ``python -m tests.cli.golden`` writes them anew."""
    path = place(name, language)
    assert name in SAMPLES, f"give {name} a sample in tests/cli/golden.py"
    assert path.is_file(), "run: python -m tests.cli.golden"
    assert path.read_text(encoding="utf-8") == written(name, language), "run: python -m tests.cli.golden"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_a_golden_file_shows_a_success_and_a_failure(name: str, language: str) -> None:
    """The first two parts end with 0, the third does not, and no line of help is wider than 80 columns."""
    text = place(name, language).read_text(encoding="utf-8")
    codes = [line for line in text.splitlines() if line.startswith("[") and line[1:-1].isdecimal()]
    assert codes[:2] == ["[0]", "[0]"]
    assert codes[2] != "[0]"
    assert [line for line in text.partition("\n[0]\n")[0].splitlines() if len(line) > 80] == []


def test_there_is_no_golden_file_of_a_command_that_is_gone() -> None:
    """Every file belongs to a command of today."""
    expected = sorted(place(name, language).name for name in NAMES for language in LANGUAGES)
    assert sorted(path.name for path in FOLDER.iterdir()) == expected
