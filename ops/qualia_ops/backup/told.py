"""What operations of backups return: plain data for programs, and lines for people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from qualia.words import spoken
from qualia_ops.backup.create import Made
from qualia_ops.backup.drill import Rehearsed
from qualia_ops.backup.manifest import Left, Manifest
from qualia_ops.backup.restore import Difference, Restored
from qualia_ops.backup.store import Snapshot
from qualia_ops.backup.upkeep import Pruned
from qualia_ops.words import _, translated

_SHOWN = 20
_UNITS = ("B", "kB", "MB", "GB", "TB")


def sized(size: float) -> str:
    """Return a number of bytes as people read it."""
    power = 0
    while size >= 1000 and power < len(_UNITS) - 1:
        size, power = size / 1000, power + 1
    text = f"{size:.0f}" if not power or size >= 100 else f"{size:.1f}"
    return f"{text if spoken() == 'en' else text.replace('.', ',')} {_UNITS[power]}"


def moment(at: datetime) -> str:
    """Return a time as people here read it."""
    return f"{at.astimezone():%Y-%m-%d %H:%M}"


def made_data(made: Made) -> dict[str, Any]:
    """Return what was made, as data."""
    return {"path": str(made.path), "archive_bytes": made.size_bytes, **summary_data(made.manifest)}


def made_text(made: Made) -> str:
    """Return what was made, in words."""
    manifest = made.manifest
    lines = [
        _("{id}: {size}, verified", id=manifest.id, size=_size_of(manifest, made.size_bytes)),
        _("kept as {path}", path=made.path),
        *secrets_lines(manifest),
        *lefts(_("incomplete"), manifest.problems),
    ]
    return "\n".join(lines)


def summary_data(manifest: Manifest) -> dict[str, Any]:
    """Return what an archive says of itself, but for its files, as data."""
    return {
        "id": manifest.id,
        "created_at": manifest.created_at.isoformat(),
        "project": manifest.project,
        "note": manifest.note,
        "revision": manifest.revision,
        "versions": manifest.versions,
        "files": _count(manifest),
        "bytes": manifest.size_bytes,
        "complete": manifest.is_complete,
        "problems": _left_data(manifest.problems),
        "secrets": _left_data(manifest.secrets),
        "secrets_are": "encrypted" if manifest.rules.with_secrets else "excluded",
        "health": manifest.health,
        "excluded": _left_data(manifest.excluded),
    }


def shown_data(each: Snapshot, manifest: Manifest, *, with_files: bool) -> dict[str, Any]:
    """Return what an archive says of itself, as data."""
    more = {"entries": entries_data(manifest)} if with_files else {}
    return {**listed_data(each), **summary_data(manifest), **more}


def entries_data(manifest: Manifest) -> list[dict[str, Any]]:
    """Return every file, folder and link of a snapshot, as data."""
    return [
        {"path": entry.path, "kind": entry.kind, "bytes": entry.size, "sha256": entry.sha256}
        for entry in manifest.entries
    ]


def shown_text(each: Snapshot, manifest: Manifest, *, with_files: bool) -> str:
    """Return what an archive says of itself, in words."""
    verified = _("not verified since") if each.verified_at is None else _verified(each.verified_at)
    sentence = "{id} of {project}, {time}"
    lines = [
        _(sentence, id=manifest.id, project=manifest.project, time=moment(manifest.created_at)),
        f"{_size_of(manifest, each.size_bytes)}, {verified}",
        *facts_lines(manifest),
        *(f"  {entry.path}" for entry in manifest.entries if with_files),
    ]
    return "\n".join(lines)


def facts_lines(manifest: Manifest) -> list[str]:
    """Return what a manifest says besides its files, in words."""
    versions = ", ".join(f"{name} {version}" for name, version in manifest.versions.items())
    return [
        _("made with {versions}", versions=versions),
        *([_("git revision {revision}", revision=manifest.revision)] if manifest.revision else []),
        *([_("note: {note}", note=manifest.note)] if manifest.note else []),
        *lefts(_("incomplete"), manifest.problems),
        *secrets_lines(manifest),
        *lefts(_("left out"), manifest.excluded),
    ]


def listed_data(each: Snapshot) -> dict[str, Any]:
    """Return a snapshot of the list, as data."""
    manifest = each.manifest
    return {
        "id": each.id,
        "path": str(each.path),
        "created_at": manifest.created_at.isoformat() if manifest else None,
        "archive_bytes": each.size_bytes,
        "bytes": (each.content_bytes or manifest.size_bytes) if manifest else None,
        "files": (each.files or _count(manifest)) if manifest else None,
        "encrypted": each.is_encrypted,
        "complete": manifest.is_complete if manifest else None,
        "verified_at": each.verified_at.isoformat() if each.verified_at else None,
        "note": manifest.note if manifest else "",
        "trouble": each.trouble,
    }


def listed_text(there: Sequence[Snapshot]) -> str:
    """Return the list, in words."""
    if not there:
        return _("there is no snapshot yet; make one with `qualia backup create`")
    return "\n".join(_line(each) for each in there)


def _line(each: Snapshot) -> str:
    manifest = each.manifest
    if manifest is None:
        return _("{id}  unusable: {trouble}", id=each.id, trouble=translated(each.trouble))
    return line_text(
        f"{each.id}  {moment(manifest.created_at)}  {sized(each.size_bytes):>8}  {files_text(each.files)}",
        is_complete=manifest.is_complete,
        is_encrypted=each.is_encrypted,
        is_verified=each.verified_at is not None,
        note=manifest.note,
    )


def line_text(head: str, *, is_complete: bool, is_encrypted: bool, is_verified: bool, note: str) -> str:
    """Return a snapshot's line of the list: what it is, and then what is to be known of it, in few words."""
    state = [
        *([] if is_complete else [_("incomplete")]),
        *([_("encrypted")] if is_encrypted else []),
        _("verified") if is_verified else _("not verified"),
    ]
    return ", ".join([head, *state]) + (f"  {note}" if note else "")


def difference_data(difference: Difference) -> dict[str, Any]:
    """Return what would change, as data."""
    return {
        "added": list(difference.added),
        "changed": list(difference.changed),
        "removed": list(difference.removed),
        "kept": list(difference.kept),
    }


def difference_text(manifest: Manifest, difference: Difference) -> str:
    """Return what would change, in words."""
    if difference.is_empty:
        return _("{id}: the project is as it was then; nothing would change", id=manifest.id)
    sentence = "{id} would bring back {added}, change {changed}, remove {removed}; what it leaves out ({kept}) stays"
    counts = {name: len(paths) for name, paths in difference_data(difference).items()}
    lines = [_(sentence, id=manifest.id, **counts)]
    for mark, paths in (("+", difference.added), ("~", difference.changed), ("-", difference.removed)):
        lines += [f"  {mark} {path}" for path in paths[:_SHOWN]]
        if len(paths) > _SHOWN:
            lines.append(f"  {mark} {_more(len(paths) - _SHOWN)}")
    return "\n".join(lines)


def restored_data(done: Restored) -> dict[str, Any]:
    """Return what was restored, as data."""
    return {
        "id": done.manifest.id,
        "to": str(done.to),
        "old": None if done.old is None else str(done.old),
        **difference_data(done.difference),
    }


def restored_text(done: Restored, *, is_here: bool) -> str:
    """Return what was restored, in words; ``is_here`` says that the shell stood in the former folder."""
    lines = [_("{id} is restored to {place}", id=done.manifest.id, place=done.to)]
    if done.old is not None:
        lines.append(_("the former project is kept as {place}", place=done.old))
    if is_here:
        lines.append(_('this shell still stands in the former folder; go on with: cd "$PWD"'))
    if done.manifest.secrets and not done.manifest.rules.with_secrets:
        lines.append(_("secrets were not part of it: those that stood here stay, others have to be set again"))
    return "\n".join(lines)


def pruned_data(done: Pruned) -> dict[str, Any]:
    """Return what became of each snapshot, as data."""
    return {
        "kept": [{"id": each.id, "reasons": list(reasons)} for each, reasons in done.kept],
        "removed": [each.id for each in done.removed],
        "freed_bytes": done.freed_bytes,
    }


def pruned_text(done: Pruned, *, dry_run: bool) -> str:
    """Return what became of each snapshot, in words."""
    sentence = "would go: {id}" if dry_run else "removed: {id}"
    lines = [
        _("keep {id}: {reasons}", id=each.id, reasons=", ".join(map(translated, reasons)))
        for each, reasons in done.kept
    ]
    lines += [_(sentence, id=each.id) for each in done.removed]
    sentence = "kept: {kept}, would go: {removed}, {size}" if dry_run else "kept: {kept}, removed: {removed}, {size}"
    lines.append(_(sentence, kept=len(done.kept), removed=len(done.removed), size=sized(done.freed_bytes)))
    return "\n".join(lines)


def drilled_data(done: Rehearsed) -> dict[str, Any]:
    """Return what a drill found, as data."""
    return {
        "id": done.manifest.id,
        "good": done.is_good,
        "files": done.files,
        "databases": done.databases,
        "plugins": done.plugins,
    }


def drilled_text(done: Rehearsed) -> str:
    """Return what a drill found, in words."""
    sentence = "{id} was restored to a temporary place and could be worked with: {count}"
    if not done.is_good:
        sentence = "{id} was restored to a temporary place and could not be worked with as it is: {count}"
    found = (*done.databases.items(), *done.plugins.items())
    faults = [f"  {name}: {translated(why)}" for name, why in found if why]
    counts = (
        files_text(done.files),
        _("1 database") if len(done.databases) == 1 else _("{count} databases", count=len(done.databases)),
        _("1 plugin") if len(done.plugins) == 1 else _("{count} plugins", count=len(done.plugins)),
    )
    return "\n".join([_(sentence, id=done.manifest.id, count=", ".join(counts)), *faults])


def secrets_lines(manifest: Manifest) -> list[str]:
    """Return what became of secrets, in words."""
    if manifest.rules.with_secrets:
        return lefts(_("secrets are in it, encrypted"), manifest.secrets)
    return lefts(_("secrets are left out"), manifest.secrets)


def _count(manifest: Manifest) -> int:
    return sum(entry.kind == "file" for entry in manifest.entries)


def files_text(count: int) -> str:
    """Return a number of files, in words."""
    return _("1 file") if count == 1 else _("{count} files", count=count)


def _size_of(manifest: Manifest, packed_bytes: int) -> str:
    size, packed = sized(manifest.size_bytes), sized(packed_bytes)
    return _("{files}, {size} in {packed}", files=files_text(_count(manifest)), size=size, packed=packed)


def _verified(at: datetime) -> str:
    return _("verified {time}", time=moment(at))


def _more(count: int) -> str:
    return _("and {count} more", count=count)


def _left_data(left: Iterable[Left]) -> list[dict[str, str]]:
    return [{"path": each.path, "why": each.why} for each in left]


def lefts(title: str, left: Sequence[Left]) -> list[str]:
    """Return what is left out, under a title, the first few of it; nothing when it is nothing."""
    lines = [f"{title}: {len(left)}"] if left else []
    lines += [f"  {each.path}: {translated(each.why)}" for each in left[:_SHOWN]]
    if len(left) > _SHOWN:
        lines.append(f"  {_more(len(left) - _SHOWN)}")
    return lines
