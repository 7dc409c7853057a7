"""Plugin folders under watch, changed in the ways in which people and their tools change files."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from qualia._plugins.scan import Changes, look
from tests.engine import watched
from tests.engine.watched import Host, Watches, plugin

watches, quick, host = watched.watches, watched.quick, watched.host
links = pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")


def overwrite(path: Path) -> None:
    """Save the way nano does."""
    path.write_text("2")


def swap(path: Path) -> None:
    """Save the way VS Code's atomic save, Emacs and most programs do."""
    new = path.with_name(f".{path.name}.tmp123")
    new.write_text("2")
    new.replace(path)


def save_as_vim(path: Path) -> None:
    """Save the way vim does: try the folder, put the old file aside, write, drop the old one."""
    probe = path.with_name("4913")
    probe.touch()
    probe.unlink()
    backup = path.with_name(f"{path.name}~")
    path.rename(backup)
    path.write_text("2")
    backup.unlink()


def replace_folder(path: Path) -> None:
    """Save the way rsync and version control may: the folder goes and another one comes."""
    shutil.rmtree(path.parent)
    plugin(path.parent, "2")


@pytest.mark.parametrize("save", [overwrite, swap, save_as_vim, replace_folder])
def test_a_save_answers_however_it_is_made(
    save: Callable[[Path], None], watches: Watches, host: Host, tmp_path: Path
) -> None:
    """Whatever an editor does to a file, the new content answers and the plugin was never away."""
    a = plugin(tmp_path / "a")
    plugin(tmp_path / "b")
    watches.start(host, tmp_path, gone_s=5.0)
    save(a / "__init__.py")
    host.answers(a="2")
    assert not any(changes.removed for changes, _ in host.calls)
    assert {folder for changes, _ in host.calls for folder in changes.added | changes.changed} == {a}
    assert host.errors == []


def test_half_a_file_is_no_error(watches: Watches, host: Host, tmp_path: Path) -> None:
    """A file that is truncated and written slowly fails meanwhile, which is not told, and answers when it is whole."""
    file = plugin(tmp_path / "a") / "__init__.py"
    watches.start(host, tmp_path, quiet_s=5.0)
    with file.open("w") as written:
        written.write("broken, for it is but half")
        written.flush()
        host.until(lambda: host.calls)
        assert host.calls[-1] == (Changes(changed=frozenset({tmp_path / "a"})), False)
        written.seek(0)
        written.truncate()
        written.write("2")
    host.answers(a="2")
    assert host.errors == []


def test_a_failure_is_told_once_when_it_is_settled(watches: Watches, host: Host, tmp_path: Path) -> None:
    """Code that stays broken is tried once more when it has been quiet, and mending it answers."""
    a = plugin(tmp_path / "a")
    watches.start(host, tmp_path)
    (a / "__init__.py").write_text("broken for good")
    host.until(lambda: host.errors)
    assert [settled for _, settled in host.calls].count(True) == 1
    (a / "__init__.py").write_text("2")
    host.answers(a="2")
    assert host.errors == [a]


def test_plugins_come_and_go(watches: Watches, host: Host, tmp_path: Path) -> None:
    """A copied, a renamed and a deleted folder are added, moved and removed."""
    store = plugin(tmp_path / "store" / "a", "2")
    for depth in ("x", "x/y", "x/y/z"):
        (store / depth).mkdir()
        (store / depth / "words.txt").write_text(depth)
    root = tmp_path / "root"
    root.mkdir()
    watches.start(host, root, quiet_s=5.0)
    shutil.copytree(store, root / "a")
    host.answers(a="2")
    (root / "a" / "__init__.py").write_text("3")
    host.answers(a="3")
    (root / "a").rename(root / "b")
    host.answers(b="3")
    (root / "b" / "__init__.py").write_text("4")
    host.answers(b="4")
    shutil.rmtree(root / "b")
    host.answers()
    assert host.errors == []


def test_a_new_folder_deep_in_a_plugin_is_watched(watches: Watches, host: Host, tmp_path: Path) -> None:
    """A file that comes into a folder made just now is seen, and so is its next change."""
    a = plugin(tmp_path / "a")
    watches.start(host, tmp_path)
    (a / "words").mkdir()
    file = a / "words" / "en.txt"
    file.write_text("the")
    host.until(lambda: host.calls)
    host.calls.clear()
    file.write_text("the a")
    host.until(lambda: host.calls)


def test_the_manifest_may_come_last(watches: Watches, host: Host, tmp_path: Path) -> None:
    """A folder without a manifest is no plugin; with it, it is one."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "__init__.py").write_text("1")
    b = plugin(tmp_path / "b")
    watches.start(host, tmp_path)
    overwrite(b / "__init__.py")
    host.answers(b="2")
    (tmp_path / "a" / "plugin.toml").write_text("")
    host.answers(a="1", b="2")


def test_many_files_at_once_are_all_seen(watches: Watches, host: Host, tmp_path: Path) -> None:
    """Thirty plugins that change together all answer, in few calls."""
    folders = [plugin(tmp_path / f"p{number}") for number in range(30)]
    watches.start(host, tmp_path)
    for folder in folders:
        for number in range(10):
            (folder / f"m{number}.py").write_text("x")
        (folder / "__init__.py").write_text("2")
    host.answers(**{folder.name: "2" for folder in folders})
    assert len(host.calls) < 150


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_a_checkout_switches_all_plugins(watches: Watches, host: Host, tmp_path: Path) -> None:
    """Another branch brings other content, one plugin more and one less, without an error on the way."""

    def git(*arguments: str) -> None:
        options = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *options, *arguments], cwd=tmp_path, check=True, capture_output=True, timeout=30)

    git("init", "-q", "-b", "main")
    plugin(tmp_path / "a")
    plugin(tmp_path / "b")
    git("add", "-A")
    git("commit", "-qm", "1")
    git("switch", "-qc", "other")
    shutil.rmtree(tmp_path / "b")
    plugin(tmp_path / "a", "2 of the other")
    plugin(tmp_path / "c", "2")
    git("add", "-A")
    git("commit", "-qm", "2")
    watches.start(host, tmp_path, quiet_s=5.0)
    git("switch", "-q", "main")
    host.answers(a="1", b="1")
    git("switch", "-q", "other")
    host.answers(a="2 of the other", c="2")
    assert host.errors == []


@links
def test_a_link_that_leads_elsewhere_brings_what_is_there(watches: Watches, host: Host, tmp_path: Path) -> None:
    """A plugin that is a link to a version answers with the version it leads to, and with later edits there."""
    versions = [plugin(tmp_path / "store" / name, name) for name in ("1", "2")]
    root = tmp_path / "root"
    root.mkdir()
    (root / "a").symlink_to(versions[0])
    watches.start(host, root)
    (tmp_path / "new").symlink_to(versions[1])
    (tmp_path / "new").replace(root / "a")
    host.answers(a="2")
    (versions[1] / "__init__.py").write_text("3")
    host.answers(a="3")


@links
def test_kubernetes_swaps_what_it_mounts(watches: Watches, host: Host, tmp_path: Path) -> None:
    """A mounted map of files is links to `..data`, and only that link is swapped."""
    a = tmp_path / "a"
    plugin(a / "..2026_1", "1")
    plugin(a / "..2026_2", "2")
    (a / "..data").symlink_to("..2026_1")
    for name in ("plugin.toml", "__init__.py"):
        (a / name).symlink_to(f"..data/{name}")
    watches.start(host, tmp_path)
    (a / "..data_tmp").symlink_to("..2026_2")
    (a / "..data_tmp").replace(a / "..data")
    shutil.rmtree(a / "..2026_1")
    host.answers(a="2")


@pytest.mark.parametrize("has_hint", [True, False])
def test_roots_come_and_go(has_hint: bool, watches: Watches, host: Host, tmp_path: Path) -> None:
    """A root that appears, is deleted, comes back and is a link elsewhere is watched all along."""
    if has_hint and not (sys.platform == "linux" and "system" in os.environ["PYTEST_CURRENT_TEST"]):
        pytest.skip("only Linux tells of folders that are missing")
    root = tmp_path / "far" / "away" / "root"
    watches.start(host, root, sweep_s=600.0 if has_hint else 0.02)
    a = plugin(root / "a")
    host.answers(a="1")
    shutil.rmtree(tmp_path / "far")
    host.answers()
    plugin(root / "a", "2")
    host.answers(a="2")
    (a / "__init__.py").write_text("3")
    host.answers(a="3")
    root.rename(tmp_path / "old")
    plugin(tmp_path / "new" / "a", "4")
    root.symlink_to(tmp_path / "new")
    host.answers(a="4")
    plugin(tmp_path / "newer" / "a", "5")
    (tmp_path / "link").symlink_to(tmp_path / "newer")
    (tmp_path / "link").replace(root)
    host.answers(a="5")
    (a / "__init__.py").write_text("6")
    host.answers(a="6")


def test_roots_are_asked_for_again(watches: Watches, host: Host, tmp_path: Path) -> None:
    """A root that is added later is watched from then on."""
    roots = [tmp_path / "one"]
    plugin(tmp_path / "one" / "a")
    plugin(tmp_path / "two" / "b")
    watch = watches.make(host, lambda: roots, sweep_s=0.02)
    watch.start()
    roots.append(tmp_path / "two")
    host.answers(b="1")
    (tmp_path / "two" / "b" / "__init__.py").write_text("2")
    host.answers(b="2")


def test_litter_wakes_nobody(watches: Watches, host: Host, tmp_path: Path) -> None:
    """Swap files, backups, bytecode and what version control keeps are no reason to look at a plugin."""
    a, b = plugin(tmp_path / "a"), plugin(tmp_path / "b")
    (a / ".git").mkdir()
    watches.start(host, tmp_path)
    for name in ("4913", ".__init__.py.swp", "__init__.py~", "#x#", "x.tmp", ".git/index.lock", "m.pyc"):
        (a / name).write_text("x")
        (a / name).unlink()
    (a / "__pycache__").mkdir()
    (a / "__pycache__" / "m.cpython-311.pyc").write_text("x")
    overwrite(b / "__init__.py")
    host.answers(b="2")
    assert all(changes.changed == {b} and not changes.added for changes, _ in host.calls)


def test_touch_is_harmless(quick: Watches, host: Host, tmp_path: Path) -> None:
    """What only looks different may be reported, and never as added, removed or failed."""
    a = plugin(tmp_path / "a")
    quick.start(host, tmp_path)
    (a / "__init__.py").touch()
    (a / "__init__.py").chmod(0o600)
    host.answers(a="1")
    assert {(changes.changed, settled) for changes, settled in host.calls} == {(frozenset({a}), False)}


def test_a_write_that_leaves_no_trace_is_seen(quick: Watches, host: Host, tmp_path: Path) -> None:
    """Same size and same time, as two writes within one tick of the clock: the system tells of it all the same."""
    file = plugin(tmp_path / "a") / "__init__.py"
    quick.start(host, tmp_path)
    before = file.stat()
    with file.open("r+") as written:
        written.write("2")
        written.flush()
        os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    host.answers(a="2")


def test_what_changed_before_the_watch_is_applied_if_asked(watches: Watches, host: Host, tmp_path: Path) -> None:
    """A host that looked earlier hands in what it saw, and misses nothing in between."""
    a = plugin(tmp_path / "a")
    since = look([tmp_path])
    overwrite(a / "__init__.py")
    watches.make(host, lambda: [tmp_path]).start(since)
    host.answers(a="2")
