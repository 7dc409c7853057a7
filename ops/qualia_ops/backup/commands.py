"""Keep what a project holds, prove it, and bring it back."""

from __future__ import annotations

import os
import re
import shutil
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
from qualia_ops.backup.ciphering import Keys
from qualia_ops.backup.create import create
from qualia_ops.backup.disk import Disk
from qualia_ops.backup.drill import drill
from qualia_ops.backup.engines import Engine, by_engine
from qualia_ops.backup.errors import ArchiveUnsafe, BackupFailed, WrongKey, WrongPolicy, of_system
from qualia_ops.backup.keying import compress_in, keys_in
from qualia_ops.backup.manifest import Manifest, Rules
from qualia_ops.backup.moment import moment_of
from qualia_ops.backup.opening import check_outside, read_summary
from qualia_ops.backup.reading import LIMITS, NO_LIMITS, Told, read_manifest
from qualia_ops.backup.restore import peek, restore, restore_elsewhere
from qualia_ops.backup.retention import Policy
from qualia_ops.backup.scheduling import schedule
from qualia_ops.backup.standing import standing_again
from qualia_ops.backup.store import Snapshot, find, note_check, snapshots
from qualia_ops.backup.upkeep import prune, verify
from qualia_ops.words import _, translated

INCOMPLETE, CORRUPT = 3, 13
_TIME = re.compile(r"([01]?\d|2[0-3]):[0-5]\d")


def _create(context: OperationContext[CreateParams]) -> Steps:
    params, project, keys = context.params, project_in(context), keys_in(context)
    rules = Rules(
        exclude=params.exclude,
        include=params.include,
        with_cache=params.with_cache,
        max_file_bytes=params.max_file_mb * 1_000_000,
        with_secrets=params.include_secrets or keys.can_encrypt,
    )
    made = yield from create(
        project,
        folder_in(context),
        rules=rules,
        note=params.note,
        compress=compress_in(context),
        keys=keys,
        look=lambda: moment_of(project),
    )
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
    manifest = _manifest(path, keys_in(context))
    there = {each.path: each for each in snapshots(path.parent)}
    each = there.get(path) or Snapshot(path=path, size_bytes=path.stat().st_size, manifest=manifest)
    with_files = context.params.files
    return Finished(
        told.shown_data(each, manifest, with_files=with_files),
        text=told.shown_text(each, manifest, with_files=with_files),
    )


def _manifest(path: Path, keys: Keys) -> Manifest:
    try:
        return read_manifest(path, NO_LIMITS, keys)
    except OSError as error:
        raise of_system(error, str(path)) from error


def _verify(context: OperationContext[VerifyParams]) -> Steps:
    folder, params, keys = folder_in(context), context.params, keys_in(context)
    limits = NO_LIMITS if params.trust else LIMITS
    if not params.all:
        manifest = yield from verify(find(folder, params.snapshot), limits=limits, keys=keys)
        return Finished(
            told.summary_data(manifest), text=_("{id} is whole: every byte was read and compared", id=manifest.id)
        )
    rows: list[dict[str, str]] = []
    codes: set[int] = set()
    for each in snapshots(folder):
        try:
            yield from verify(each.path, limits=limits, keys=keys)
            rows.append({"id": each.id, "trouble": ""})
        except (ArchiveUnsafe, WrongKey) as error:
            rows.append({"id": each.id, "trouble": error.reason})
            codes.add(error.code)
    bad = [row for row in rows if row["trouble"]]
    lines = [f"{row['id']}: {translated(row['trouble']) or _('whole')}" for row in rows]
    lines.append(_("{whole} whole, {bad} not", whole=len(rows) - len(bad), bad=len(bad)))
    return Finished(rows, code=max(codes, default=0), text="\n".join(lines))


def _restore(context: OperationContext[RestoreParams]) -> Steps:
    params, folder, keys = context.params, folder_in(context), keys_in(context)
    archive = find(folder, params.snapshot)
    limits = NO_LIMITS if params.trust else LIMITS
    if params.to is not None and (params.only or params.keep_old):
        raise WrongPolicy("--to writes the whole snapshot into a folder of its own; leave --only and --keep-old out")
    if params.dry_run:
        yield Progress("comparing")
        manifest, difference = peek(archive, Path(params.to) if params.to else project_in(context), folder, keys=keys)
        data = {"id": manifest.id, **told.difference_data(difference)}
        return Finished(data, text=told.difference_text(manifest, difference))
    if params.to is not None:
        done = yield from restore_elsewhere(archive, Path(params.to), limits=limits, keys=keys)
        return Finished(told.restored_data(done), text=told.restored_text(done, is_here=False))
    project = project_in(context).resolve()
    with standing_again(project) as stands:
        done = yield from restore(
            archive, project, folder, only=params.only, keep_old=params.keep_old, limits=limits, keys=keys
        )
    is_here = stands and not params.only
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
    done = yield from drill(find(folder_in(context), context.params.snapshot), keys=keys_in(context))
    code = CORRUPT if any(done.databases.values()) else 0 if done.is_good else 1
    return Finished(told.drilled_data(done), code=code, text=told.drilled_text(done))


def _export(context: OperationContext[ExportParams]) -> Steps:
    source = find(folder_in(context), context.params.snapshot)
    to = Path(context.params.to).expanduser()
    to = to / source.name if to.is_dir() else to
    if os.path.lexists(to):
        raise BackupFailed(f"{to} is there already; name another place")
    if not (folder := to.parent).is_dir():
        raise BackupFailed(f"there is no folder {folder}; make it first")
    part, disk = to.with_name(f".{to.name}.part"), Disk()
    try:
        disk.remove(part)
        yield Progress("copying")
        with source.open("rb") as file, disk.new_file(part) as copy:
            shutil.copyfileobj(file, copy, 1 << 20)
            disk.settle(copy)
        name = yield from _verified(part, keys_in(context))
        disk.rename(part, to)
        disk.settle(to.parent)
    except OSError as error:
        # Nobody asked for a file of the copy's temporary name.
        error.filename = str(to) if error.filename == str(part) else error.filename
        raise of_system(error, str(to)) from error
    finally:
        disk.remove(part)
    data = {"id": name, "path": str(to), "archive_bytes": to.stat().st_size}
    return Finished(data, text=_("{id} is copied to {place}, and the copy is whole", id=name, place=to))


def _verified(part: Path, keys: Keys) -> Told[str]:
    """Read a copy through and return its id; an encrypted one needs no key for that."""
    summary = None if keys.identities or keys.passphrase else read_summary(part)
    if summary is not None:
        return check_outside(part).id
    return (yield from verify(part, limits=NO_LIMITS, keys=keys)).id


def _is_dry(params: RestoreParams | PruneParams) -> bool:
    return params.dry_run


ARCHIVE = Engine(
    create=_create,
    list=_list,
    show=_show,
    verify=_verify,
    restore=_restore,
    prune=_prune,
    drill=_drill,
    export=_export,
)
"""Keeps each snapshot as one archive."""

DEFAULT = Operation(
    name="backup",
    summary="Keep what a project holds, as one archive that was read again before it counts.",
    run=by_engine("create"),
    params=CreateParams,
    examples=("backup", "backup create --note 'before the move'", "backup list", "backup restore latest --dry-run"),
)
CREATE = Operation(
    name="backup.create",
    summary="Make a snapshot of the project.",
    run=by_engine("create"),
    params=CreateParams,
    examples=("backup create", "backup create --exclude '*.mp4' --note 'before the move'"),
)
LIST = Operation(
    name="backup.list",
    summary="List the snapshots, the newest first.",
    run=by_engine("list"),
    params=FolderParams,
    looks=True,
)
SHOW = Operation(
    name="backup.show",
    summary="Tell what a snapshot holds and what it leaves out.",
    run=by_engine("show"),
    params=ShowParams,
    arguments=("snapshot",),
    examples=("backup show", "backup show 20260301 --files"),
    looks=True,
)
VERIFY = Operation(
    name="backup.verify",
    summary="Read every byte of a snapshot and compare it with what was sealed.",
    run=by_engine("verify"),
    params=VerifyParams,
    arguments=("snapshot",),
    examples=("backup verify", "backup verify --all"),
)
RESTORE = Operation(
    name="backup.restore",
    summary="Put the project back to a snapshot; what it leaves out stays.",
    run=by_engine("restore"),
    params=RestoreParams,
    arguments=("snapshot",),
    examples=(
        "backup restore latest --dry-run",
        "backup restore latest --only texts/one.txt",
        "backup restore 20260301 --to ../then --yes",
    ),
    destructive=True,
    looks=_is_dry,
)
PRUNE = Operation(
    name="backup.prune",
    summary="Remove the snapshots that no rule keeps.",
    run=by_engine("prune"),
    params=PruneParams,
    examples=("backup prune --dry-run", "backup prune --keep-daily 14 --yes"),
    destructive=True,
    looks=_is_dry,
)
DRILL = Operation(
    name="backup.drill",
    summary="Rehearse a restore: every digest, every database, every plugin.",
    run=by_engine("drill"),
    params=DrillParams,
    arguments=("snapshot",),
)
SCHEDULE = Operation(
    name="backup.schedule",
    summary="Show the files that let the system make backups by itself.",
    run=schedule,
    params=ScheduleParams,
    examples=("backup schedule", "backup schedule --systemd --write", "backup schedule --cron --at 03:15"),
    looks=lambda params: not params.write,
)
EXPORT = Operation(
    name="backup.export",
    summary="Copy a snapshot elsewhere and read the copy.",
    run=by_engine("export"),
    params=ExportParams,
    arguments=("snapshot", "to"),
    examples=("backup export latest /media/disk",),
)
