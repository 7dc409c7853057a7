"""``qualia plugins``: what is here, and what somebody decided about it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.live import toy

Run = Callable[..., Any]


@pytest.fixture
def project(home: Path) -> Path:
    """Return a project with one plugin, in the working folder."""
    (home / "qualia.toml").write_text("", encoding="utf-8")
    toy(home / "plugins")
    return home


def decided(project: Path) -> Any:
    """Return what is kept."""
    kept = json.loads((project / ".qualia" / "plugins.json").read_text(encoding="utf-8"))
    return kept["disabled"], kept["versions"]


def test_the_list_has_origin_lifecycle_and_other_versions(qualia: Run, project: Path) -> None:
    """Without a word behind it, the command lists; JSON has every fact."""
    toy(project / "more", version="2.0.0")
    words = ("--plugin-dir", "more")
    lines = {line.split()[0]: line.split() for line in qualia("plugins", *words).out.splitlines()}
    assert lines["plugin"] == ["plugin", "kind", "version", "state", "lifecycle", "origin", "others", "summary"]
    assert lines["toy"][:7] == ["toy", "analyzer", "2.0.0", "unavailable", "stable", "folder", "1.0.0"]
    facts = {each["id"]: each for each in qualia("plugins", "list", *words, "-f", "json").data}["toy"]
    assert (facts["lifecycle"], facts["generation"]) == ("stable", 0)
    assert facts["others"] == [{"version": "1.0.0", "folder": str(project / "plugins" / "toy"), "origin": "folder"}]


def test_the_form_may_stand_before_or_behind_the_word(qualia: Run, project: Path) -> None:
    """``plugins --format json`` and ``plugins list --format json`` give the same; so does --kind."""
    given = qualia("plugins", "--format", "json", "--kind", "document").data
    assert given == qualia("plugins", "list", "--kind", "document", "--format", "json").data
    assert given == qualia("plugins", "--format", "json", "--kind", "document", "list").data
    assert {each["kind"] for each in given} == {"document"}


def test_a_plugin_stays_off_until_it_is_switched_on(qualia: Run, project: Path) -> None:
    """It is told where that is kept, every list shows it with the way back, and a run refuses."""
    ran = qualia("plugins", "disable", "toy")
    assert (ran.code, ran.out.startswith("toy 1.0.0: disabled")) == (0, True)
    assert ran.err == f"kept in {project / '.qualia' / 'plugins.json'}\n"
    assert decided(project) == (["toy"], {})
    for listing in ("list", "plugins"):
        line = next(line for line in qualia(listing).out.splitlines() if line.startswith("toy "))
        assert "disabled" in line
        assert line.endswith("[switched off; on again with: qualia plugins enable toy]")
    (project / "notes.txt").write_text("a", encoding="utf-8")
    assert qualia("analyze", "notes.txt", "-p", "toy").code == 5
    assert qualia("plugins", "enable", "toy").out == "toy 1.0.0: enabled\n"
    assert qualia("analyze", "notes.txt", "-p", "toy").code == 0


def test_one_of_several_versions_is_chosen_by_version_or_folder(qualia: Run, project: Path) -> None:
    """The choice is kept and makes the plugin usable; a folder may be given as it is written from here."""
    toy(project / "more", version="2.0.0")
    words = ("--plugin-dir", "more")
    assert qualia("plugins", "use", *words, "toy", "1.0.0").out == "toy 1.0.0: enabled\n"
    assert decided(project) == ([], {"toy": "1.0.0"})
    assert qualia("plugins", "use", *words, "toy", "more/toy").out == "toy 2.0.0: enabled\n"
    assert decided(project) == ([], {"toy": str(project / "more" / "toy")})


def test_a_version_that_is_not_here_is_refused_with_those_that_are(qualia: Run, project: Path) -> None:
    """Nothing is kept then. Where a version lies twice, the folder must be said."""
    ran = qualia("plugins", "use", "toy", "9")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == f"qualia: error: there is no toy 9; known: 1.0.0 ({project / 'plugins' / 'toy'})\n"
    assert not (project / ".qualia" / "plugins.json").exists()
    toy(project / "more")
    ran = qualia("plugins", "use", "--plugin-dir", "more", "toy", "1.0.0")
    assert (ran.code, "give one of the folders" in ran.err) == (2, True)


def test_reset_forgets_what_was_decided(qualia: Run, project: Path) -> None:
    """Switched off and chosen are both taken back."""
    qualia("plugins", "use", "toy", "1.0.0")
    qualia("plugins", "disable", "toy")
    assert decided(project) == (["toy"], {"toy": "1.0.0"})
    assert qualia("plugins", "reset", "toy").out == "toy 1.0.0: enabled\n"
    assert decided(project) == ([], {})


@pytest.mark.parametrize("words", [("disable", "toy_count"), ("enable", "toy_count"), ("use", "toy_count", "1.0.0")])
def test_without_a_project_nothing_is_decided(qualia: Run, home: Path, words: tuple[str, ...]) -> None:
    """What would be forgotten at once is refused, with the remedy."""
    ran = qualia("plugins", *words)
    assert (ran.code, ran.out) == (2, "")
    assert "there is no project here" in ran.err
    assert "--project" in ran.err


def test_an_unknown_plugin_is_told_with_its_nearest(qualia: Run, project: Path) -> None:
    """As everywhere else."""
    ran = qualia("plugins", "disable", "toi")
    assert (ran.code, "did you mean 'toy'" in ran.err) == (2, True)


def test_show_is_inspect(qualia: Run, project: Path) -> None:
    """Both say the same, lifecycle and origin among it."""
    shown = qualia("plugins", "show", "toy")
    assert shown.out == qualia("inspect", "toy").out
    rows = [line.split() for line in shown.out.splitlines()]
    assert ["lifecycle", "stable"] in rows
    assert ["origin", "folder"] in rows


def test_a_deprecated_plugin_names_its_replacement(qualia: Run, project: Path) -> None:
    """In each list, in inspect and in JSON."""
    manifest = project / "plugins" / "toy" / "plugin.toml"
    more = 'lifecycle = "deprecated"\nreplaced_by = "toy_count"\n'
    manifest.write_text(manifest.read_text(encoding="utf-8") + more, encoding="utf-8")
    for listing in ("list", "plugins"):
        line = next(line for line in qualia(listing).out.splitlines() if line.startswith("toy "))
        assert line.endswith("A toy. [deprecated; use toy_count]")
    assert "deprecated; use toy_count" in qualia("inspect", "toy").out
    assert qualia("inspect", "toy", "-f", "json").data["replaced_by"] == "toy_count"
