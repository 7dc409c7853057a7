"""Snapshots as rows and lines, and what a restore or a clean-up would change, before anybody agrees to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from qualia_tui.lines import Column, Line, Row, Span, line
from qualia_tui.model import facts
from qualia_tui.model.amounts import count, size
from qualia_tui.model.log import matches
from qualia_tui.model.texts import facts_lines, wrapped_lines
from qualia_tui.words import _, translated

PREFIX = "backup."
"""What the names of the operations begin with that this is about."""


def offers(operations: Sequence[facts.Plain]) -> frozenset[str]:
    """Return the names of the operations about backups that are installed and can be used."""
    names = (
        facts.text(each, "operation") or facts.text(each, "name")
        for each in operations
        if not facts.text(each, "trouble")
    )
    return frozenset(name for name in names if name.startswith(PREFIX))


def columns() -> tuple[Column, ...]:
    """Return the columns of the table."""
    return (
        Column(title="", width=1),
        Column(title=_("made"), width=16),
        Column(title=_("size"), width=8, right=True),
        Column(title=_("files"), width=8, right=True, rank=2),
        Column(title=_("state"), width=14),
        Column(title=_("note"), width=8, grow=1, rank=1),
        Column(title=_("id"), width=23, rank=3),
    )


def rows(snapshots: Iterable[facts.Plain], *, wanted: str = "") -> tuple[Row, ...]:
    """Return the snapshots that hold what is wanted, the newest first as they come."""
    return tuple(_row(each) for each in snapshots if matches(wanted, *_texts(each)))


def _texts(snapshot: facts.Plain) -> tuple[str, ...]:
    return tuple(facts.text(snapshot, name) for name in ("id", "note", "created_at", "trouble"))


def state_of(snapshot: facts.Plain) -> tuple[Span, Span]:
    """Return a snapshot's mark and its state in words."""
    if facts.text(snapshot, "trouble"):
        return Span("✗", "bad"), Span(_("damaged"), "bad")
    if not facts.flag(snapshot, "complete"):
        return Span("!", "warn"), Span(_("incomplete"), "warn")
    if not facts.text(snapshot, "verified_at"):
        return Span("!", "warn"), Span(_("not verified"), "warn")
    return Span("✓", "ok"), Span(_("encrypted") if facts.flag(snapshot, "encrypted") else _("verified"), "ok")


def _row(snapshot: facts.Plain) -> Row:
    mark, state = state_of(snapshot)
    return Row(
        facts.text(snapshot, "id"),
        (
            mark,
            Span(made(snapshot, "created_at")),
            Span(size(facts.number(snapshot, "archive_bytes"))),
            Span(count(facts.number(snapshot, "files"))),
            state,
            Span(facts.text(snapshot, "note")),
            Span(facts.text(snapshot, "id"), "dim"),
        ),
    )


def made(snapshot: facts.Plain, name: str) -> str:
    """Return a moment of a snapshot, in the time of this machine; empty when nobody knows."""
    from datetime import datetime

    try:
        at = datetime.fromisoformat(facts.text(snapshot, name))
    except ValueError:
        return ""
    return at.astimezone().strftime("%Y-%m-%d %H:%M")


def snapshot_lines(told: facts.Plain, width: int) -> tuple[Line, ...]:
    """Return all that a snapshot's seal says, as ``backup.show`` gives it.

    Args:
        told: what the operation gave.
        width: characters there are.
    """
    mark, state = state_of(told)
    secrets = len(facts.texts(told, "secrets"))
    known = {
        _("made"): made(told, "created_at"),
        _("verified"): made(told, "verified_at"),
        _("size"): size(facts.number(told, "archive_bytes")),
        _("files"): f"{count(facts.number(told, 'files'))} ({size(facts.number(told, 'bytes'))})",
        _("note"): facts.text(told, "note"),
        _("revision"): facts.text(told, "revision"),
        _("secrets"): _("{count} left out", count=secrets) if secrets else "",
        _("made with"): " ".join(f"{name} {each}" for name, each in facts.mapping(told, "versions").items()),
        _("file"): facts.text(told, "path"),
        _("trouble"): translated(facts.text(told, "trouble")),
    }
    problems = (
        each for text in facts.texts(told, "problems") for each in wrapped_lines(f"! {translated(text)}", width)
    )
    head: Line = (mark, Span(" "), state)
    return (head, *facts_lines(known, width), *problems)


def difference_lines(told: facts.Plain) -> tuple[Line, ...]:
    """Return what a restore would do to each file, as the dry run of ``backup.restore`` gives it."""
    signs = (("added", "+", "ok"), ("changed", "~", "warn"), ("removed", "-", "bad"))
    found: list[Line] = [
        (Span(f"{sign} ", style), Span(path)) for name, sign, style in signs for path in facts.texts(told, name)
    ]
    kept = len(facts.texts(told, "kept"))
    last = _("{count} that it leaves out stay as they are", count=kept)
    if not found:
        found.append(line(_("nothing would change")))
    return (*found, line(last, "dim")) if kept else tuple(found)


def changes(told: facts.Plain) -> int:
    """Return how many files a restore would change, as its dry run tells."""
    return sum(len(facts.texts(told, name)) for name in ("added", "changed", "removed"))


def pruned_lines(told: facts.Plain) -> tuple[Line, ...]:
    """Return which snapshots a clean-up would remove and why it keeps the others, as the dry run tells."""
    removed = ((Span("- ", "bad"), Span(facts.text(each, "id"))) for each in facts.items(told, "removed"))
    kept = (
        (
            Span("✓ ", "ok"),
            Span(facts.text(each, "id") + "  "),
            Span("; ".join(translated(text) for text in facts.texts(each, "reasons")), "dim"),
        )
        for each in facts.items(told, "kept")
    )
    return (*removed, *kept)
