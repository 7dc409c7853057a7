"""Plugins: list them, look at one, switch one on or off."""

from __future__ import annotations

from qualia.cli.menu.asking import Choice
from qualia.cli.menu.choosing import ask_any
from qualia.cli.menu.session import Session
from qualia.cli.words import _


def plugins(session: Session) -> None:
    """Ask what to do with plugins, until somebody goes back."""
    branches = [
        (Choice("list", _("list them"), _("with their state, and why one cannot be used")), show_all),
        (Choice("inspect", _("look at one"), _("what it does, needs and takes")), inspect),
        (Choice("enable", _("switch one on")), enable),
        (Choice("disable", _("switch one off")), disable),
    ]
    session.choose_branch(_("Plugins"), branches)


def show_all(session: Session) -> None:
    """List every plugin."""
    session.run(["list"])


def inspect(session: Session) -> None:
    """Ask for a plugin and show it."""
    with session.core() as core:
        plugin = ask_any(session.asker, _("Which plugin?"), list(core.plugins.values()))
    session.run(["inspect", plugin])


def enable(session: Session) -> None:
    """Ask for a plugin that is switched off and switch it on."""
    with session.core() as core:
        infos = [info for info in core.plugins.values() if info.state == "disabled"]
    if not infos:
        session.asker.tell(_("none is switched off"))
        return
    session.run(["plugins", "enable", ask_any(session.asker, _("Which plugin?"), infos)])


def disable(session: Session) -> None:
    """Ask for a plugin that is on and switch it off."""
    with session.core() as core:
        infos = [info for info in core.plugins.values() if info.state != "disabled"]
    session.run(["plugins", "disable", ask_any(session.asker, _("Which plugin?"), infos)])
