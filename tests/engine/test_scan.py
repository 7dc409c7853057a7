"""What plugin folders look like, told without reading them."""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualia._plugins.scan import Changes, Look, changes, identity, is_litter, look

links = pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")


def plugin(folder: Path, code: str = "1") -> Path:
    """Write a plugin's folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "plugin.toml").write_text(f'id = "{folder.name}"')
    (folder / "__init__.py").write_text(code)
    return folder


def names(folder: Path, *roots: Path) -> list[str]:
    """Return the files that count for a plugin."""
    return [each[0] for each in look(roots or [folder]).folders[folder]]


def test_a_look_finds_what_the_catalog_finds(tmp_path: Path) -> None:
    """A root is a plugin or holds plugins; hidden and private names, and folders without a manifest, are none."""
    a, single = plugin(tmp_path / "many" / "a"), plugin(tmp_path / "single")
    plugin(tmp_path / "many" / "_off")
    plugin(tmp_path / "many" / ".git")
    (tmp_path / "many" / "notes").mkdir()
    (tmp_path / "many" / "README").touch()
    found = look([tmp_path / "many", single, tmp_path / "nowhere", tmp_path / "many", Path("a\0b")])
    assert list(found.folders) == [a, single]
    assert found.places == {str(tmp_path / "many"), str(a), str(tmp_path / "many" / "notes"), str(single)}


def test_a_look_is_equal_until_a_file_changes(tmp_path: Path) -> None:
    """Reading changes nothing; writing, replacing, adding and deleting a file do, below the folder too."""
    folder = plugin(tmp_path / "a")
    (folder / "words").mkdir()
    (folder / "words" / "en.txt").touch()
    seen = [look([tmp_path])]
    assert look([tmp_path]) == seen[0]
    (folder / "__init__.py").read_text()
    (folder / "empty").mkdir()
    assert look([tmp_path]) == seen[0]

    def see() -> None:
        seen.append(look([tmp_path]))
        assert seen[-1] != seen[-2]
        assert changes(seen[-2], seen[-1]) == Changes(changed=frozenset({folder}))

    (folder / "words" / "en.txt").write_text("the")
    see()
    kept = (folder / "__init__.py").stat()
    (tmp_path / "new").write_text("2")
    os.utime(tmp_path / "new", ns=(kept.st_atime_ns, kept.st_mtime_ns))
    (tmp_path / "new").replace(folder / "__init__.py")  # same size, same time, another file
    see()
    (folder / "more.py").touch()
    see()
    (folder / "more.py").unlink()
    see()


@pytest.mark.parametrize(
    "name",
    [
        *("a.py~", ".#a.py", "#a.py#", ".a.py.swp", "a.swp", "a.swx", "4913", "x.tmp", ".tmp12", "a.pyc"),
        *("__pycache__", ".git", "..data", "a.py___jb_tmp___", "a.py___jb_old___", ".goutputstream-X1"),
    ],
)
def test_litter_is_no_part_of_a_plugin(tmp_path: Path, name: str) -> None:
    """What editors leave beside a file, bytecode and hidden names do not count, as files or as folders."""
    folder = plugin(tmp_path / "a")
    (folder / name).touch()
    (folder / "below").mkdir()
    plugin(folder / "below" / name)
    assert is_litter(name)
    assert names(folder) == ["__init__.py", "plugin.toml"]


@pytest.mark.parametrize("name", ["a.py", "plugin.toml", "49130", "tmp", "swp", "a.tmpl", "words~.txt", "#1.txt", "_x"])
def test_what_an_author_may_call_a_file_counts(tmp_path: Path, name: str) -> None:
    """Names that only resemble litter are files like any other."""
    folder = plugin(tmp_path / "a")
    (folder / name).touch()
    assert name in names(folder)


@links
def test_links_are_followed(tmp_path: Path) -> None:
    """A link that leads elsewhere now is a change, for a plugin, a folder in it and a file in it."""
    old, new = plugin(tmp_path / "store" / "1"), plugin(tmp_path / "store" / "2")
    root = tmp_path / "plugins"
    root.mkdir()
    (root / "a").symlink_to(old)
    b = plugin(root / "b")
    (b / "words").symlink_to(old, target_is_directory=True)
    c = plugin(root / "c")
    (c / "more.py").symlink_to(old / "__init__.py")
    before = look([root])
    for link, target in ((root / "a", new), (b / "words", new), (c / "more.py", new / "__init__.py")):
        link.unlink()
        link.symlink_to(target)
    after = look([root])
    assert changes(before, after) == Changes(changed=frozenset({root / "a", b, c}))
    # A change behind the link happens there.
    assert {str(root / "a"), str(b / "words"), str(new)} <= after.places


@links
def test_links_that_lead_around_end(tmp_path: Path) -> None:
    """A link to itself, to nothing, to a folder above and two that lead to each other are survived."""
    folder = plugin(tmp_path / "a")
    (folder / "itself").symlink_to(folder / "itself")
    (folder / "nothing.py").symlink_to(tmp_path / "nothing")
    (folder / "x" / "y").mkdir(parents=True)
    (folder / "x" / "y" / "up").symlink_to(folder / "x")
    (folder / "x" / "y" / "top").symlink_to(folder)
    (folder / "x" / "root").symlink_to(tmp_path)
    (folder / "x" / "f.txt").touch()
    found = names(folder)
    assert "x/f.txt" in found
    assert len(found) < 20


def test_a_folder_that_cannot_be_looked_into_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What vanishes or is forbidden while one looks counts as absent."""
    a, b = plugin(tmp_path / "a"), plugin(tmp_path / "b")
    scandir = os.scandir

    def vanishing(path: str) -> object:
        if path == str(b / "forbidden"):
            raise PermissionError(path)
        entries = scandir(path)
        if path == str(a):
            with entries:
                listed = list(entries)
            shutil.rmtree(a)
            return nullcontext(listed)
        return entries

    (b / "forbidden").mkdir()
    monkeypatch.setattr(os, "scandir", vanishing)
    assert list(look([tmp_path]).folders) == [b]


def test_a_plugin_of_very_many_files_takes_bounded_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a plugin that holds a corpus only the files near its top are looked at."""
    monkeypatch.setattr("qualia._plugins.scan._MOST_ENTRIES", 10)
    folder = plugin(tmp_path / "a")
    for depth in range(1, 12):
        below = folder.joinpath(*["deep"] * depth)
        below.mkdir()
        (below / "f.txt").touch()
    found = names(folder)
    assert {"__init__.py", "plugin.toml", "deep/f.txt"} <= set(found)
    assert len(found) < 10


def test_a_folder_of_the_same_name_is_told_apart(tmp_path: Path) -> None:
    """What a path leads to has an identity; a path that leads nowhere has none."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert identity(str(tmp_path / "a")) == identity(str(tmp_path / "a")) != identity(str(tmp_path / "b"))
    assert identity(str(tmp_path / "c")) is None


looks = st.dictionaries(
    st.sampled_from([Path(name) for name in "abcd"]), st.integers(0, 2).map(lambda n: (("f", n, n, n),)), max_size=4
).map(Look)


@given(before=looks, after=looks)
def test_changes_lead_from_one_look_to_the_other(before: Look, after: Look) -> None:
    """Changes name each folder once, none that is equal, and taken together make one look out of the other."""
    found = changes(before, after)
    assert bool(found) == (before != after)
    assert not (found.added & found.changed or found.changed & found.removed or found.added & found.removed)
    made = {folder: each for folder, each in before.folders.items() if folder not in found.removed}
    made |= {folder: after.folders[folder] for folder in found.added | found.changed}
    assert made == after.folders
    assert all(before.folders[folder] != after.folders[folder] for folder in found.changed)
    assert changes(after, before) == Changes(added=found.removed, changed=found.changed, removed=found.added)
