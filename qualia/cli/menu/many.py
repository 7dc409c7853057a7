"""Many files: a whole folder now, or each file as it arrives; and results for other programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import frozen

from qualia.cli.menu.asking import Choice, chosen
from qualia.cli.menu.choosing import ask_filled
from qualia.cli.menu.files import ask_file, ask_folder, ask_place, ask_target, free_name, stem
from qualia.cli.menu.session import Branch, Session
from qualia.cli.menu.spelling import output_words, param_words
from qualia.cli.quoting import path_word
from qualia.cli.words import _

_KINDS = ("document", "analyzer", "visualizer")
_SUFFIXES: Mapping[str, str] = {
    "csv": ".csv",
    "xlsx": ".xlsx",
    "markdown": ".md",
    "html": ".html",
    "yaml": ".yaml",
    "jsonl": ".jsonl",
    "parquet": ".parquet",
}


@frozen
class Which:
    """Which files of a folder."""

    pattern: str
    """What their names look like; empty for every document."""
    is_recursive: bool
    """Whether the folders below count too."""


def many(session: Session) -> None:
    """Ask whether to work through a folder now or to watch it, until somebody goes back."""
    branches: list[tuple[Choice, Branch]] = [
        (Choice("batch", _("work through a folder"), _("the same plugin on every file in it")), batch),
        (Choice("watch", _("watch a folder"), _("each file when it arrives; Ctrl-C ends it")), watch),
    ]
    session.choose_branch(_("Many files"), [branch for branch in branches if session.has(branch[0].key)])


def batch(session: Session) -> None:
    """Ask for a folder, what to do and a place for results; show what would be done, and do it."""
    folder = ask_folder(session, _("Folder with the files"), ".")
    which = _ask_which(session)
    work = _ask_work(session, go=_("go on with these"))
    output = ask_place(session, _("Folder for the results"), free_name("results", ""))
    goes_on = session.asker.confirm(_("Go on with the others when a file fails?"), default=True)
    words = ["batch", *many_words(folder, work, output=output, which=which)]
    if not session.run([*words, "--dry-run"]):
        return
    if session.asker.confirm(_("That is what would be done. Do it?"), default=True):
        session.run([*words, *(["--continue-on-error"] if goes_on else [])])


def watch(session: Session) -> None:
    """Ask for a folder, what to do and a place for results, and watch until Ctrl-C."""
    folder = ask_folder(session, _("Folder to watch"), ".")
    which = _ask_which(session)
    work = _ask_work(session, go=_("watch with these"))
    output = ask_place(session, _("Folder for the results"), free_name("results", ""))
    session.asker.tell(_("It goes on until you press Ctrl-C."))
    session.run(["watch", *many_words(folder, work, output=output, which=which)])


def _ask_which(session: Session) -> Which:
    pattern = session.asker.text(_("Which files in it, such as *.vtt? (Enter for all documents)"), check=_is_pattern)
    return Which(pattern.strip(), session.asker.confirm(_("Those in folders below it too?"), default=False))


def _ask_work(session: Session, *, go: str) -> list[str]:
    """Return the words that say what to do with each file: a plugin with its params, or a pipeline."""
    ways = [Choice("plugin", _("one plugin")), Choice("pipeline", _("a pipeline"))]
    if chosen(session.asker, _("What should be done with each file?"), ways) == "pipeline":
        return ["--pipeline", path_word(ask_file(session, _("Which pipeline?"), "pipeline"))]
    plugin = ask_filled(session, _("Which plugin?"), _KINDS, go=go)
    return ["-p", plugin.info.id, *param_words(plugin.form.texts)]


def export(session: Session) -> None:
    """Ask for a result and a form, and write it for another program."""
    file = ask_file(session, _("Which result? (what analyse, clean or a pipeline wrote)"), "result")
    told = {
        "csv": _("a table, for every spreadsheet"),
        "xlsx": _("a workbook, for Excel and LibreOffice"),
        "markdown": _("a table for a text"),
        "html": _("a page for the browser"),
        "yaml": _("all of it, easy to read"),
        "jsonl": _("one line for each row, for programs"),
        "parquet": _("for R, pandas and the like"),
    }
    form = chosen(session.asker, _("As what?"), [Choice(each, each, told[each]) for each in _SUFFIXES])
    output = ask_target(session, _("File to write"), free_name(stem(file), _SUFFIXES[form]))
    session.run(export_words(file, form, output=output))


def many_words(folder: str, work: Sequence[str], *, output: str, which: Which) -> list[str]:
    """Return the words of ``batch`` and ``watch`` behind the command's name.

    Args:
        folder: the folder with the files.
        work: the words that say what to do with each.
        output: the folder for the results.
        which: which of its files.
    """
    pattern = [f"--pattern={which.pattern}"] if which.pattern.startswith("-") else ["--pattern", which.pattern]
    below = ["-r"] if which.is_recursive else []
    return [path_word(folder), *work, *output_words(output), *(pattern if which.pattern else []), *below]


def export_words(file: str, form: str, *, output: str) -> list[str]:
    """Return the words of ``export``."""
    return ["export", path_word(file), "-f", form, *output_words(output)]


def _is_pattern(text: str) -> str:
    return _("type a pattern for names such as *.vtt, without folders") if "/" in text else ""
