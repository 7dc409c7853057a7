"""What plugins say of themselves is shown in the reader's language, and is English in data."""

from __future__ import annotations

from pathlib import Path

import pytest

from qualia.cli.menu.choosing import ask_filled, plugin_choices
from qualia.cli.shell.answering import answer
from qualia.cli.words import speaking
from qualia.core import Core
from tests.cli.conftest import MANIFEST, Run
from tests.cli.menu_hands import Hands, visit_of
from tests.plugins.catalogues import give_words

SUMMARY, HELP = "Counts all there is.", "Keep the N most frequent."
CODE = f"""
from attrs import frozen
from qualia.plugin import Analyzer, param

@frozen
class Params:
    top: int = param(3, help="{HELP}")
    other: int = param(3, help="Nobody translates this.")

class Toy(Analyzer[Params, dict]):
    def analyze(self, document, params):
        return {{}}
"""
TOLD, HELP_TOLD = "Conta tudo o que há.", "Mantém as N mais frequentes."


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """Return a folder of one plugin that knows Portuguese."""
    place = tmp_path / "shelf" / "toy_told"
    place.mkdir(parents=True)
    manifest = MANIFEST.format(id="toy_told", kind="analyzer", summary=SUMMARY, more="")
    (place / "plugin.toml").write_text(manifest, encoding="utf-8")
    (place / "__init__.py").write_text(CODE, encoding="utf-8")
    give_words(place, {SUMMARY: TOLD, HELP: HELP_TOLD})
    return place.parent


@pytest.mark.parametrize(
    "words",
    [
        ["list"],
        ["list", "tudo", "há"],
        ["list", "all", "there"],
        ["plugins"],
        ["inspect", "toy_told"],
        ["config", "create", "-p", "toy_told"],
    ],
    ids=" ".join,
)
def test_a_summary_is_told_in_the_language_spoken(qualia: Run, shelf: Path, words: list[str]) -> None:
    """Lists, one plugin's page and the comments of a file of params have it; a search finds both languages."""
    told = qualia("--plugin-dir", str(shelf), "--lang", "pt", *words, plugins=False)
    assert TOLD in told.out and SUMMARY not in told.out
    if "tudo" not in words:
        assert SUMMARY in qualia("--plugin-dir", str(shelf), "--lang", "en", *words, plugins=False).out


@pytest.mark.parametrize(
    "words",
    [["inspect", "toy_told"], ["config", "create", "-p", "toy_told"], ["analyze", "-p", "toy_told", "--help"]],
    ids=" ".join,
)
def test_the_help_of_params_is_told_in_the_language_spoken(qualia: Run, shelf: Path, words: list[str]) -> None:
    """What has no translation is told as its author wrote it."""
    told = qualia("--plugin-dir", str(shelf), "--lang", "pt", *words, plugins=False).out
    assert HELP_TOLD in told and HELP not in told
    assert "Nobody translates this." in told
    assert HELP in qualia("--plugin-dir", str(shelf), "--lang", "en", *words, plugins=False).out


@pytest.mark.parametrize("form", ["json", "jsonl", "csv", "yaml"])
@pytest.mark.parametrize("words", [["list"], ["inspect", "toy_told"]], ids=" ".join)
def test_data_is_english(qualia: Run, shelf: Path, words: list[str], form: str) -> None:
    """Programs read the same whatever language somebody speaks."""
    both = [
        qualia("--plugin-dir", str(shelf), "--lang", each, *words, "-f", form, plugins=False).out
        for each in ("en", "pt")
    ]
    assert both[0] == both[1] != ""


def test_the_menu_tells_it_too(shelf: Path, home: Path) -> None:
    """A plugin's line, and the form of its params."""
    hands = Hands("toy_told", "go")
    session = visit_of(hands, home / "state", run=lambda _words: 0, plugin_dirs=[shelf])
    with speaking("pt-BR"):
        with Core(shelf) as core:
            assert TOLD in {choice.told for choice in plugin_choices(list(core.plugins.values()))}
        filled = ask_filled(session, "?", ["analyzer"], go="go")
    assert [spec.help for spec in filled.form.specs] == [HELP_TOLD, "Nobody translates this."]


def test_completion_tells_it_too(shelf: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind a plugin's name and behind a param's."""
    monkeypatch.setenv("QUALIA_PLUGIN_PATH", str(shelf))
    with speaking("pt-BR"):
        assert [word.told for word in answer(["analyze", "-p", "toy_"]).words] == [TOLD]
        assert [word.told for word in answer(["analyze", "-p", "toy_told", "-P", "t"]).words] == [HELP_TOLD]
    assert [word.told for word in answer(["analyze", "-p", "toy_"]).words] == [SUMMARY]
