"""The command that shows, or writes, the files that let the system make backups by itself."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from qualia.operations import Finished, OperationContext, Progress, Steps
from qualia_ops.backup.asking import ScheduleParams, project_in
from qualia_ops.backup.disk import Disk
from qualia_ops.backup.engines import choice_in, is_far
from qualia_ops.backup.errors import WrongPolicy, of_system
from qualia_ops.backup.keying import STANDARD_INPUT
from qualia_ops.backup.schedule import Plan, units
from qualia_ops.words import _

_TIME = re.compile(r"([01]?\d|2[0-3]):[0-5]\d")


def schedule(context: OperationContext[ScheduleParams]) -> Steps:
    """Show, or write, what schedules backups and drills of a project.

    Raises:
        WrongPolicy: more than one system is named, or the time is none.
        BackupFailed: a file cannot be written.
    """
    yield Progress("writing")
    params = context.params
    kinds = [kind for kind in ("systemd", "cron", "launchd") if getattr(params, kind)]
    if len(kinds) > 1:
        raise WrongPolicy("name one of --systemd, --cron and --launchd")
    if params.print and params.write:
        raise WrongPolicy("name one of --print and --write")
    if _TIME.fullmatch(params.at) is None:
        raise WrongPolicy(f"--at takes hour and minute, such as 02:30, not {params.at!r}")
    kind = kinds[0] if kinds else "launchd" if sys.platform == "darwin" else "systemd"
    recipients, identity = _recipients(context), os.environ.get("BACKUP_IDENTITY_FILE")
    plan = Plan(
        project=project_in(context),
        at=f"{params.at:0>5}",
        options=_options(context),
        create_options=tuple(word for each in recipients for word in ("--recipient", each)),
        drill_options=("--identity", str(Path(identity).expanduser().absolute())) if identity else (),
    )
    found = units(kind, plan, home=Path.home())
    if params.write:
        for unit in found:
            _write(unit.path, unit.text)
    data = [
        {"path": str(unit.path), "text": unit.text, "written": params.write, "state": _state(unit.path, unit.text)}
        for unit in found
    ]
    blocks = [f"# {unit.path}\n{'' if params.write else unit.text}" for unit in found]
    return Finished(data, text="\n".join([*blocks, *_next_step(kind, found[-1].path, is_written=params.write)]))


def _state(path: Path, text: str) -> str:
    """Return whether a file is in its place: the same, another one, or none."""
    try:
        return "same" if path.read_text(encoding="utf-8", errors="replace") == text else "other"
    except OSError:
        return "missing"


def _options(context: OperationContext[ScheduleParams], environ: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """Return the words that choose what is chosen now, where the system that runs the commands knows no variables.

    Raises:
        WrongPolicy: a password is in no file.
    """
    choice, params = choice_in(context, environ), context.params
    found: list[str] = []
    folder = params.folder or environ.get("BACKUP_DIR")
    if folder:
        found += ["--folder", str(Path(folder).expanduser().absolute())]
    is_restic = choice.engine == "restic"
    prefix = "RESTIC" if is_restic else "BACKUP"
    password_file = choice.password_file or environ.get(f"{prefix}_PASSWORD_FILE")
    needs_one = is_restic or (bool(environ.get("BACKUP_PASSWORD")) and not _recipients(context, environ))
    if password_file == STANDARD_INPUT or (needs_one and not password_file):
        raise WrongPolicy("nobody is there at night to tell a password; name a file with --password-file")
    repository = choice.repository or environ.get("RESTIC_REPOSITORY")
    found += ["--engine", "restic"] if is_restic else []
    if is_restic and repository:
        found += ["--repository", repository if is_far(repository) else str(Path(repository).expanduser().absolute())]
    found += ["--password-file", str(Path(password_file).expanduser().absolute())] if password_file else []
    return tuple(found)


def _recipients(context: OperationContext[ScheduleParams], environ: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """Return for whom archives are encrypted by a variable, which nobody sets at night; a file says it then too."""
    named = environ.get("BACKUP_RECIPIENTS", "")
    is_archive = choice_in(context, environ).engine == "archive" and not context.params.password_file
    return tuple(each for each in re.split(r"[\s,]+", named) if each) if is_archive else ()


def _next_step(kind: str, path: Path, *, is_written: bool) -> list[str]:
    if not is_written:
        return ["# " + _("nothing was written; --write puts it there")]
    name = path.name.rpartition("-")[0]
    timers = f"{name}-backup.timer {name}-drill.timer"
    command = {
        "systemd": f"systemctl --user daemon-reload && systemctl --user enable --now {timers}",
        "cron": f"(crontab -l; cat {path}) | crontab -",
        "launchd": f"launchctl load -w {path.with_name('org.qualia.*')}",
    }[kind]
    return [_("now run: {command}", command=command)]


def _write(path: Path, text: str) -> None:
    disk, part = Disk(), path.with_name(f".{path.name}.{os.urandom(4).hex()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with disk.new_file(part, 0o644) as file:
            disk.write(file, text.encode())
        disk.rename(part, path)
    except OSError as error:
        disk.remove(part)
        raise of_system(error, str(path)) from error
