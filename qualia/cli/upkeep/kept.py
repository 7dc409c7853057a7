"""``qualia cache``: how much is kept on the disk, whether it is sound, and throwing it away."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from attrs import frozen

from qualia._engine.cache.upkeep import Survey, Verification, disk_bytes, drop, remove, survey
from qualia._engine.cache.upkeep import verify as verify_file
from qualia._engine.fingerprint import older_key
from qualia._safe import safe_line
from qualia.cli.amounts import told_bytes
from qualia.cli.exit_codes import ExitCode
from qualia.cli.forms import data_text
from qualia.cli.output import Face, format_of
from qualia.cli.pretty import table
from qualia.cli.upkeep.consent import consented
from qualia.cli.upkeep.places import CACHE, HISTORY, state_of
from qualia.cli.upkeep.times import age_of, before, told_moment
from qualia.cli.words import _, heading, translated
from qualia.errors import HistoryUnreadable
from qualia.history import History
from qualia.result import Result
from qualia.settings import Settings

_DAYS = 30


@frozen(kw_only=True)
class _Answered:
    """How many steps of the last days the cache answered, as the history counts them."""

    steps: int
    cached: int


def stats(asked: argparse.Namespace, face: Face) -> None:
    """Tell how much is kept, of which plugins, and how often it was of use.

    Raises:
        WrongUsage: there is no project here.
        CacheUnreadable: the file is damaged, or cannot be read.
    """
    form = format_of(asked.format, None)
    settings, state = state_of(asked)
    path = state / CACHE
    found, answered = survey(path), _answered(state)
    if form != "pretty":
        face.data(data_text(_facts(path, settings, found, answered), form), form=form)
        return
    parts = [table(list(_told(path, settings, found, answered)), width=face.width)]
    if found.plugins:
        rows = [(each.plugin or "?", str(each.entries), told_bytes(each.size_bytes)) for each in found.plugins]
        parts.append(table(rows, headings=(_("plugin"), heading("results"), heading("size")), width=face.width))
    face.pages("\n\n".join(parts))


def _answered(state: Path) -> _Answered | None:
    """Count the steps of the last days; None when no history tells of them."""
    untold: list[str] = []
    history = History(state / HISTORY, wall=lambda: datetime.now(UTC).timestamp(), warn=untold.append)
    with closing(history), suppress(HistoryUnreadable):
        days = [each for each in history.daily(days=_DAYS) if each.outcome == "ok"]
        return _Answered(steps=sum(each.steps for each in days), cached=sum(each.cached for each in days))
    return None


def _told(path: Path, settings: Settings, found: Survey, answered: _Answered | None) -> Iterator[tuple[str, str]]:
    yield heading("file"), str(path)
    yield heading("results"), str(found.entries)
    yield heading("size"), told_bytes(found.size_bytes)
    bound = settings.cache_disk_max_bytes
    share = f" ({found.file_bytes / bound:.0%})" if bound else ""
    yield heading("on the disk"), f"{told_bytes(found.file_bytes)}{share}"
    yield heading("at most"), told_bytes(bound) if bound else _("nothing is kept (cache_disk_max_bytes = 0)")
    if found.oldest is not None:
        yield heading("used least recently"), told_moment(found.oldest)
    if found.newest is not None:
        yield heading("used last"), told_moment(found.newest)
    if answered is not None and answered.steps:
        share = f"{answered.cached / answered.steps:.0%}"
        sentence = "{cached} of {steps} steps ({share})"
        told = _(sentence, cached=answered.cached, steps=answered.steps, share=share)
        yield _("answered in {days} days", days=_DAYS), told


def _facts(path: Path, settings: Settings, found: Survey, answered: _Answered | None) -> dict[str, Any]:
    return {
        "path": str(path),
        "entries": found.entries,
        "size_bytes": found.size_bytes,
        "file_bytes": found.file_bytes,
        "max_bytes": settings.cache_disk_max_bytes,
        "oldest": found.oldest and found.oldest.isoformat(),
        "newest": found.newest and found.newest.isoformat(),
        "plugins": [
            {"plugin": each.plugin, "entries": each.entries, "size_bytes": each.size_bytes} for each in found.plugins
        ],
        "answered": answered and {"days": _DAYS, "steps": answered.steps, "cached": answered.cached},
    }


def clear(asked: argparse.Namespace, face: Face) -> None:
    """Throw kept results away, after asking: all of them, or those of one plugin or age.

    Raises:
        WrongUsage: the age is none, or nobody can be asked and ``--yes`` is missing.
        WorkUndone: the person asked said no.
        CacheUnreadable: the file cannot be changed.
    """
    _settings, state = state_of(asked)
    path = state / CACHE
    if asked.plugin is None and asked.older_than is None:
        _clear_all(path, asked, face)
        return
    since = None
    if asked.older_than is not None:
        since = before(datetime.now(UTC), age_of(asked.older_than, option="--older-than"))
    chosen = drop(path, plugin=asked.plugin, unused_since=since, dry_run=True)
    if asked.dry_run:
        sentence = "results that would go: {count} ({size}); --dry-run changes nothing"
        face.data(_(sentence, count=chosen.entries, size=told_bytes(chosen.size_bytes)))
        return
    if chosen.entries:
        sentence = "Throw kept results away ({count}, {size})?"
        consented(asked, _(sentence, count=chosen.entries, size=told_bytes(chosen.size_bytes)))
        chosen = drop(path, plugin=asked.plugin, unused_since=since)
    sentence = "results that went: {count} ({size}); the file keeps its size, and the room in it is used again"
    face.data(_(sentence, count=chosen.entries, size=told_bytes(chosen.size_bytes)))


def _clear_all(path: Path, asked: argparse.Namespace, face: Face) -> None:
    """Remove the whole file, without reading it, so that a broken one goes too."""
    size = disk_bytes(path)
    if not size:
        face.data(_("nothing is kept here"))
        return
    if asked.dry_run:
        face.data(_("the whole cache would go ({size}); --dry-run changes nothing", size=told_bytes(size)))
        return
    consented(asked, _("Throw all kept results away ({size})?", size=told_bytes(size)))
    face.data(_("the cache is empty; {size} were freed", size=told_bytes(remove(path))))


def verify(asked: argparse.Namespace, face: Face) -> ExitCode:
    """Look at every entry; it ends with 1 when something is damaged, repaired or not.

    Raises:
        WrongUsage: there is no project here.
        CacheUnreadable: the file cannot be read, or not be repaired.
    """
    form = format_of(asked.format, None)
    _settings, state = state_of(asked)
    path = state / CACHE

    def tell(entries: int) -> None:
        if face.shows_progress:
            face.note(_("results looked at: {count} ...", count=entries))

    found = verify_file(path, keys=_keys, repair=asked.repair, tell=tell)
    if form != "pretty":
        face.data(data_text(_verified_facts(path, found), form), form=form)
    else:
        face.data("\n".join(_verified(found, width=face.width)))
    if (found.damaged or found.trouble) and not asked.repair:
        face.note(_("`qualia cache verify --repair` removes what is damaged; it is computed anew when it is needed"))
    return ExitCode.FAILED if found.damaged or found.trouble else ExitCode.OK


def _keys(result: Result[Any]) -> tuple[str, ...]:
    """Return the keys that a result may lie under: its own, and that of the latest answer to the same call."""
    made = result.provenance
    return result.key, older_key(made.plugin, params=made.params, inputs=made.inputs)


def _verified(found: Verification, *, width: int | None) -> Iterator[str]:
    if found.trouble:
        yield _("the file as a whole is damaged: {reason}", reason=safe_line(translated(found.trouble)))
    if found.damaged:
        sentence = "damaged results: {damaged} of {count}"
        yield _(sentence, damaged=len(found.damaged), count=found.entries)
        rows = [(each.plugin or "?", told_bytes(each.size_bytes), translated(each.reason)) for each in found.damaged]
        yield table(rows, headings=(_("plugin"), heading("size"), heading("what is wrong")), width=width)
    if not found.damaged and not found.trouble:
        yield _("results: {count}, all sound", count=found.entries)
    if found.aside is not None:
        yield _("the damaged file is {path} now, and a new one is begun", path=safe_line(str(found.aside)))
    elif found.removed:
        yield _("damaged results removed: {count}", count=found.removed)


def _verified_facts(path: Path, found: Verification) -> dict[str, Any]:
    return {
        "path": str(path),
        "entries": found.entries,
        "trouble": found.trouble,
        "damaged": [
            {"plugin": each.plugin, "size_bytes": each.size_bytes, "reason": each.reason} for each in found.damaged
        ],
        "removed": found.removed,
        "aside": None if found.aside is None else str(found.aside),
    }
