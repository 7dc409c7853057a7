"""What the section of the backups says: that there are none here, what is being done, and what it asks for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from attrs import frozen

from qualia_tui.model import facts
from qualia_tui.model.backups_view import PREFIX
from qualia_tui.model.folders import typed_path
from qualia_tui.model.state import JobFacts
from qualia_tui.sections.operating import Unfinished
from qualia_tui.sections.section import Section
from qualia_tui.words import _, sentence_of

_CHANGING = frozenset(f"{PREFIX}{name}" for name in ("create", "drill", "export", "prune", "restore", "verify"))
_LOCKED = frozenset({"WrongKey", "WrongArchiveKey"})
"""Errors that say that a key, or another one, is needed."""
_UNREAD = "WrongPolicy"
"""The error that says, among other things, that a file with a key cannot be read."""


def absent() -> str:
    """Return what is said where nothing makes backups."""
    return _("backups are not installed here; run: pip install 'qualia-core[ops]'")


def changing(jobs: Iterable[JobFacts]) -> tuple[JobFacts, ...]:
    """Return what was begun through the host that makes, reads or removes snapshots, by whomever."""
    return tuple(job for job in jobs if job.kind == "operation" and job.name in _CHANGING)


@frozen
class Ends:
    """What has ended of what was begun, as far as it was seen; it outlives a host that is set off for anew."""

    over: frozenset[str] = frozenset()
    under_way: frozenset[str] = frozenset()
    lost: str = ""
    """What is said of something that was seen under way and its host did not live to finish; empty for nothing."""


def ends_of(jobs: Iterable[JobFacts], before: Ends) -> Ends:
    """Return what has ended by now.

    Args:
        jobs: what was begun through the host.
        before: what had ended at the last look.
    """
    known = changing(jobs)
    over = frozenset(job.id for job in known if job.is_over)
    under_way = (before.under_way - over) | {job.id for job in known if not job.is_over}
    lost = [job for job in known if job.state == "lost" and job.id in before.under_way]
    told = _("not finished: {what}; its host was ended before that", what=doing(lost[-1].name)) if lost else ""
    return Ends(over, under_way, told)


async def asked_key(section: Section, error: Unfinished, keys: Sequence[tuple[str, str]]) -> tuple[str, str] | None:
    """Ask for the file that opens a snapshot, if that is what went wrong; return its param and path, None for nothing.

    Args:
        section: what asks.
        error: why it could not be opened.
        keys: what was tried, as params and paths.
    """
    console = section.console_app
    is_wanting = error.kind in _LOCKED or (bool(keys) and error.kind == _UNREAD)
    if not is_wanting or console.look.read_only:
        return None
    console.tell(sentence_of(error), "warn")
    param = keys[0][0] if keys else "identity" if "--identity" in error.reason else "password_file"
    title = _("The file with its password, on the host's machine")
    if param == "identity":
        title = _("The file with its key, on the host's machine")
    typed = await console.prompt(title)
    if not typed:
        return None
    console.tell("")
    home = str(Path.home())
    return param, typed_path(typed, facts.text(console.model.host, "project") or home, home=home)


def doing(operation: str) -> str:
    """Return what an operation does, in a few words."""
    return {
        f"{PREFIX}create": _("making a snapshot"),
        f"{PREFIX}verify": _("reading it through"),
        f"{PREFIX}restore": _("going back"),
        f"{PREFIX}prune": _("clearing up"),
        f"{PREFIX}drill": _("rehearsing a restore"),
        f"{PREFIX}export": _("copying it"),
    }.get(operation, _("looking"))
