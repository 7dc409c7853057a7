"""Writing a pipeline step by step: name, steps with their params, a look at the file, and saving it."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import Any

from attrs import evolve

from qualia._files import write_whole
from qualia._values import is_texts
from qualia.cli.menu.asking import LEAVING, Choice, chosen, shown
from qualia.cli.menu.choosing import ask_filled
from qualia.cli.menu.files import ask_target
from qualia.cli.menu.session import Session
from qualia.cli.words import _
from qualia.errors import InvalidPipeline
from qualia.pipeline import Pipeline, Step

_KINDS = ("document", "analyzer", "visualizer")


def write_pipeline(session: Session) -> str:
    """Ask for everything a pipeline is made of, save it, and return the path of its file.

    Raises:
        Back: somebody left it unsaved.
        UnwritableOutput: the file cannot be written.
    """
    from qualia.cli.failure import tell
    from qualia.cli.project.writing import pipeline_text

    name = session.asker.text(_("Name of the pipeline"), default=_("my-pipeline"), check=_named)
    about = session.asker.text(_("What is it for? (Enter for nothing)"))
    steps: tuple[Step, ...] = ()
    while True:
        steps = _ask_steps(session, steps)
        try:
            text = pipeline_text(Pipeline(steps=steps, name=name.strip(), description=about.strip()))
        except InvalidPipeline as error:
            # A file has no word for "nothing", which some params take.
            tell(error)
            continue
        session.asker.tell(f"\n{_('This will be the file:')}\n")
        session.show_line(shown_block(text))
        try:
            if session.asker.confirm(_("Save it?"), default=True):
                return _save(session, name, text)
        except LEAVING:
            continue


def shown_block(text: str) -> str:
    """Return the text of a file as it is shown: safe, indented, without its last line end."""
    from qualia._safe import safe_text

    return safe_text(text.rstrip("\n")).replace("\n", "\n  ")


def file_stem(name: str) -> str:
    """Return a name as one that every system takes as the name of a file."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-").lower()[:60] or "pipeline"


def free_id(plugin: str, steps: tuple[Step, ...]) -> str:
    """Return an id for one more step of a plugin: the plugin's own, or with a number."""
    taken = {step.id for step in steps}
    name, number = plugin, 2
    while name in taken:
        name, number = f"{plugin}_{number}", number + 1
    return name


def moved_up(steps: tuple[Step, ...], place: int) -> tuple[Step, ...]:
    """Return the steps with one of them a place earlier; the first stays where it is."""
    if place < 1:
        return steps
    return (*steps[: place - 1], steps[place], steps[place - 1], *steps[place + 1 :])


def _ask_steps(session: Session, steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Let somebody add, move and remove steps, and return them once there is one at least."""
    while True:
        listed = [Choice(f"={place}", _told(step)) for place, step in enumerate(steps)]
        done = [Choice("done", _("done: show the file"))] if steps else []
        add = Choice("add", _("add a step") if steps else _("add the first step"))
        key = chosen(
            session.asker, _("Steps of the pipeline"), [add, *done, *listed], default="done" if steps else "add"
        )
        if key == "done":
            return steps
        try:
            steps = (*steps, _ask_step(session, steps)) if key == "add" else _edited(session, steps, int(key[1:]))
        except LEAVING:
            continue


def _ask_step(session: Session, steps: tuple[Step, ...]) -> Step:
    title = _("Plugin of step {number}", number=len(steps) + 1)
    plugin = ask_filled(session, title, _KINDS, go=_("add the step with these"))
    name = session.asker.text(
        _("Name of the step"), default=free_id(plugin.info.id, steps), check=lambda text: _step_named(text, steps)
    )
    params: dict[str, Any] = plugin.form.values()
    return Step(
        plugin=plugin.info.id,
        id=name.strip(),
        params={key: list(value) if is_texts(value) else value for key, value in params.items()},
    )


def _edited(session: Session, steps: tuple[Step, ...], place: int) -> tuple[Step, ...]:
    ways = [
        *([Choice("up", _("move it up"))] if place else []),
        Choice("remove", _("remove it")),
        Choice("rename", _("give it another name")),
    ]
    way = chosen(session.asker, _told(steps[place]), ways)
    others = steps[:place] + steps[place + 1 :]
    if way == "up":
        return moved_up(steps, place)
    if way == "remove":
        return others
    name = session.asker.text(
        _("Name of the step"), default=steps[place].id, check=lambda text: _step_named(text, others)
    )
    return (*steps[:place], evolve(steps[place], id=name.strip()), *steps[place + 1 :])


def _save(session: Session, name: str, text: str) -> str:
    """Ask where to save the file, write it, and return its path."""
    folder = Path("pipelines")
    suggested = f"{file_stem(name)}.toml"
    suggested = str(folder / suggested) if folder.is_dir() else suggested
    path = Path(ask_target(session, _("File to write"), suggested, suffix=".toml"))
    write_whole(path, text.encode())
    session.asker.tell(_("wrote {path}", path=shown(str(path))))
    return str(path)


def _told(step: Step) -> str:
    params = ", ".join(f"{name}={value}" for name, value in step.params.items())
    named = step.plugin if step.id == step.plugin else f"{step.id}: {step.plugin}"
    return shown(f"{named} ({params})" if params else named)


def _named(text: str) -> str:
    return "" if text.strip() else _("type a name")


def _step_named(text: str, others: tuple[Step, ...]) -> str:
    if not text.strip():
        return _("type a name")
    return _("another step has that name") if text.strip() in {step.id for step in others} else ""
