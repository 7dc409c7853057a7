"""``qualia cache``: how much is kept, whether it is sound, and throwing it away."""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from qualia import Core, Document, Settings
from qualia._engine.cache import file as cache_file

Run = Callable[..., Any]
NOTES = Document("a a a b b c João\n")


@pytest.fixture
def project(home: Path, plugin_dir: Path) -> Path:
    """Return a project that keeps four results of two plugins, three of them answered once more from the cache."""
    (home / "qualia.toml").write_text("", encoding="utf-8")
    with Core(plugin_dir, project=home) as core:
        for _ in range(2):
            for top in (1, 2, 3):
                core.run("toy_count", NOTES, {"top": top})
        core.run("toy_plain", NOTES)
    return home


def change(project: Path, statement: str) -> None:
    """Change the cache's file as damage would."""
    db = sqlite3.connect(project / ".qualia" / "cache.db")
    with db:
        db.execute(statement)
    db.close()


def test_stats_tell_how_much_is_kept_and_of_whom(project: Path, qualia: Run) -> None:
    """Without a command `cache` tells; of the steps of the last days it tells how many it answered."""
    ran = qualia("cache")
    assert ran.code == 0
    assert "toy_count" in ran.out and "3 of 7 steps (43%)" in ran.out
    assert qualia("cache", "stats").out == ran.out
    data = qualia("cache", "stats", "--format", "json").data
    assert [(each["plugin"], each["entries"]) for each in data["plugins"]] == [("toy_count", 3), ("toy_plain", 1)] or (
        [(each["plugin"], each["entries"]) for each in data["plugins"]] == [("toy_plain", 1), ("toy_count", 3)]
    )
    assert (data["entries"], data["max_bytes"]) == (4, Settings().cache_disk_max_bytes)
    assert data["answered"] == {"days": 30, "steps": 7, "cached": 3}
    assert data["file_bytes"] >= data["size_bytes"] > 0
    assert data["oldest"] <= data["newest"]


def test_an_empty_cache_is_told_of_as_one(home: Path, qualia: Run) -> None:
    """Where nothing was kept yet there are zeros, no file is made, and there is nothing to clear or damaged."""
    (home / "qualia.toml").write_text("", encoding="utf-8")
    data = qualia("cache", "stats", "-f", "json").data
    assert (data["entries"], data["oldest"], data["answered"]) == (0, None, {"days": 30, "steps": 0, "cached": 0})
    assert qualia("cache", "verify").out == "results: 0, all sound\n"
    assert qualia("cache", "clear", "--yes").out == "nothing is kept here\n"
    assert qualia("cache", "clear", "--plugin", "toy_count").code == 0
    assert not (home / ".qualia").exists()


def test_clearing_frees_the_file(project: Path, qualia: Run) -> None:
    """A dry run changes nothing; where nobody can be asked --yes is needed; then the bytes freed are told."""
    path = project / ".qualia" / "cache.db"
    assert "the whole cache would go" in qualia("cache", "clear", "--dry-run").out
    ran = qualia("cache", "clear")
    assert (ran.code, ran.out) == (2, "") and "say it with --yes" in ran.err
    assert path.exists()
    ran = qualia("cache", "clear", "--yes")
    assert ran.code == 0 and "were freed" in ran.out
    assert not path.exists()


def test_clearing_one_plugin_leaves_the_others(project: Path, qualia: Run) -> None:
    """What one plugin gave goes, counted; the rest stays."""
    assert "results that would go: 3 (" in qualia("cache", "clear", "--plugin", "toy_count", "--dry-run").out
    assert qualia("cache", "clear", "--plugin", "toy_count", "--yes").out.startswith("results that went: 3 (")
    assert [each["plugin"] for each in qualia("cache", "-f", "json").data["plugins"]] == ["toy_plain"]
    assert qualia("cache", "clear", "--plugin", "toy_count").out.startswith("results that went: 0 (")


def test_clearing_what_is_old_leaves_what_was_used(project: Path, qualia: Run) -> None:
    """Only what was not used for so long goes; an age that is none is a wrong command."""
    week_us = 7 * 86_400_000_000
    change(
        project, f"UPDATE entries SET used_us = used_us - {week_us} WHERE used_us = (SELECT min(used_us) FROM entries)"
    )
    assert qualia("cache", "clear", "--older-than", "8d", "--yes").out.startswith("results that went: 0 (")
    assert qualia("cache", "clear", "--older-than", "6d", "--yes").out.startswith("results that went: 1 (")
    assert qualia("cache", "-f", "json").data["entries"] == 3
    assert qualia("cache", "clear", "--older-than", "long", "--yes").code == 2
    assert qualia("cache", "clear", "--older-than", "9999y", "--yes").out.startswith("results that went: 0 (")


def test_it_works_while_another_core_uses_the_file(project: Path, plugin_dir: Path, qualia: Run) -> None:
    """Looking, dropping and clearing neither disturb a Core that is at work nor are disturbed by it."""
    settings = Settings(state_dir=project / ".qualia", cache_max_bytes=0)
    with Core(plugin_dir, settings=settings) as core:
        assert core.run("toy_count", NOTES, {"top": 1}).cached
        assert qualia("cache", "verify").code == 0
        assert qualia("cache", "clear", "--plugin", "toy_count", "--yes").code == 0
        assert not core.run("toy_count", NOTES, {"top": 1}).cached
        assert core.run("toy_plain", NOTES).cached
        assert qualia("cache", "clear", "--yes").code == 0
        assert not core.run("toy_plain", NOTES).cached
        assert core.run("toy_plain", NOTES).cached
        assert qualia("cache", "-f", "json").data["entries"] == 1


def test_verifying_finds_and_repairs_damage(project: Path, qualia: Run) -> None:
    """Damaged entries end with 1, with the remedy; repairing ends with 1 too, and from then on all is sound."""
    assert qualia("cache", "verify").out == "results: 4, all sound\n"
    change(project, "UPDATE entries SET sum = zeroblob(32) WHERE id = (SELECT max(id) FROM entries)")
    ran = qualia("cache", "verify")
    assert ran.code == 1 and "damaged results: 1 of 4" in ran.out and "toy_" in ran.out
    assert "--repair" in ran.err
    data = qualia("cache", "verify", "-f", "json").data
    assert (len(data["damaged"]), data["removed"], data["trouble"]) == (1, 0, "")
    ran = qualia("cache", "verify", "--repair")
    assert ran.code == 1 and "damaged results removed: 1" in ran.out and ran.err == ""
    assert qualia("cache", "verify").out == "results: 3, all sound\n"


def test_answers_kept_for_worse_days_are_sound(project: Path, plugin_dir: Path, qualia: Run) -> None:
    """What a run keeps under a second key, to answer with when the plugin fails, is no damage."""
    with Core(plugin_dir, project=project) as core:
        core.run("toy_count", NOTES, {"top": 5}, degraded=True)
    assert qualia("cache", "verify").out == "results: 6, all sound\n"


def test_a_file_that_is_no_database_is_set_aside(project: Path, qualia: Run) -> None:
    """Counting in it is an error with an object in JSON; verifying says what is wrong; repairing begins anew."""
    path = project / ".qualia" / "cache.db"
    path.write_bytes(b"a shopping list " * 1000)
    ran = qualia("cache", "--format", "json")
    assert (ran.code, ran.data["error"]) == (1, "CacheUnreadable")
    ran = qualia("cache", "verify")
    assert ran.code == 1 and "the file as a whole is damaged: file is not a database" in ran.out
    ran = qualia("cache", "verify", "--repair", "--lang", "pt")
    assert ran.code == 1 and "o arquivo não é um banco de dados" in ran.out
    assert (project / ".qualia" / "cache.db.damaged").exists()
    assert qualia("cache", "verify").code == 0


def test_a_locked_file_is_told_of(project: Path, qualia: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """While another program writes for long, dropping ends with 1 and a sentence, in both languages."""
    monkeypatch.setattr(cache_file, "_BUSY_S", 0.01)
    other = sqlite3.connect(project / ".qualia" / "cache.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        ran = qualia("cache", "clear", "--plugin", "toy_count", "--yes")
        assert (ran.code, ran.out) == (1, "") and "database is locked" in ran.err
        ran = qualia("cache", "clear", "--plugin", "toy_count", "--yes", "--lang", "pt")
        assert "outro programa está gravando nele agora" in ran.err
    finally:
        other.close()


def test_everything_is_said_in_portuguese(project: Path, qualia: Run) -> None:
    """The tables and the sentences speak Portuguese when it is asked for."""
    assert "usado há mais tempo" in qualia("cache", "--lang", "pt").out
    assert qualia("cache", "verify", "--lang", "pt").out == "resultados: 4, todos íntegros\n"
    assert "Aqui não há a quem perguntar" in qualia("cache", "clear", "--lang", "pt").err


@pytest.mark.skipif(os.name != "posix", reason="needs a terminal of POSIX")
def test_a_person_at_a_terminal_is_asked(project: Path, environment: dict[str, str]) -> None:
    """Before everything goes there is a question; no and Ctrl-C leave all as it was, yes does it."""
    pexpect = pytest.importorskip("pexpect")
    path = project / ".qualia" / "cache.db"

    def answered(answer: str) -> tuple[str, int]:
        words = ["-m", "qualia", "cache", "clear"]
        # Whoever runs the tests in the background may have told them to ignore Ctrl-C.
        heard = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
        child = pexpect.spawn(sys.executable, words, env=environment, encoding="utf-8", timeout=30, preexec_fn=heard)
        child.expect_exact("[y/N]")
        child.send(answer)
        child.expect(pexpect.EOF)
        child.close()
        return str(child.before), int(child.exitstatus)

    told, code = answered("n\n")
    assert code == 1 and "nothing was changed" in told and path.exists()
    told, code = answered("\x03")
    assert code == 130 and path.exists()
    told, code = answered("y\n")
    assert code == 0 and "were freed" in told and not path.exists()
