"""What operations of backups return: plain data for programs, and lines for people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from qualia_ops.backup.create import Made
from qualia_ops.backup.drill import Rehearsed
from qualia_ops.backup.manifest import Left, Manifest
from qualia_ops.backup.restore import Difference, Restored
from qualia_ops.backup.store import Snapshot
from qualia_ops.backup.upkeep import Pruned

_SHOWN = 20
_UNITS = ("B", "KB", "MB", "GB", "TB")


def sized(size: float) -> str:
    """Return a number of bytes as people read it."""
    for unit in _UNITS[:-1]:
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} {_UNITS[-1]}"


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
        f"{manifest.id}: {_count(manifest)} files, {sized(manifest.size_bytes)} in {sized(made.size_bytes)}, verified",
        f"kept as {made.path}",
        *_lefts("secrets are left out", manifest.secrets),
        *_lefts("incomplete", manifest.problems),
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
        "excluded": _left_data(manifest.excluded),
    }


def shown_data(each: Snapshot, manifest: Manifest, *, with_files: bool) -> dict[str, Any]:
    """Return what an archive says of itself, as data."""
    files = [
        {"path": entry.path, "kind": entry.kind, "bytes": entry.size, "sha256": entry.sha256}
        for entry in manifest.entries
    ]
    more = {"entries": files} if with_files else {}
    return {**listed_data(each), **summary_data(manifest), **more}


def shown_text(each: Snapshot, manifest: Manifest, *, with_files: bool) -> str:
    """Return what an archive says of itself, in words."""
    verified = "never verified since" if each.verified_at is None else f"verified {moment(each.verified_at)}"
    versions = ", ".join(f"{name} {version}" for name, version in manifest.versions.items())
    lines = [
        f"{manifest.id} of {manifest.project}, {moment(manifest.created_at)}",
        f"{_count(manifest)} files, {sized(manifest.size_bytes)} in {sized(each.size_bytes)}, {verified}",
        f"made with {versions}",
        *([f"git revision {manifest.revision}"] if manifest.revision else []),
        *([f"note: {manifest.note}"] if manifest.note else []),
        *_lefts("incomplete", manifest.problems),
        *_lefts("secrets are left out", manifest.secrets),
        *_lefts("left out", manifest.excluded),
        *(f"  {entry.path}" for entry in manifest.entries if with_files),
    ]
    return "\n".join(lines)


def listed_data(each: Snapshot) -> dict[str, Any]:
    """Return a snapshot of the list, as data."""
    manifest = each.manifest
    return {
        "id": each.id,
        "path": str(each.path),
        "created_at": manifest.created_at.isoformat() if manifest else None,
        "archive_bytes": each.size_bytes,
        "bytes": manifest.size_bytes if manifest else None,
        "files": _count(manifest) if manifest else None,
        "complete": manifest.is_complete if manifest else None,
        "verified_at": each.verified_at.isoformat() if each.verified_at else None,
        "note": manifest.note if manifest else "",
        "trouble": each.trouble,
    }


def listed_text(there: Sequence[Snapshot]) -> str:
    """Return the list, in words."""
    if not there:
        return "there is no snapshot yet; make one with `qualia backup create`"
    return "\n".join(_line(each) for each in there)


def _line(each: Snapshot) -> str:
    manifest = each.manifest
    if manifest is None:
        return f"{each.id}  unusable: {each.trouble}"
    state = "incomplete" if not manifest.is_complete else "complete"
    verified = "" if each.verified_at is None else f", verified {moment(each.verified_at)}"
    note = f"  {manifest.note}" if manifest.note else ""
    return (
        f"{each.id}  {moment(manifest.created_at)}  {sized(each.size_bytes):>8}  {_count(manifest)} files, "
        f"{state}{verified}{note}"
    )


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
        return f"{manifest.id}: the project is as it was then; nothing would change"
    counts = f"bring back {len(difference.added)}, change {len(difference.changed)}, remove {len(difference.removed)}"
    lines = [f"{manifest.id} would {counts}; {len(difference.kept)} that it leaves out stay as they are"]
    for mark, paths in (("+", difference.added), ("~", difference.changed), ("-", difference.removed)):
        lines += [f"  {mark} {path}" for path in paths[:_SHOWN]]
        if len(paths) > _SHOWN:
            lines.append(f"  {mark} and {len(paths) - _SHOWN} more")
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
    lines = [f"{done.manifest.id} is restored to {done.to}"]
    if done.old is not None:
        lines.append(f"the former project is kept as {done.old}")
    if is_here:
        lines.append('this shell still stands in the former folder; go on with: cd "$PWD"')
    if done.manifest.secrets:
        lines.append("secrets were not part of it: those that stood here stay, others have to be set again")
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
    would = "would go" if dry_run else "removed"
    lines = [f"keep {each.id}: {', '.join(reasons)}" for each, reasons in done.kept]
    lines += [f"{would}: {each.id}" for each in done.removed]
    lines.append(f"{len(done.kept)} kept, {len(done.removed)} {would}, {sized(done.freed_bytes)}")
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
    verdict = "could be worked with" if done.is_good else "could not be worked with as it is"
    faults = [f"  {name}: {why}" for name, why in (*done.databases.items(), *done.plugins.items()) if why]
    count = f"{done.files} files, {len(done.databases)} databases, {len(done.plugins)} plugins"
    return "\n".join([f"{done.manifest.id} was restored to a temporary place and {verdict}: {count}", *faults])


def _count(manifest: Manifest) -> int:
    return sum(entry.kind == "file" for entry in manifest.entries)


def _left_data(left: Iterable[Left]) -> list[dict[str, str]]:
    return [{"path": each.path, "why": each.why} for each in left]


def _lefts(title: str, left: Sequence[Left]) -> list[str]:
    lines = [f"{title}: {len(left)}"] if left else []
    lines += [f"  {each.path}: {each.why}" for each in left[:_SHOWN]]
    if len(left) > _SHOWN:
        lines.append(f"  and {len(left) - _SHOWN} more")
    return lines
