"""One document, one plugin: analyse, clean, draw."""

from __future__ import annotations

from qualia.cli.menu.asking import Choice, chosen
from qualia.cli.menu.choosing import ask_filled
from qualia.cli.menu.files import ask_file, ask_target, ask_where, free_name, stem
from qualia.cli.menu.session import Session
from qualia.cli.menu.spelling import run_words
from qualia.cli.words import _

_SUFFIX_BY_TYPE = {
    "image/png": ".png",
    "image/svg+xml": ".svg",
    "text/html": ".html",
    "application/pdf": ".pdf",
}


def analyse(session: Session) -> None:
    """Ask for a document and an analyzer, and run it."""
    file = ask_file(session, _("Which document?"), "document")
    plugin = ask_filled(session, _("What should be found out?"), ("analyzer",), go=_("analyse with these"))
    output = ask_where(session, free_name(f"{stem(file)}-{plugin.info.id}", ".json"))
    if session.run(run_words("analyze", file, plugin.info.id, params=plugin.form.texts, output=output)) and output:
        session.memory.used(output)


def clean(session: Session) -> None:
    """Ask for a document and a document plugin, and run it."""
    file = ask_file(session, _("Which document?"), "document")
    plugin = ask_filled(session, _("What should read or clean it?"), ("document",), go=_("clean with these"))
    output = ask_where(session, free_name(f"{stem(file)}-clean", ".txt"))
    if session.run(run_words("process", file, plugin.info.id, params=plugin.form.texts, output=output)) and output:
        session.memory.used(output)


def draw(session: Session) -> None:
    """Ask for a document or result, a visualizer and a form of picture, and draw it into a file."""
    file = ask_file(session, _("Which document or result?"), "either")
    plugin = ask_filled(
        session, _("How should it be drawn?"), ("visualizer",), go=_("draw with these"), without=("format",)
    )
    suffix = _ask_suffix(session, plugin.info.produces)
    output = ask_target(session, _("File to write"), free_name(f"{stem(file)}-{plugin.info.id}", suffix))
    session.run(run_words("visualize", file, plugin.info.id, params=plugin.form.texts, output=output))


def _ask_suffix(session: Session, media_types: tuple[str, ...]) -> str:
    """Return the suffix of the kind of file somebody wants among those a visualizer makes."""
    suffixes = [_SUFFIX_BY_TYPE[each] for each in media_types if each in _SUFFIX_BY_TYPE]
    if len(suffixes) < 2:
        return suffixes[0] if suffixes else ""
    told = {
        ".png": _("a picture for any program"),
        ".svg": _("a picture that stays sharp at any size"),
        ".html": _("a page for the browser, often one that answers to the mouse"),
        ".pdf": _("for printing"),
    }
    return chosen(session.asker, _("Which kind of file?"), [Choice(each, each[1:], told[each]) for each in suffixes])
