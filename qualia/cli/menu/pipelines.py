"""Pipelines: run one, look at its plan, write a new one."""

from __future__ import annotations

from pathlib import Path

from qualia.cli.menu.asking import Choice, chosen, shown
from qualia.cli.menu.files import ask_file, ask_place, free_name, stem
from qualia.cli.menu.session import Session
from qualia.cli.menu.spelling import pipeline_words
from qualia.cli.menu.wizard import write_pipeline
from qualia.cli.words import _


def pipelines(session: Session) -> None:
    """Ask what to do with pipelines, until somebody goes back."""
    branches = [
        (Choice("run", _("run a pipeline"), _("every step of a pipeline file on one document")), run_pipeline),
        (Choice("plan", _("show what a pipeline would do"), _("checks it; nothing is run")), show_plan),
        (Choice("write", _("write a new pipeline"), _("step by step; it is checked before it is run")), new_pipeline),
    ]
    session.choose_branch(_("Pipelines"), branches)


def run_pipeline(session: Session) -> None:
    """Ask for a pipeline, a document and a place for results, and run it."""
    run_this(session, ask_file(session, _("Which pipeline?"), "pipeline"))


def show_plan(session: Session) -> None:
    """Ask for a pipeline and a document, and show what would be run."""
    pipeline = ask_file(session, _("Which pipeline?"), "pipeline")
    file = ask_file(session, _("Which document?"), "document")
    session.run(pipeline_words(file, pipeline, more=["--plan"]))


def new_pipeline(session: Session) -> None:
    """Write a pipeline, check it, and offer to run it."""
    path = write_pipeline(session)
    session.memory.used(path)
    if session.run(["pipeline", "check", path]) and session.asker.confirm(_("Run it on a document now?"), default=True):
        run_this(session, path)


def run_this(session: Session, pipeline: str) -> None:
    """Ask for a document and a place for results, and run a pipeline."""
    file = ask_file(session, _("Which document?"), "document")
    ways = [
        Choice("folder", _("write every result into a folder")),
        Choice("screen", _("show here what each step gave"), _("pictures and texts are not kept then")),
    ]
    if chosen(session.asker, _("Where should the results go?"), ways) == "screen":
        session.run(pipeline_words(file, pipeline))
        return
    folder = ask_place(session, _("Folder for the results"), free_name(f"{stem(file)}-{stem(pipeline)}", ""))
    replaces = _holds_something(folder)
    question = _("{path} holds files already; replace those of the same names?", path=shown(folder))
    if replaces and not session.asker.confirm(question, default=False):
        return
    session.run(pipeline_words(file, pipeline, folder=folder, replaces=replaces))


def _holds_something(folder: str) -> bool:
    try:
        return any(Path(folder).iterdir())
    except OSError:
        return False
