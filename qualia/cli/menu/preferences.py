"""Settings and upkeep: what is set, the cache, the history, this machine, and what the menu keeps."""

from __future__ import annotations

from attrs import evolve

from qualia.cli.menu.asking import Choice, chosen, shown
from qualia.cli.menu.memory import Kept
from qualia.cli.menu.session import Branch, Session
from qualia.cli.words import _, heading, speaking, spoken


def preferences(session: Session) -> None:
    """Ask what to look at or change, until somebody goes back."""
    last = ""
    while True:
        # The language may have been changed in here.
        with speaking(session.language or spoken()):
            last = session.step(_("Settings and upkeep"), _branches(session), default=last)


def _branches(session: Session) -> list[tuple[Choice, Branch]]:
    found: list[tuple[Choice, Branch]] = [
        (Choice("show", _("show the settings"), _("each with its value and where it came from")), show_settings)
    ]
    if session.has("doctor"):
        found.append((Choice("doctor", _("check this installation"), _("what is missing, and what helps")), doctor))
    if session.has("cache"):
        found.append((Choice("cache", _("the cache"), _("results that are kept so that nothing runs twice")), cache))
    if session.has("history"):
        found.append((Choice("history", _("earlier runs"), _("what was run here, when and with what")), history))
    if session.has("init"):
        found.append((Choice("init", _("make this folder a project"), _("so that results are kept with it")), init))
    return [
        *found,
        (Choice("language", heading("language"), "English, português"), language),
        (Choice("recent", _("files used lately"), _("clear the list, or keep none")), recent),
    ]


def show_settings(session: Session) -> None:
    """Show every setting."""
    session.run(["config", "show"])


def doctor(session: Session) -> None:
    """Check the installation."""
    session.run(["doctor"])


def init(session: Session) -> None:
    """Make the present folder a project."""
    session.run(["init"])


def cache(session: Session) -> None:
    """Show how the cache is used, or clear it once that was confirmed."""
    ways = [Choice("stats", _("show how it is used")), Choice("clear", _("clear it"))]
    way = chosen(session.asker, _("The cache"), ways)
    if way == "stats":
        session.run(["cache", "stats"])
    elif session.asker.confirm(_("Everything will have to be computed again. Clear it?"), default=False):
        session.run(["cache", "clear", "--yes"])


def history(session: Session) -> None:
    """Show the latest runs, one of them in full, or how to report it."""
    ways = [
        Choice("list", _("list the latest")),
        Choice("show", _("show the last one in full"), _("its steps, their params, times and errors")),
        Choice("methods", _("write the methods paragraph for the last one"), _("with its references")),
    ]
    way = chosen(session.asker, _("Earlier runs"), ways)
    session.run(["history", "list"] if way == "list" else ["history", way, "last"])


def language(session: Session) -> None:
    """Ask for the language of the menu and of the commands it runs, and keep it."""
    ways = [Choice("en", "English"), Choice("pt-BR", "português (Brasil)")]
    session.language = chosen(session.asker, _("Which language?"), ways, default=spoken())
    kept = session.memory.read()
    if kept.remembers:
        session.memory.write(evolve(kept, language=session.language))


def recent(session: Session) -> None:
    """Show which files are remembered; forget them, or remember none from now on."""
    kept = session.memory.read()
    for path in kept.files:
        session.show_line(shown(path))
    session.asker.tell(_("kept in {path}", path=shown(str(session.memory.path))))
    switch = (
        Choice("off", _("remember none from now on"), _("and forget those there are"))
        if kept.remembers
        else Choice("on", _("remember them from now on"))
    )
    clear = [Choice("clear", _("forget them"))] if kept.files else []
    way = chosen(session.asker, _("Files used lately"), [*clear, switch])
    changed = Kept(language=kept.language, remembers=kept.remembers if way == "clear" else way == "on")
    if not session.memory.write(changed):
        session.asker.tell(
            _("{path} cannot be written, so nothing is remembered", path=shown(str(session.memory.path)))
        )
