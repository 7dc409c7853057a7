"""Keep what a project holds, prove it, and bring it back."""

from __future__ import annotations

import os
import re
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path

from qualia.operations import Finished, Operation, OperationContext, Progress, Steps
from qualia_ops.backup import told
from qualia_ops.backup.asking import (
    CreateParams,
    DrillParams,
    ExportParams,
    FolderParams,
    PruneParams,
    RestoreParams,
    ScheduleParams,
    ShowParams,
    VerifyParams,
    folder_in,
    keep_days_in,
    project_in,
    zone_of,
)
from qualia_ops.backup.create import create
from qualia_ops.backup.disk import Disk
from qualia_ops.backup.drill import drill
from qualia_ops.backup.errors import ArchiveUnsafe, BackupFailed, WrongPolicy, of_system
from qualia_ops.backup.manifest import Manifest, Rules
from qualia_ops.backup.reading import LIMITS, NO_LIMITS, read_manifest
from qualia_ops.backup.restore import peek, restore, restore_elsewhere
from qualia_ops.backup.retention import Policy
from qualia_ops.backup.schedule import Plan, units
from qualia_ops.backup.store import Snapshot, find, note_check, snapshots
from qualia_ops.backup.upkeep import prune, verify

INCOMPLETE, CORRUPT = 3, 13
_TIME = re.compile(r"([01]?\d|2[0-3]):[0-5]\d")


def _create(context: OperationContext[CreateParams]) -> Steps:
    params = context.params
    rules = Rules(
        exclude=params.exclude,
        include=params.include,
        with_cache=params.with_cache,
        max_file_bytes=params.max_file_mb * 1_000_000,
    )
    made = yield from create(project_in(context), folder_in(context), rules=rules, note=params.note)
    note_check(made.path, datetime.now(UTC))
    code = 0 if made.manifest.is_complete else INCOMPLETE
    return Finished(told.made_data(made), code=code, text=told.made_text(made))


def _list(context: OperationContext[FolderParams]) -> Steps:
    yield Progress("looking")
    there = snapshots(folder_in(context))
    return Finished([told.listed_data(each) for each in there], text=told.listed_text(there))


def _show(context: OperationContext[ShowParams]) -> Steps:
    yield Progress("looking")
    path = find(folder_in(context), context.params.snapshot)
    manifest = _manifest(path)
    there = {each.path: each for each in snapshots(path.parent)}
    each = there.get(path) or Snapshot(path=path, size_bytes=path.stat().st_size, manifest=manifest)
    with_files = context.params.files
    return Finished(
        told.shown_data(each, manifest, with_files=with_files),
        text=told.shown_text(each, manifest, with_files=with_files),
    )


def _manifest(path: Path) -> Manifest:
    try:
        return read_manifest(path, NO_LIMITS)
    except OSError as error:
        raise of_system(error, str(path)) from error


def _verify(context: OperationContext[VerifyParams]) -> Steps:
    folder, params = folder_in(context), context.params
    limits = NO_LIMITS if params.trust else LIMITS
    if not params.all:
        manifest = yield from verify(find(folder, params.snapshot), limits=limits)
        return Finished(told.summary_data(manifest), text=f"{manifest.id} is whole: every byte was read and compared")
    rows: list[dict[str, str]] = []
    for each in snapshots(folder):
        try:
            yield from verify(each.path, limits=limits)
            rows.append({"id": each.id, "trouble": ""})
        except ArchiveUnsafe as error:
            rows.append({"id": each.id, "trouble": error.reason})
    bad = [row for row in rows if row["trouble"]]
    lines = [f"{row['id']}: {row['trouble'] or 'whole'}" for row in rows]
    return Finished(
        rows, code=CORRUPT if bad else 0, text="\n".join([*lines, f"{len(rows) - len(bad)} whole, {len(bad)} not"])
    )


def _restore(context: OperationContext[RestoreParams]) -> Steps:
    params, folder = context.params, folder_in(context)
    archive = find(folder, params.snapshot)
    limits = NO_LIMITS if params.trust else LIMITS
    if params.to is not None and (params.only or params.keep_old):
        raise WrongPolicy("--to writes the whole snapshot into a folder of its own; leave --only and --keep-old out")
    if params.dry_run:
        yield Progress("comparing")
        manifest, difference = peek(archive, Path(params.to) if params.to else project_in(context), folder)
        data = {"id": manifest.id, **told.difference_data(difference)}
        return Finished(data, text=told.difference_text(manifest, difference))
    if params.to is not None:
        done = yield from restore_elsewhere(archive, Path(params.to), limits=limits)
        return Finished(told.restored_data(done), text=told.restored_text(done, is_here=False))
    project = project_in(context).resolve()
    is_here = Path.cwd().is_relative_to(project) and not params.only
    done = yield from restore(archive, project, folder, only=params.only, keep_old=params.keep_old, limits=limits)
    return Finished(told.restored_data(done), text=told.restored_text(done, is_here=is_here))


def _prune(context: OperationContext[PruneParams]) -> Steps:
    params = context.params
    policy = Policy(
        last=params.keep_last,
        hourly=params.keep_hourly,
        daily=params.keep_daily,
        weekly=params.keep_weekly,
        monthly=params.keep_monthly,
        yearly=params.keep_yearly,
        within_days=keep_days_in(context),
    )
    done = yield from prune(
        project_in(context), folder_in(context), policy, zone=zone_of(params.zone), dry_run=params.dry_run
    )
    return Finished(told.pruned_data(done), text=told.pruned_text(done, dry_run=params.dry_run))


def _drill(context: OperationContext[DrillParams]) -> Steps:
    done = yield from drill(find(folder_in(context), context.params.snapshot))
    code = CORRUPT if any(done.databases.values()) else 0 if done.is_good else 1
    return Finished(told.drilled_data(done), code=code, text=told.drilled_text(done))


def _schedule(context: OperationContext[ScheduleParams]) -> Steps:
    yield Progress("writing")
    params = context.params
    kinds = [kind for kind in ("systemd", "cron", "launchd") if getattr(params, kind)]
    if len(kinds) > 1:
        raise WrongPolicy("name one of --systemd, --cron and --launchd")
    if _TIME.fullmatch(params.at) is None:
        raise WrongPolicy(f"--at takes hour and minute, such as 02:30, not {params.at!r}")
    kind = kinds[0] if kinds else "launchd" if sys.platform == "darwin" else "systemd"
    plan = Plan(project=project_in(context), at=f"{params.at:0>5}")
    found = units(kind, plan, home=Path.home())
    if params.write:
        for unit in found:
            _write(unit.path, unit.text)
    data = [{"path": str(unit.path), "text": unit.text, "written": params.write} for unit in found]
    blocks = [f"# {unit.path}\n{'' if params.write else unit.text}" for unit in found]
    return Finished(data, text="\n".join([*blocks, *_next_step(kind, found[-1].path, is_written=params.write)]))


def _next_step(kind: str, path: Path, *, is_written: bool) -> list[str]:
    if not is_written:
        return ["# nothing was written; --write puts it there"] if kind != "cron" else []
    name = path.name.rpartition("-")[0]
    timers = f"{name}-backup.timer {name}-drill.timer"
    command = {
        "systemd": f"systemctl --user daemon-reload && systemctl --user enable --now {timers}",
        "cron": f"(crontab -l; cat {path}) | crontab -",
        "launchd": f"launchctl load -w {path.with_name('org.qualia.*')}",
    }[kind]
    return [f"now run: {command}"]


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


def _export(context: OperationContext[ExportParams]) -> Steps:
    source = find(folder_in(context), context.params.snapshot)
    to = Path(context.params.to).expanduser()
    to = to / source.name if to.is_dir() else to
    if os.path.lexists(to):
        raise BackupFailed(f"{to} is there already; name another place")
    part, disk = to.with_name(f".{to.name}.part"), Disk()
    try:
        disk.remove(part)
        yield Progress("copying")
        with source.open("rb") as file, disk.new_file(part) as copy:
            shutil.copyfileobj(file, copy, 1 << 20)
            disk.settle(copy)
        manifest = yield from verify(part, limits=NO_LIMITS)
        disk.rename(part, to)
        disk.settle_folder(to.parent)
    except OSError as error:
        raise of_system(error, str(to)) from error
    finally:
        disk.remove(part)
    data = {"id": manifest.id, "path": str(to), "archive_bytes": to.stat().st_size}
    return Finished(data, text=f"{manifest.id} is copied to {to}, and the copy is whole")


DEFAULT = Operation(
    name="backup",
    summary="Keep what a project holds, as one archive that was read again before it counts.",
    run=_create,
    params=CreateParams,
    examples=("backup", "backup create --note 'before the move'", "backup list", "backup restore latest --dry-run"),
)
CREATE = Operation(
    name="backup.create",
    summary="Make a snapshot of the project.",
    run=_create,
    params=CreateParams,
    examples=("backup create", "backup create --exclude '*.mp4' --note 'before the move'"),
)
LIST = Operation(name="backup.list", summary="List the snapshots, the newest first.", run=_list, params=FolderParams)
SHOW = Operation(
    name="backup.show",
    summary="Tell what a snapshot holds and what it leaves out.",
    run=_show,
    params=ShowParams,
    arguments=("snapshot",),
    examples=("backup show", "backup show 20260301 --files"),
)
VERIFY = Operation(
    name="backup.verify",
    summary="Read every byte of a snapshot and compare it with what was sealed.",
    run=_verify,
    params=VerifyParams,
    arguments=("snapshot",),
    examples=("backup verify", "backup verify --all"),
)
RESTORE = Operation(
    name="backup.restore",
    summary="Put the project back to a snapshot; what it leaves out stays.",
    run=_restore,
    params=RestoreParams,
    arguments=("snapshot",),
    examples=(
        "backup restore latest --dry-run",
        "backup restore latest --only texts/one.txt",
        "backup restore 20260301 --to ../then --yes",
    ),
    destructive=True,
)
PRUNE = Operation(
    name="backup.prune",
    summary="Remove the snapshots that no rule keeps.",
    run=_prune,
    params=PruneParams,
    examples=("backup prune --dry-run", "backup prune --keep-daily 14 --yes"),
    destructive=True,
)
DRILL = Operation(
    name="backup.drill",
    summary="Rehearse a restore: every digest, every database, every plugin.",
    run=_drill,
    params=DrillParams,
    arguments=("snapshot",),
)
SCHEDULE = Operation(
    name="backup.schedule",
    summary="Show the files that let the system make backups by itself.",
    run=_schedule,
    params=ScheduleParams,
    examples=("backup schedule", "backup schedule --systemd --write", "backup schedule --cron --at 03:15"),
)
EXPORT = Operation(
    name="backup.export",
    summary="Copy a snapshot elsewhere and read the copy.",
    run=_export,
    params=ExportParams,
    arguments=("snapshot", "to"),
    examples=("backup export latest /media/disk",),
)
