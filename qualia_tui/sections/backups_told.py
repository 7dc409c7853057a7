"""What the section of the backups says: that there are none here, what is being done, and what it asks for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from qualia_tui.model import facts
from qualia_tui.model.backups_view import PREFIX
from qualia_tui.model.folders import typed_path
from qualia_tui.sections.operating import Unfinished
from qualia_tui.sections.section import Section
from qualia_tui.words import _, sentence_of

_LOCKED = frozenset({"WrongKey", "WrongArchiveKey"})
"""Errors that say that a key, or another one, is needed."""
_UNREAD = "WrongPolicy"
"""The error that says, among other things, that a file with a key cannot be read."""


def absent() -> str:
    """Return what is said where nothing makes backups."""
    return _("backups are not installed here; run: pip install 'qualia-core[ops]'")


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
