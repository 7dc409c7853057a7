"""Two runs side by side: what was asked, with what it was made, how it went, and where what came out differs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from attrs import field, frozen

from qualia._values import is_mapping, is_sequence, to_plain
from qualia.history import RunEntry, StepEntry
from qualia.result import Artifact, Result

MOST_ROWS = 200
"""Rows of differences of one step."""
_LONGEST = 200
_DEEPEST = 40
_NAMES = ("id", "name", "word", "speaker", "step", "label", "lemma", "key", "text")
Look = Callable[[str], Result[Any] | None]


@frozen
class _Rows:
    """Rows that are found, up to a bound."""

    found: list[dict[str, Any]] = field(factory=list[dict[str, Any]])

    def add(self, path: str, before: object, after: object) -> bool:
        """Add a row; tell whether there is room for another one."""
        self.found.append({"path": path, "before": before, "after": after})
        return len(self.found) <= MOST_ROWS


def compared(first: RunEntry, second: RunEntry, look: Look) -> dict[str, Any]:
    """Return what differs between two runs, as plain data; steps are paired by name.

    Args:
        first: the run that is looked back at.
        second: the run it is compared with.
        look: gives a kept result by its key; None when it is kept no more.
    """
    before, after = {each.step: each for each in first.steps}, {each.step: each for each in second.steps}
    names = list(dict.fromkeys((*before, *after)))
    return {
        "first": _facts(first),
        "second": _facts(second),
        "same_document": first.document == second.document,
        "steps": [_step(name, before.get(name), after.get(name), look) for name in names],
    }


def _facts(run: RunEntry) -> dict[str, Any]:
    return {
        "run_id": run.run_id,
        "name": run.name,
        "document": run.document,
        "started_at": run.started_at.isoformat(),
        "elapsed_s": run.elapsed_s,
        "outcome": run.outcome,
        "error": run.error,
    }


def _step(name: str, first: StepEntry | None, second: StepEntry | None, look: Look) -> dict[str, Any]:
    sides = (first, second)
    facts = {
        "step": name,
        "plugin": _pair(None if each is None else each.plugin for each in sides),
        "outcome": _pair(None if each is None else each.outcome for each in sides),
        "elapsed_s": _pair(None if each is None else each.elapsed_s for each in sides),
        "cached": _pair(None if each is None else each.cached for each in sides),
        "error": _pair("" if each is None else each.error for each in sides),
        "version": _pair(_made(each, "version") for each in sides),
        "code": _pair(_made(each, "code_hash") for each in sides),
        "engine": _pair(_made(each, "engine_version") for each in sides),
        "params": _mappings(first, second, "params"),
        "inputs": _mappings(first, second, "inputs"),
        "host": _mappings(first, second, "host"),
    }
    return {**facts, "values": _values(first, second, look)}


def _pair(sides: Iterator[Any]) -> list[Any]:
    return [*sides]


def _made(step: StepEntry | None, name: str) -> Any:
    return None if step is None or step.provenance is None else getattr(step.provenance, name)


def _mappings(first: StepEntry | None, second: StepEntry | None, name: str) -> list[dict[str, Any]]:
    """Return rows of the entries that differ."""
    before, after = _made(first, name), _made(second, name)
    return [] if before is None or after is None else differences(to_plain(before), to_plain(after))


def _values(first: StepEntry | None, second: StepEntry | None, look: Look) -> dict[str, Any]:
    """Return whether two results are the same and where they differ; "unknown" when one is kept no more."""
    unknown: dict[str, Any] = {"verdict": "unknown", "rows": [], "more": False}
    if first is None or second is None or not first.key or not second.key:
        return unknown
    if first.key == second.key:
        return {"verdict": "same", "rows": [], "more": False}
    before, after = look(first.key), look(second.key)
    if before is None or after is None:
        return unknown
    rows = differences(_plain(before.value), _plain(after.value))
    return {"verdict": "different" if rows else "same", "rows": rows[:MOST_ROWS], "more": len(rows) > MOST_ROWS}


def _plain(value: object) -> Any:
    """Return a value as plain data; of an artifact its facts and digest, for its bytes say nothing to anybody."""
    if not isinstance(value, Artifact):
        return to_plain(value)
    import hashlib

    digest = hashlib.sha256(value.data).hexdigest()
    return {"name": value.name, "media_type": value.media_type, "bytes": len(value.data), "sha256": digest}


def differences(before: object, after: object) -> list[dict[str, Any]]:
    """Return where two plain values differ: rows of ``path``, ``before`` and ``after``, up to one over `MOST_ROWS`.

    Items of a list are paired by what names them where something does, such as a word; otherwise by their places. What
    only one side has is None on the other.
    """
    rows = _Rows()
    _compare(rows, "", before, after, 0)
    return rows.found


def _compare(rows: _Rows, path: str, before: object, after: object, depth: int) -> bool:
    """Add the rows of what differs; tell whether there is room for more."""
    if type(before) is type(after) and before == after:
        return True
    if depth < _DEEPEST:
        pairs = _pairs(before, after)
        if pairs is not None:
            return all(
                _compare(rows, f"{path}{name}".removeprefix("."), old, new, depth + 1) for name, old, new in pairs
            )
    return rows.add(path, _short(before), _short(after))


def _pairs(before: object, after: object) -> list[tuple[str, Any, Any]] | None:
    """Return the parts of two values side by side; None when they have no parts to compare."""
    if is_mapping(before) and is_mapping(after):
        return [(f".{name}", before.get(name), after.get(name)) for name in dict.fromkeys((*before, *after))]
    if not is_sequence(before) or not is_sequence(after):
        return None
    name = next((each for each in _NAMES if _names(before, each) and _names(after, each)), None)
    if name is not None:
        old, new = ({item[name]: item for item in items} for items in (before, after))
        return [(f"[{each}]", old.get(each), new.get(each)) for each in dict.fromkeys((*old, *new))]
    count = max(len(before), len(after))
    return [(f"[{place}]", _at(before, place), _at(after, place)) for place in range(count)]


def _names(items: Sequence[Any], name: str) -> bool:
    """Whether a field tells the items of a list apart."""
    found = [item[name] for item in items if is_mapping(item) and isinstance(item.get(name), str)]
    return len(found) == len(items) > 0 and len(set(found)) == len(found)


def _at(items: Sequence[Any], place: int) -> Any:
    return items[place] if place < len(items) else None


def _short(value: object) -> Any:
    """Return a value as a line can show it: a short record or list as it is, of anything longer the beginning."""
    if isinstance(value, str):
        return value if len(value) <= _LONGEST else f"{value[: _LONGEST - 1]}…"
    if is_mapping(value) or is_sequence(value):
        text = str(_listed(value))
        return value if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    return value


def _listed(value: Mapping[Any, Any] | Sequence[Any]) -> object:
    return dict(value) if is_mapping(value) else list(value)
