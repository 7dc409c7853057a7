"""How the backups of a project are, told by names and notes alone: no archive is opened to look."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from attrs import frozen

from qualia._files import why_unread
from qualia.errors import QualiaError
from qualia.health import Component, Surroundings
from qualia_ops.backup.create import name_of
from qualia_ops.backup.engines import choice_in_project
from qualia_ops.backup.restic.notes import Note, notes_in
from qualia_ops.backup.store import archives_in, checks, verified_at

NAME = "backups"
OLD_S = 26 * 3600.0
"""A day, and two hours for one that began late."""
UNREAD_S = 8 * 86_400.0
"""How long a repository of restic may go without a drill: a week, and a day for one that began late."""
_STAMP = re.compile(r"-(\d{8}T\d{6}Z)-[0-9a-f]{6}\.")
_MAKE_ONE = "make one with: qualia backup create"
_MEND = "mend that, and see with: qualia backup list"


@frozen(kw_only=True)
class Kept:
    """An archive, as far as its name and the notes tell."""

    path: Path
    at: datetime
    """When it was made."""
    verified_at: datetime | None
    """When every byte of it was last found right; None for never, or not any more."""


def kept_in(folder: Path) -> tuple[Kept, ...]:
    """Return the archives of a folder that go by the name they were given, the newest first.

    Raises:
        OSError: the folder cannot be read.
    """
    notes = checks(folder)
    found: list[Kept] = []
    for path in archives_in(folder):
        stamp = _STAMP.search(path.name)
        # A name that only looks like one of ours, or an archive that was removed meanwhile, is none of them.
        with suppress(ValueError, FileNotFoundError):
            if stamp is not None:
                at = datetime.strptime(stamp[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
                found.append(Kept(path=path, at=at, verified_at=verified_at(path, path.stat(), notes)))
    return tuple(sorted(found, key=lambda each: (each.at, each.path.name), reverse=True))


@frozen
class Backups:
    """The check that tells how old the newest snapshot is, and whether it was verified."""

    surroundings: Surroundings
    environ: Mapping[str, str] = os.environ

    @property
    def name(self) -> str:
        """What its component is called."""
        return NAME

    def look(self) -> Component:
        """Return how the backups are now; a project that has none yet is not worse for it."""
        project, state = self.surroundings.project, self.surroundings.state_dir
        if project is None or state is None:
            return Component(name=NAME, status="unknown", reason="there is no project to keep snapshots of")
        named = self.environ.get("BACKUP_DIR")
        folder = Path(named).expanduser() if named else state / "backups"
        try:
            if choice_in_project(project, self.environ).engine != "archive":
                return self._of_restic(tuple(notes_in(folder).values()))
            found = kept_in(folder)
        except QualiaError as error:
            # Whoever makes them by a timer meets the same, and makes none.
            return Component(name=NAME, status="degraded", reason=str(error), remedy=_MEND)
        except OSError as error:
            reason = f"{error.filename or folder} cannot be read: {why_unread(error)}"
            return Component(name=NAME, status="degraded", reason=reason, remedy=_MEND)
        if named:
            found = tuple(each for each in found if each.path.name.startswith(f"{name_of(project)}-2"))
        return self._of(found)

    def _of_restic(self, found: tuple[Note, ...]) -> Component:
        """Return how a repository is by what was noted here: it is read through by drills, not each time it grows."""
        if not found:
            return self._of(())
        now_s = self.surroundings.wall()
        newest_s = max(each.created_at.timestamp() for each in found)
        read_s = max((each.verified_at.timestamp() for each in found if each.verified_at), default=None)
        unread_s = now_s - (read_s or min(each.created_at.timestamp() for each in found))
        facts: dict[str, int | float | bool | None] = {
            "count": len(found),
            "newest_at_s": newest_s,
            "age_s": max(0.0, now_s - newest_s),
            "verified": unread_s <= UNREAD_S,
            "newest_verified_at_s": read_s,
        }
        told, remedy = "", ""
        if now_s - newest_s > OLD_S:
            told, remedy = f"the newest snapshot is {(now_s - newest_s) / 3600:.0f} hours old", _MAKE_ONE
        elif unread_s > UNREAD_S:
            told = f"no snapshot was read through for {unread_s / 86_400:.0f} days"
            remedy = "rehearse with one: qualia backup drill"
        return Component(name=NAME, status="degraded" if told else "ok", reason=told, remedy=remedy, facts=facts)

    def _of(self, found: tuple[Kept, ...]) -> Component:
        unverified = sum(each.verified_at is None for each in found)
        facts: dict[str, int | float | bool | None] = {"count": len(found), "unverified": unverified}
        if not found:
            return Component(
                name=NAME, status="unknown", reason="there is no snapshot yet", remedy=_MAKE_ONE, facts=facts
            )
        newest = found[0]
        age_s = max(0.0, self.surroundings.wall() - newest.at.timestamp())
        verified_s = [each.at.timestamp() for each in found if each.verified_at is not None]
        facts |= {
            "newest_at_s": newest.at.timestamp(),
            "age_s": age_s,
            "verified": newest.verified_at is not None,
            "newest_verified_at_s": max(verified_s, default=None),
        }
        if not verified_s:
            told = "no snapshot is known to be whole"
            return Component(
                name=NAME, status="failing", reason=told, remedy="read one with: qualia backup verify", facts=facts
            )
        if newest.verified_at is None:
            told = "the newest snapshot is not known to be whole"
            return Component(
                name=NAME, status="degraded", reason=told, remedy="read it with: qualia backup verify", facts=facts
            )
        if age_s > OLD_S:
            told = f"the newest snapshot is {age_s / 3600:.0f} hours old"
            return Component(name=NAME, status="degraded", reason=told, remedy=_MAKE_ONE, facts=facts)
        return Component(name=NAME, status="ok", facts=facts)


def backups(surroundings: Surroundings) -> Backups:
    """Return the check of the project's backups."""
    return Backups(surroundings)
