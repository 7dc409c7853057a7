"""A small project to make backups of; nothing is collected where the operators' package was left out."""

from __future__ import annotations

import io
import os
import sqlite3
import sys
from collections.abc import Callable, Generator
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar

import pytest

from qualia._plugins.entries import entries
from tests.cli.brought import install
from tests.cli.conftest import Ran

collect_ignore_glob = [] if find_spec("qualia_ops") else ["test_*.py"]

WORDS = ("create", "drill", "export", "list", "prune", "restore", "schedule", "show", "verify")
ENTRIES = {
    "backup": "qualia_ops.backup.commands:DEFAULT",
    **{f"backup.{word}": f"qualia_ops.backup.commands:{word.upper()}" for word in WORDS},
}
T = TypeVar("T")
Finish = Callable[[Generator[Any, None, T]], T]


@pytest.fixture
def finish() -> Finish[Any]:
    """Run work that tells how far it is to its end, and return what it returns."""

    def run(work: Generator[Any, None, T]) -> T:
        try:
            while True:
                next(work)
        except StopIteration as end:
            return end.value

    return run


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a project with everything a project has."""
    folder = tmp_path / "work" / "interviews"
    files = {
        "qualia.toml": "history = true\n",
        "texts/one.txt": "one\n",
        "texts/ação.txt": "dois\n" * 900,
        "texts/empty.txt": "",
        "plugins/toy/plugin.toml": 'id = "toy"\nversion = "1.2.0"\n',
        "plugins/toy/__pycache__/toy.pyc": "x",
        "results/wide.json": "[" + "1, " * 5000 + "1]",
        ".env": "TOKEN=hush-hush\n",
        ".git/HEAD": "ref: refs/heads/main\n",
        ".qualia/cache.db": "not looked at",
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "texts" / "none").mkdir()
    (folder / "latest.txt").symlink_to("texts/one.txt")
    (folder / "texts" / "one.txt").chmod(0o640)
    with closing(sqlite3.connect(folder / ".qualia" / "history.db")) as db, db:
        db.execute("CREATE TABLE runs(n)")
        db.executemany("INSERT INTO runs VALUES (?)", [(number,) for number in range(100)])
    return folder


@pytest.fixture
def archives(project: Path) -> Path:
    """Return where the project's archives are kept."""
    return project / ".qualia" / "backups"


Look = Callable[[Path], dict[str, tuple[Any, ...]]]


@pytest.fixture
def look() -> Look:
    """Return what a folder holds: of each path its kind, mode, time of change and bytes."""
    return looked


def looked(folder: Path) -> dict[str, tuple[Any, ...]]:
    """Return what a folder holds, the backups excepted."""
    found: dict[str, tuple[Any, ...]] = {}
    for place, folders, files in os.walk(folder):
        for name in [*folders, *files]:
            path = Path(place, name)
            shown = os.fsencode(path.relative_to(folder)).decode("utf-8", "surrogateescape")
            if shown.startswith(".qualia/backups"):
                continue
            if path.is_symlink():
                found[shown] = ("link", str(path.readlink()))
            elif path.is_dir():
                found[shown] = ("folder", path.stat().st_mode & 0o777)
            else:
                status = path.stat()
                found[shown] = ("file", status.st_mode & 0o777, status.st_mtime_ns, path.read_bytes())
    return found


@pytest.fixture
def backup(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return what runs ``qualia backup`` in the project, as installed."""
    from qualia.cli import main

    if all(entry.name != "backup" for entry in entries(sys.path, "qualia.operations")):
        install(tmp_path, monkeypatch, ENTRIES, name="ops-of-qualia")
    monkeypatch.chdir(project)
    for name in [*os.environ]:
        if name.startswith("BACKUP_") or name in ("LANG", "LC_ALL", "LANGUAGE"):
            monkeypatch.delenv(name)
    # What every tar opens, so that tests can look into it with the standard library.
    monkeypatch.setenv("BACKUP_COMPRESS", "gz")

    # A Core that is opened to look takes longer than all else a test of a command does.
    monkeypatch.setattr("qualia_ops.backup.commands.moment_of", lambda _project: {"reason": "nobody looked"})

    def run(*words: str, typed: str = "") -> Ran:
        out, err = io.StringIO(), io.StringIO()
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdin", io.StringIO(typed))
            patch.setattr(sys, "stdout", out)
            patch.setattr(sys, "stderr", err)
            code = main(["backup", *words])
        return Ran(code=code, out=out.getvalue(), err=err.getvalue())

    return run
