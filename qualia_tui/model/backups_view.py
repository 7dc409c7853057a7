"""Snapshots as rows and lines, and what a restore or a clean-up would change, before anybody agrees to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from qualia_tui.lines import Column, Line, Row, Span, line
from qualia_tui.model import facts
from qualia_tui.model.amounts import age, count, size
from qualia_tui.model.log import matches
from qualia_tui.model.texts import Paragraph, cells, facts_lines, lines_of, wrapped_lines
from qualia_tui.words import _, translated

if TYPE_CHECKING:
    from datetime import datetime
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


def columns(snapshots: Iterable[facts.Plain] = ()) -> tuple[Column, ...]:
    """Return the columns of the table, for what is to stand in it."""
    widest = max((cells(state_of(each)[1].text) for each in snapshots), default=0)
    return (
        Column(title="", width=1),
        Column(title=_("made"), width=16),
        Column(title=_("age"), width=6, right=True),
        Column(title=_("size"), width=7, right=True),
        Column(title=_("files"), width=8, right=True, rank=2),
        Column(title=_("state"), width=max(14, widest)),
        Column(title=_("note"), width=8, grow=1, rank=1),
        Column(title=_("id"), width=23, rank=3),
    )


def rows(snapshots: Iterable[facts.Plain], *, at_s: float = 0.0, wanted: str = "") -> tuple[Row, ...]:
    """Return the snapshots that hold what is wanted, the newest first as they come.

    Args:
        snapshots: as ``backup.list`` gives them.
        at_s: the moment that ages are told for, in seconds since 1970.
        wanted: what a row must hold; after ``!`` what it must not.
    """
    return tuple(_row(each, at_s) for each in snapshots if matches(wanted, *_texts(each)))


def _texts(snapshot: facts.Plain) -> tuple[str, ...]:
    texts = (facts.text(snapshot, name) for name in ("id", "note", "trouble"))
    return (*texts, made(snapshot, "created_at"), state_of(snapshot)[1].text)


def state_of(snapshot: facts.Plain) -> tuple[Span, Span]:
    """Return a snapshot's mark and its state in words."""
    if facts.text(snapshot, "trouble"):
        return Span("✗", "bad"), Span(_("damaged"), "bad")
    if not facts.flag(snapshot, "complete"):
        return Span("!", "warn"), Span(_("incomplete"), "warn")
    encrypted = facts.flag(snapshot, "encrypted")
    if not facts.text(snapshot, "verified_at"):
        return Span("!", "warn"), Span(_("not verified, encrypted") if encrypted else _("not verified"), "warn")
    return Span("✓", "ok"), Span(_("verified, encrypted") if encrypted else _("verified"), "ok")


def _row(snapshot: facts.Plain, at_s: float) -> Row:
    mark, state = state_of(snapshot)
    moment = _moment(snapshot, "created_at")
    return Row(
        facts.text(snapshot, "id"),
        (
            mark,
            Span(made(snapshot, "created_at") or _("nobody knows"), "" if moment else "dim"),
            Span(age(max(0.0, at_s - moment.timestamp())) if moment else ""),
            Span(size(facts.number(snapshot, "archive_bytes"))),
            Span(count(facts.number(snapshot, "files"))),
            state,
            # One that tells nothing of itself has its name still.
            Span(facts.text(snapshot, "note") if moment else facts.text(snapshot, "id")),
            Span(facts.text(snapshot, "id"), "dim"),
        ),
    )


def made(snapshot: facts.Plain, name: str) -> str:
    """Return a moment of a snapshot, in the time of this machine; empty when nobody knows."""
    at = _moment(snapshot, name)
    return "" if at is None else at.astimezone().strftime("%Y-%m-%d %H:%M")


def _moment(snapshot: facts.Plain, name: str) -> datetime | None:
    from datetime import datetime

    try:
        return datetime.fromisoformat(facts.text(snapshot, name))
    except ValueError:
        return None


def snapshot_lines(told: facts.Plain, width: int) -> tuple[Line, ...]:
    """Return all that a snapshot's seal says, as ``backup.show`` gives it.

    Args:
        told: what the operation gave.
        width: characters there are.
    """
    mark, state = state_of(told)
    secrets, excluded = facts.items(told, "secrets"), facts.items(told, "excluded")
    are_inside = facts.text(told, "secrets_are") == "encrypted"
    inside = _("{count} inside, encrypted", count=len(secrets))
    known = {
        _("made"): made(told, "created_at"),
        _("verified"): made(told, "verified_at"),
        _("size"): size(facts.number(told, "archive_bytes")),
        _("files"): f"{count(facts.number(told, 'files'))} ({size(facts.number(told, 'bytes'))})",
        _("note"): facts.text(told, "note"),
        _("revision"): facts.text(told, "revision"),
        _("secrets"): (inside if are_inside else _("{count} left out", count=len(secrets))) if secrets else "",
        _("left out"): count(len(excluded)) if excluded else "",
        _("made with"): " ".join(f"{name} {each}" for name, each in facts.mapping(told, "versions").items()),
        _("file"): facts.text(told, "path"),
        _("trouble"): translated(facts.text(told, "trouble")),
    }
    head: Line = (mark, Span(" "), state)
    found: list[Line] = [head, *facts_lines(known, width)]
    named = (
        (_("incomplete"), facts.items(told, "problems")),
        (_("secrets") if are_inside else _("secrets that were left out"), secrets),
        (_("left out"), excluded),
    )
    for title, entries in named:
        if entries:
            found += [(), line(title, "title")]
        for each in entries:
            why = translated(facts.text(each, "why"))
            found += wrapped_lines(f"{facts.text(each, 'path')}: {why}".removesuffix(": "), width, indent=2)
    return tuple(found)


def problem_lines(told: facts.Plain, width: int) -> tuple[Line, ...]:
    """Return what a snapshot could not read, with the reasons.

    Args:
        told: what ``backup.create`` gave.
        width: characters there are.
    """
    lines = (
        f"{facts.text(each, 'path')}: {translated(facts.text(each, 'why'))}" for each in facts.items(told, "problems")
    )
    return tuple(each for text in lines for each in wrapped_lines(text, width))


def difference_lines(told: facts.Plain) -> tuple[Line, ...]:
    """Return what a restore would do to each file, as the dry run of ``backup.restore`` gives it.

    How many there are of each kind comes first, then what would be lost, as the list may be longer than anybody reads.
    """
    signs = (("removed", "-", "bad"), ("changed", "~", "warn"), ("added", "+", "ok"))
    found: list[Line] = [
        (Span(f"{sign} ", style), Span(path)) for name, sign, style in signs for path in facts.texts(told, name)
    ]
    if found:
        gone, changed, back = (count(len(facts.texts(told, name))) for name, _sign, _style in signs)
        head = _("removed: {gone}, changed: {changed}, brought back: {back}", gone=gone, changed=changed, back=back)
        found.insert(0, line(head, "title"))
    kept = len(facts.texts(told, "kept"))
    last = _("{count} that it leaves out stay as they are", count=kept)
    if kept == 1:
        last = _("one that it leaves out stays as it is")
    if not found:
        found.append(line(_("nothing would change")))
    return (*found, line(last, "dim")) if kept else tuple(found)


def changes(told: facts.Plain) -> int:
    """Return how many files a restore would change, as its dry run tells."""
    return sum(len(facts.texts(told, name)) for name in ("added", "changed", "removed"))


def pruned_lines(told: facts.Plain, width: int) -> tuple[Line, ...]:
    """Return which snapshots a clean-up would remove and why it keeps the others, as the dry run tells.

    Args:
        told: what the operation gave.
        width: characters there are.
    """
    found: list[Line] = [(Span("- ", "bad"), Span(each)) for each in facts.texts(told, "removed")]
    for each in facts.items(told, "kept"):
        reasons = "; ".join(translated(text) for text in facts.texts(each, "reasons"))
        lead = (Span("✓ ", "ok"), Span(facts.text(each, "id") + "  "))
        found += lines_of(Paragraph(text=reasons, lead=lead, style="dim"), width)
    return tuple(found)


def scheduled_lines(told: Sequence[facts.Plain], width: int) -> tuple[Line, ...]:
    """Return the files that let the system make backups by itself: which are in place, and what they say.

    Args:
        told: what ``backup.schedule`` gave.
        width: characters there are.
    """
    states: Mapping[str, tuple[Span, str]] = {
        "same": (Span("✓ ", "ok"), _("in place")),
        "other": (Span("! ", "warn"), _("another one is in place")),
    }
    heads: list[Line] = []
    texts: list[Line] = []
    for each in told:
        mark, state = states.get(facts.text(each, "state"), (Span("· ", "dim"), _("not in place")))
        heads += lines_of(Paragraph(text=facts.text(each, "path"), lead=(mark, Span(f"{state}  "))), width)
        texts += [(), line(facts.text(each, "path"), "title"), *wrapped_lines(facts.text(each, "text"), width)]
    if any(facts.text(each, "state") != "same" for each in told):
        advice = _("`qualia backup schedule --write` puts them in place, and says how to switch them on")
        heads += [(), *wrapped_lines(advice, width)]
    return (*heads, *texts)
