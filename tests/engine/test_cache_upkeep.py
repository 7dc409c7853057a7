"""The cache's file seen from outside: what is in it, whether it is sound, and dropping parts of it."""

from __future__ import annotations

import os
import re
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from qualia import Result
from qualia._engine.cache import DiskCache
from qualia._engine.cache.upkeep import drop, quick_trouble, remove, survey, verify
from qualia.errors import CacheUnreadable
from tests.engine import places
from tests.engine.places import STEP, Place, answer

place = places.place


def of(plugin: str, value: object, key: str) -> Result[Any]:
    """Return a result of a plugin."""
    return evolve(answer(value, key), provenance=evolve(STEP, plugin=plugin))


@pytest.fixture
def filled(place: Place) -> DiskCache:
    """Return a cache with three results of two plugins, an hour between the moments they were put there."""
    cache = place.open()
    for plugin, key in (("words", "a"), ("words", "b"), ("mood", "c")):
        cache.put(key, of(plugin, f"value {key} " * 20, key))
        place.clock.now_s += 3600
    return cache


def change(path: Path, statement: str, *values: object) -> None:
    """Change the file as damage would."""
    db = sqlite3.connect(path)
    with db:
        db.execute(statement, values)
    db.close()


def moment(place: Place, *, hours_ago: float) -> datetime:
    """Return a moment some hours before the clock's."""
    return datetime.fromtimestamp(place.clock.now_s - hours_ago * 3600, UTC)


def garbage(path: Path) -> None:
    """Put something in its place that is no database."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"this is a shopping list, not a database " * 200)


# ------------------------------------------------------------------------------------------------------ what is in it


def test_a_survey_counts_by_plugin(place: Place, filled: DiskCache) -> None:
    """Entries, bytes and moments of use are told, and what each plugin has, the most first; the cache stays in use."""
    found = survey(place.path)
    assert [(each.plugin, each.entries) for each in found.plugins] == [("words", 2), ("mood", 1)]
    assert found.entries == 3
    assert found.size_bytes == sum(each.size_bytes for each in found.plugins)
    assert found.file_bytes >= found.size_bytes
    assert (found.oldest, found.newest) == (moment(place, hours_ago=3), moment(place, hours_ago=1))
    kept = filled.get("a")
    assert kept is not None and kept.value == "value a " * 20


def test_no_file_holds_nothing_and_none_is_made(place: Place) -> None:
    """Looking, checking and dropping where nothing was kept is fine, and makes no file."""
    assert survey(place.path).entries == 0
    assert survey(place.path).oldest is None
    assert verify(place.path, repair=True).entries == 0
    assert drop(place.path).entries == 0
    assert remove(place.path) == 0
    assert quick_trouble(place.path) == ""
    assert not place.path.parent.exists()


def test_a_long_head_still_tells_its_plugin(place: Place) -> None:
    """A plugin is known by the first bytes, also where its params alone are longer than what is read."""
    long = evolve(STEP, plugin="words", params={"skip": ["word"] * 5000})
    place.open().put("a", evolve(answer(1, "a"), provenance=long))
    assert [each.plugin for each in survey(place.path).plugins] == ["words"]


def test_an_entry_that_tells_nothing_is_counted_without_a_plugin(place: Place, filled: DiskCache) -> None:
    """A survey does not stumble over entries of which nothing can be made."""
    filled.close()
    change(
        place.path,
        "UPDATE entries SET body = x'00', used_us = 'never' WHERE used_us = (SELECT max(used_us) FROM entries)",
    )
    change(place.path, "INSERT INTO entries VALUES(1, ?, x'', 'text')", 2**61)
    found = survey(place.path)
    assert found.entries == 4
    assert {each.plugin: each.entries for each in found.plugins} == {"words": 2, "": 2}


@pytest.mark.parametrize("ask", [survey, drop, verify, quick_trouble])
def test_what_is_no_file_is_an_error(place: Place, ask: Any) -> None:
    """A folder in the file's place is told of; nothing is removed."""
    place.path.mkdir(parents=True)
    with pytest.raises(CacheUnreadable, match="no ordinary file"):
        ask(place.path)
    assert place.path.is_dir()


@pytest.mark.parametrize("ask", [survey, drop])
def test_what_is_no_database_is_an_error(place: Place, ask: Any) -> None:
    """Counting in a file that is none of ours, or dropping from it, is refused in a sentence that names it."""
    garbage(place.path)
    with pytest.raises(CacheUnreadable, match=r"cache\.db.*not a database"):
        ask(place.path)


def test_another_programs_database_is_an_error(place: Place) -> None:
    """A database without our mark is left as it is."""
    place.path.parent.mkdir(parents=True)
    change(place.path, "CREATE TABLE entries(id, used_us, sum, body)")
    with pytest.raises(CacheUnreadable, match="not a cache of results"):
        drop(place.path)


def test_a_file_in_a_folder_that_cannot_be_written_is_read(
    place: Place, filled: DiskCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where SQLite cannot open its log, the file is read as it stands."""
    filled.close()
    connect: Any = sqlite3.connect

    class Refused(sqlite3.Connection):
        def execute(self, *_: Any) -> sqlite3.Cursor:
            raise sqlite3.OperationalError("unable to open database file")

    def connected(address: str, **more: Any) -> sqlite3.Connection:
        return connect(address, **more | ({"factory": Refused} if address.endswith("mode=ro") else {}))

    monkeypatch.setattr(sqlite3, "connect", connected)
    with pytest.raises(CacheUnreadable, match="unable to open"):
        survey(place.path)
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert survey(place.path).entries == 3


# -------------------------------------------------------------------------------------------------- whether it is sound


def test_a_sound_cache_is_found_sound(place: Place, filled: DiskCache) -> None:
    """Every entry is looked at, and nothing is said of it."""
    found = verify(place.path)
    assert (found.entries, found.damaged, found.trouble, found.removed, found.aside) == (3, (), "", 0, None)
    filled.close()
    assert quick_trouble(place.path) == ""


def test_a_long_look_tells_how_far_it_is(place: Place, filled: DiskCache, monkeypatch: pytest.MonkeyPatch) -> None:
    """Now and then it is told how many entries were looked at."""
    from qualia._engine.cache import upkeep

    monkeypatch.setattr(upkeep, "_TOLD_EVERY", 2)
    told: list[int] = []
    assert verify(place.path, tell=told.append).entries == 3
    assert told == [2]


def test_a_result_may_lie_under_other_keys_that_are_told(place: Place) -> None:
    """The keys a result may have are the caller's to name; under any other it is damaged."""
    place.open().put("kept under this", of("words", 1, "own key"))
    assert [each.reason for each in verify(place.path).damaged] == ["it lies under another key"]
    assert verify(place.path, keys=lambda result: (result.key, "kept under this")).damaged == ()


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        (
            "UPDATE entries SET body = substr(body, 1, length(body) - 1)",
            "not a result|checksum|JSON|Unterminated|Expecting",
        ),
        ("UPDATE entries SET sum = zeroblob(32)", "checksum"),
        ("UPDATE entries SET body = x'0000'", "not a result"),
        ("UPDATE entries SET body = 'text'", "no bytes"),
        ("UPDATE entries SET id = id + 1", "another key"),
    ],
)
def test_each_kind_of_damage_is_found_and_repaired(
    place: Place, filled: DiskCache, statement: str, reason: str
) -> None:
    """Damaged entries are told with their reason; repairing removes these and no others, and then all is sound."""
    filled.close()
    change(place.path, f"{statement} WHERE id = (SELECT min(id) FROM entries)")
    found = verify(place.path)
    assert (found.entries, len(found.damaged), found.removed) == (3, 1, 0)
    assert re.search(reason, found.damaged[0].reason)
    assert verify(place.path, repair=True).removed == 1
    assert verify(place.path).entries == 2
    assert verify(place.path).damaged == ()


def test_a_repair_leaves_what_was_mended_meanwhile(
    place: Place, filled: DiskCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An entry that somebody computed anew between the look and the repair stays."""
    change(place.path, "UPDATE entries SET sum = zeroblob(32) WHERE id = (SELECT min(id) FROM entries)")
    damaged = next(key for key in "abc" if filled.get(key) is None)
    change(place.path, "DELETE FROM entries WHERE sum = zeroblob(32)")
    filled.put(damaged, of("words", "value", damaged))
    change(
        place.path, "UPDATE entries SET sum = zeroblob(32) WHERE length(body) = (SELECT min(length(body)) FROM entries)"
    )
    from qualia._engine.cache import upkeep

    look = upkeep._why_damaged

    def mended(row_id: int, checksum: object, body: object, keys: Any) -> str:
        told = look(row_id, checksum, body, keys)
        if told:
            filled.put(damaged, of("words", "mended", damaged))
        return told

    monkeypatch.setattr(upkeep, "_why_damaged", mended)
    found = verify(place.path, repair=True)
    assert (len(found.damaged), found.removed) == (1, 0)
    kept = filled.get(damaged)
    assert kept is not None and kept.value == "mended"


def test_a_file_that_is_damaged_as_a_whole_is_set_aside(place: Place) -> None:
    """What is no database is told of, and repairing puts it aside, so that a new one is begun."""
    garbage(place.path)
    assert "not a database" in verify(place.path).trouble
    assert "not a database" in quick_trouble(place.path)
    assert place.path.exists()
    found = verify(place.path, repair=True)
    assert found.aside == Path(f"{place.path}.damaged")
    assert Path(f"{place.path}.damaged").exists() and not place.path.exists()
    cache = place.open()
    cache.put("a", answer(1, "a"))
    assert survey(place.path).entries == 1


def test_torn_pages_are_found(place: Place, filled: DiskCache) -> None:
    """Zeros in the middle of the file are damage of the whole, whatever the entries look like."""
    filled.close()
    size = place.path.stat().st_size
    with place.path.open("r+b") as file:
        file.seek(4096)
        file.write(bytes(size - 4096))
    found = verify(place.path, repair=True)
    assert found.trouble and found.aside is not None


def test_a_locked_file_is_told_of(place: Place, filled: DiskCache, monkeypatch: pytest.MonkeyPatch) -> None:
    """While another program writes, looking works and dropping is refused in a sentence."""
    from qualia._engine.cache import file

    monkeypatch.setattr(file, "_BUSY_S", 0.01)
    other = sqlite3.connect(place.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        assert survey(place.path).entries == 3
        assert verify(place.path).entries == 3
        with pytest.raises(CacheUnreadable, match="locked"):
            drop(place.path)
    finally:
        other.close()
    assert survey(place.path).entries == 3


# ---------------------------------------------------------------------------------------------------------- dropping


def test_only_what_one_plugin_gave_is_dropped(place: Place, filled: DiskCache) -> None:
    """The others stay, in the file and for the process that has it open."""
    assert drop(place.path, plugin="words", dry_run=True).entries == 2
    assert survey(place.path).entries == 3
    dropped = drop(place.path, plugin="words")
    assert dropped.entries == 2 and dropped.size_bytes > 0
    assert [filled.get(key) is None for key in "abc"] == [True, True, False]
    assert drop(place.path, plugin="nobody").entries == 0


def test_only_what_was_not_used_for_long_is_dropped(place: Place, filled: DiskCache) -> None:
    """What was used after the moment stays, however old it is."""
    assert filled.get("a") is not None
    assert drop(place.path, unused_since=moment(place, hours_ago=1.5)).entries == 1
    assert [filled.get(key) is None for key in "abc"] == [False, True, False]


def test_the_whole_goes_without_being_read(place: Place, filled: DiskCache) -> None:
    """Removing works on a broken file too, tells what it freed, and those who have it open begin a new one."""
    before = survey(place.path).file_bytes
    assert remove(place.path) == before
    assert filled.get("a") is None
    filled.put("a", answer(1, "a"))
    assert survey(place.path).entries == 1
    filled.close()
    garbage(place.path)
    assert remove(place.path) > 0
    assert not place.path.exists()


def test_what_cannot_be_removed_is_told_of(place: Place, filled: DiskCache, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder in which nothing may be removed is an error in a sentence."""

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(CacheUnreadable, match="permission denied"):
        remove(place.path)
