"""The commands of backups over a repository of restic."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any

from attrs import frozen

from qualia.operations import Finished, OperationContext, Progress, Steps
from qualia_ops.backup import told
from qualia_ops.backup.asking import (
    CreateParams,
    DrillParams,
    PruneParams,
    RestoreParams,
    ShowParams,
    VerifyParams,
    folder_in,
    keep_days_in,
    project_in,
    zone_of,
)
from qualia_ops.backup.create import place_of
from qualia_ops.backup.drill import drill_with
from qualia_ops.backup.engines import Engine, choice_in
from qualia_ops.backup.errors import ArchiveUnsafe, WrongPolicy
from qualia_ops.backup.extract import Staging
from qualia_ops.backup.keying import STANDARD_INPUT
from qualia_ops.backup.lock import locked
from qualia_ops.backup.manifest import Manifest, Rules
from qualia_ops.backup.moment import moment_of
from qualia_ops.backup.reading import Sink, Told
from qualia_ops.backup.restic import notes
from qualia_ops.backup.restic.making import MadeByRestic, make
from qualia_ops.backup.restic.program import NoRepository, Restic, found, shown
from qualia_ops.backup.restic.repository import Kept, Repository
from qualia_ops.backup.restore import Restored, compare, restore_elsewhere_from, restore_from
from qualia_ops.backup.retention import Dated, Policy, decide
from qualia_ops.backup.standing import standing_again
from qualia_ops.words import _, translated

INCOMPLETE, CORRUPT = 3, 13
_NO_EXPORT = (
    "restic keeps snapshots in pieces that others share, so none is copied alone; `qualia backup restore --to FOLDER`"
    " writes one as files, and `restic copy` fills another repository"
)


@frozen(kw_only=True)
class Snapshot:
    """A snapshot as something to restore from."""

    repository: Repository
    kept: Kept

    @property
    def name(self) -> str:
        """What errors call it."""
        return self.kept.id

    def verify(self) -> Told[Manifest]:
        """Read all of it and compare every byte; nothing is written.

        Raises:
            ArchiveUnsafe: it is damaged.
        """
        manifest = self.repository.manifest(self.kept)
        yield from self.repository.read(self.kept, manifest, Sink())
        return manifest

    def extract(self, staging: Staging, manifest: Manifest) -> Told[None]:
        """Give its files to a folder, every byte compared again.

        Raises:
            ArchiveUnsafe: it is damaged.
        """
        yield from self.repository.read(self.kept, manifest, staging)


def _restic(context: OperationContext[Any], environ: Mapping[str, str] = os.environ) -> Restic:
    for name in ("recipient", "identity", "compress"):
        if getattr(context.params, name, None):
            raise WrongPolicy(f"restic encrypts and compresses in its own way; leave --{name} out")
    choice, folder = choice_in(context), folder_in(context)
    named = choice.repository or environ.get("RESTIC_REPOSITORY")
    password_file = choice.password_file
    if password_file == STANDARD_INPUT:
        environ, password_file = {**environ, "RESTIC_PASSWORD": sys.stdin.readline().rstrip("\r\n")}, None
    restic = found(named or str(folder / "restic"), environ, password_file)
    if restic.is_local and context.project is not None:
        place, project = Path(restic.repository).resolve(), context.project.resolve()
        if place.is_relative_to(project) and not place.is_relative_to(folder.resolve()):
            raise WrongPolicy(f"a repository within the project has to lie in {folder}, or a restore would remove it")
    return restic


def _repository(context: OperationContext[Any]) -> Repository:
    """Return the project's repository; in its own folder every snapshot is the project's, wherever it was then."""
    restic, folder, project = _restic(context), folder_in(context), project_in(context)
    is_own = restic.is_local and Path(restic.repository).resolve().is_relative_to(folder.resolve())
    is_own = is_own and folder.resolve().is_relative_to(project.resolve())
    return Repository(restic=restic, place=None if is_own else place_of(project), project=project.resolve().name)


def _create(context: OperationContext[CreateParams]) -> Steps:
    params, project, restic = context.params, project_in(context), _restic(context)
    rules = Rules(
        exclude=params.exclude,
        include=params.include,
        with_cache=params.with_cache,
        max_file_bytes=params.max_file_mb * 1_000_000,
        # Nobody reads a repository without its password.
        with_secrets=True,
    )
    made = yield from make(
        project, folder_in(context), restic, rules=rules, note=params.note, look=lambda: moment_of(project)
    )
    notes.made(folder_in(context), made.manifest.id, made.manifest.created_at)
    data = {
        "repository": shown(restic.repository),
        "restic_id": made.restic_id,
        "added_bytes": made.added_bytes,
        **told.summary_data(made.manifest),
    }
    return Finished(data, code=0 if made.manifest.is_complete else INCOMPLETE, text=_made_text(made, restic))


def _made_text(made: MadeByRestic, restic: Restic) -> str:
    manifest, place = made.manifest, shown(restic.repository)
    sentence = "{id}: {files}, {size}; the repository has grown by {added}"
    size, added = told.sized(manifest.size_bytes), told.sized(made.added_bytes)
    lines = [
        _(sentence, id=manifest.id, files=told.files_text(_files_of(manifest)), size=size, added=added),
        _("kept in {place}", place=place),
        *told.secrets_lines(manifest),
        *told.lefts(_("incomplete"), manifest.problems),
    ]
    if made.is_first:
        lines.append(_("the repository is new; without its password nobody can read it, so keep that elsewhere too"))
    return "\n".join(lines)


def _files_of(manifest: Manifest) -> int:
    return sum(entry.kind == "file" for entry in manifest.entries)


def _list(context: OperationContext[Any]) -> Steps:
    yield Progress("asking restic")
    noted = _noted(folder_in(context))
    try:
        there = _repository(context).nearest()
    except NoRepository:
        there = ()
    data = [_listed(each, noted) for each in there]
    empty = _("there is no snapshot yet; make one with `qualia backup create`")
    return Finished(data, text="\n".join(_line(each, noted) for each in there) or empty)


def _listed(each: Kept, noted: Mapping[str, datetime]) -> dict[str, Any]:
    verified_at = noted.get(each.id)
    return {
        "id": each.id,
        "restic_id": each.restic_id,
        "created_at": each.created_at.isoformat(),
        "bytes": each.size_bytes,
        "files": each.files,
        "complete": each.is_complete,
        "verified_at": verified_at.isoformat() if verified_at else None,
        "note": each.note,
    }


def _line(each: Kept, noted: Mapping[str, datetime]) -> str:
    head = f"{each.id}  {told.moment(each.created_at)}  {told.sized(each.size_bytes):>8}  {told.files_text(each.files)}"
    is_verified = each.id in noted
    return told.line_text(
        head, is_complete=each.is_complete, is_encrypted=False, is_verified=is_verified, note=each.note
    )


def _show(context: OperationContext[ShowParams]) -> Steps:
    yield Progress("asking restic")
    repository = _repository(context)
    kept = repository.find(context.params.snapshot)
    manifest = repository.manifest(kept)
    noted = _noted(folder_in(context))
    data = {**_listed(kept, noted), **told.summary_data(manifest)}
    if context.params.files:
        data["entries"] = told.entries_data(manifest)
    at = noted.get(kept.id)
    verified = _("not verified since") if at is None else _("verified {time}", time=told.moment(at))
    sentence = "{id} of {project}, {time}"
    lines = [
        _(sentence, id=manifest.id, project=manifest.project, time=told.moment(manifest.created_at)),
        f"{told.files_text(kept.files)}, {told.sized(kept.size_bytes)}, {verified}",
        *told.facts_lines(manifest),
        *(f"  {entry.path}" for entry in manifest.entries if context.params.files),
    ]
    return Finished(data, text="\n".join(lines))


def _verify(context: OperationContext[VerifyParams]) -> Steps:
    repository, folder = _repository(context), folder_in(context)
    yield Progress("letting restic check the repository")
    wanted = repository.snapshots() if context.params.all else (repository.find(context.params.snapshot),)
    fault = ""
    try:
        repository.check()
    except ArchiveUnsafe as error:
        fault = error.reason
    rows: list[dict[str, str]] = []
    for each in wanted:
        trouble = fault
        try:
            yield from _read_through(repository, each, folder)
        except ArchiveUnsafe as error:
            trouble = error.reason
        rows.append({"id": each.id, "trouble": trouble})
    bad = [row for row in rows if row["trouble"]]
    if not context.params.all:
        if bad:
            raise ArchiveUnsafe(bad[0]["id"], bad[0]["trouble"])
        return Finished(rows[0], text=_("{id} is whole: every byte was read and compared", id=rows[0]["id"]))
    lines = [f"{row['id']}: {translated(row['trouble']) or _('whole')}" for row in rows]
    lines.append(_("{whole} whole, {bad} not", whole=len(rows) - len(bad), bad=len(bad)))
    return Finished(rows, code=CORRUPT if bad or fault else 0, text="\n".join(lines))


def _read_through(repository: Repository, each: Kept, folder: Path) -> Told[None]:
    """Read a snapshot and note whether it was whole.

    Raises:
        ArchiveUnsafe: it is not.
    """
    try:
        yield from Snapshot(repository=repository, kept=each).verify()
    except ArchiveUnsafe:
        notes.verified(folder, each.id, each.created_at, None)
        raise
    notes.verified(folder, each.id, each.created_at, datetime.now(UTC))


def _restore(context: OperationContext[RestoreParams]) -> Steps:
    params, folder = context.params, folder_in(context)
    if params.to is not None and (params.only or params.keep_old):
        raise WrongPolicy("--to writes the whole snapshot into a folder of its own; leave --only and --keep-old out")
    yield Progress("asking restic")
    repository = _repository(context)
    kept = repository.find(params.snapshot)
    project = project_in(context).resolve()
    if params.dry_run:
        manifest = repository.manifest(kept)
        target = Path(params.to).resolve() if params.to else project
        difference = compare(target, manifest, folder)
        data = {"id": manifest.id, **told.difference_data(difference)}
        return Finished(data, text=told.difference_text(manifest, difference))
    source = Snapshot(repository=repository, kept=kept)
    if params.to is not None:
        done = yield from restore_elsewhere_from(source, Path(params.to))
        return Finished(told.restored_data(done), text=told.restored_text(done, is_here=False))
    with standing_again(project) as stands:
        done = yield from restore_from(source, project, folder, only=params.only, keep_old=params.keep_old)
    is_here = stands and not params.only
    return Finished(told.restored_data(done), text=told.restored_text(done, is_here=is_here))


def _prune(context: OperationContext[PruneParams]) -> Steps:
    params, folder = context.params, folder_in(context)
    policy = Policy(
        last=params.keep_last,
        hourly=params.keep_hourly,
        daily=params.keep_daily,
        weekly=params.keep_weekly,
        monthly=params.keep_monthly,
        yearly=params.keep_yearly,
        within_days=keep_days_in(context),
    )
    zone, repository = zone_of(params.zone), _repository(context)
    yield Progress("asking restic")
    with locked(folder):
        there, whole = repository.snapshots(), _noted(folder)
        reasons = _reasons(there, whole, policy, zone)
        if not all(reasons.values()):
            whole = yield from _one_whole(repository, there, folder)
            reasons = _reasons(there, whole, policy, zone)
        gone = [each for each in there if not reasons[each.restic_id]]
        if gone and not whole:
            reasons |= {each.restic_id: ("no snapshot could be verified",) for each in gone}
            gone = []
        if not params.dry_run:
            yield Progress("letting restic remove them")
            repository.forget(gone, prune=True)
            notes.removed(folder, {each.id for each in gone})
    return _pruned([each for each in there if each not in gone], gone, reasons, dry_run=params.dry_run)


def _reasons(
    there: Sequence[Kept], whole: Mapping[str, datetime], policy: Policy, zone: tzinfo
) -> dict[str, Sequence[str]]:
    """Return by restic's id why each snapshot is kept; nothing for one that goes."""
    dated = [Dated(id=each.restic_id, created_at=each.created_at, is_verified=each.id in whole) for each in there]
    return {verdict.id: verdict.reasons for verdict in decide(dated, policy, now=datetime.now(UTC), zone=zone)}


def _one_whole(repository: Repository, there: Sequence[Kept], folder: Path) -> Told[dict[str, datetime]]:
    """Read snapshots from the newest on until one is whole."""
    for each in there:
        yield Progress(f"reading {each.id}")
        try:
            yield from _read_through(repository, each, folder)
        except ArchiveUnsafe:
            continue
        return {each.id: datetime.now(UTC)}
    return {}


def _pruned(
    kept: Sequence[Kept], gone: Sequence[Kept], reasons: Mapping[str, Sequence[str]], *, dry_run: bool
) -> Finished:
    sentence = "would go: {id}" if dry_run else "removed: {id}"
    lines: list[str] = []
    for each in kept:
        why = ", ".join(map(translated, reasons[each.restic_id]))
        lines.append(_("keep {id}: {reasons}", id=each.id, reasons=why))
    lines += [_(sentence, id=each.id) for each in gone]
    sentence = "kept: {kept}, would go: {removed}" if dry_run else "kept: {kept}, removed: {removed}"
    lines.append(_(sentence, kept=len(kept), removed=len(gone)))
    data = {
        "kept": [{"id": each.id, "reasons": list(reasons[each.restic_id])} for each in kept],
        "removed": [each.id for each in gone],
    }
    return Finished(data, text="\n".join(lines))


def _drill(context: OperationContext[DrillParams]) -> Steps:
    yield Progress("asking restic")
    repository = _repository(context)
    kept = repository.find(context.params.snapshot)
    source = Snapshot(repository=repository, kept=kept)

    def restored(to: Path) -> Told[Restored]:
        return restore_elsewhere_from(source, to)

    done = yield from drill_with(restored, kept.id)
    notes.verified(folder_in(context), kept.id, kept.created_at, datetime.now(UTC))
    code = CORRUPT if any(done.databases.values()) else 0 if done.is_good else 1
    return Finished(told.drilled_data(done), code=code, text=told.drilled_text(done))


def _export(context: OperationContext[Any]) -> Steps:
    yield Progress()
    raise WrongPolicy(_NO_EXPORT)


def _noted(folder: Path) -> dict[str, datetime]:
    """Return when each snapshot was last found whole, by its id."""
    found = notes.notes_in(folder)
    return {name: note.verified_at for name, note in found.items() if note.verified_at is not None}


RESTIC = Engine(
    create=_create,
    list=_list,
    show=_show,
    verify=_verify,
    restore=_restore,
    prune=_prune,
    drill=_drill,
    export=_export,
)
"""Keeps snapshots in a repository of restic."""
