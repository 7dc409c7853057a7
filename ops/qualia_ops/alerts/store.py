"""What alerts remember from one look to the next: a file that is written whole or not at all, and one who writes it."""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from attrs import asdict, field, frozen

from qualia._files import write_whole
from qualia.errors import UnwritableOutput
from qualia_ops.alerts.errors import AlertsLocked
from qualia_ops.alerts.machine import Track
from qualia_ops.alerts.notice import Fact, Notice

FILE_NAME = "alerts.json"
LOOK_LOCK, WATCH_LOCK = "alerts.lock", "alerts.watch.lock"
_SCHEMA = 1
_LARGEST_BYTES = 16 * 1024 * 1024
_END_OF_TIME_S = 253_402_300_800
"""The year 10,000, which no calendar here knows."""


@frozen(kw_only=True)
class Outbox:
    """What one sink still has to deliver."""

    waiting: tuple[Notice, ...] = ()
    """Oldest first."""
    failing_since_s: float | None = None
    """Since when nothing arrives, in seconds since 1970; None while all does."""
    tries: int = 0
    """Deliveries in a row that failed."""
    next_s: float = 0.0
    """When to try again, in seconds since 1970."""
    error: str = ""
    """Why the last one failed; empty when it did not."""
    dropped: int = 0
    """Notices that were given up since it fails."""


@frozen(kw_only=True)
class Memory:
    """What one look hands to the next."""

    tracks: Mapping[str, Track] = field(factory=dict[str, Track])
    held: tuple[Notice, ...] = ()
    """What quiet hours hold back."""
    outboxes: Mapping[str, Outbox] = field(factory=dict[str, Outbox])
    """By the sink's name."""
    looked_s: float | None = None
    """When somebody looked last, in seconds since 1970; None for never."""


@frozen
class Recalled:
    """What was read, and whether it had to be begun anew."""

    memory: Memory
    trouble: str = ""
    """Why nothing could be taken from the file; empty when all is well."""


def recall(folder: Path) -> Recalled:
    """Read what the last look left; of a file that is damaged or missing nothing is taken."""
    path = folder / FILE_NAME
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST_BYTES + 1)
    except FileNotFoundError:
        return Recalled(Memory())
    except OSError as error:
        reason = f"what was known of alerts cannot be read ({(error.strerror or str(error)).lower()}); begun afresh"
        return Recalled(Memory(), reason)
    try:
        return Recalled(_memory(json.loads(data, parse_constant=_refuse)))
    except (ValueError, TypeError, LookupError, ArithmeticError, AttributeError, RecursionError, ExceptionGroup):
        reason = "what was known of alerts is damaged, so it is begun afresh; what is still wrong is told again"
        return Recalled(Memory(), reason)


def _memory(plain: Any) -> Memory:
    from cattrs import Converter

    if plain["schema"] != _SCHEMA:
        raise ValueError(f"schema {plain['schema']!r}")
    converter = Converter(forbid_extra_keys=True)
    for kind in (str, int, float, bool):
        converter.register_structure_hook(kind, _exactly)
    converter.register_structure_hook_func(lambda kind: kind == Fact, _fact)
    return converter.structure(plain["memory"], Memory)


def _exactly(value: Any, kind: type[Any]) -> Any:
    """Return a value that has its type already; numbers without a fraction will do as times."""
    if kind is float and type(value) is int:
        value = float(value)
    if type(value) is not kind:
        raise TypeError(f"{type(value).__name__} where {kind.__name__} belongs")
    if kind is float and not 0 <= value < _END_OF_TIME_S:
        raise ValueError(value)
    return value


def _fact(value: Any, _kind: object) -> Fact:
    if value is None or type(value) in (int, float, str, bool):
        known: Fact = value
        return known
    raise TypeError(f"{type(value).__name__} is no fact")


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def remember(folder: Path, memory: Memory) -> None:
    """Write what the next look needs.

    Raises:
        UnwritableOutput: it cannot be written; what was there stays.
    """
    text = json.dumps({"schema": _SCHEMA, "memory": asdict(memory)}, ensure_ascii=True, allow_nan=False, indent=1)
    path = folder / FILE_NAME
    if path.is_symlink():
        # A project from elsewhere may bring one that leads to a file of its user's.
        raise UnwritableOutput(str(path), "it is a link")
    write_whole(path, text.encode())


@contextmanager
def held_alone(folder: Path, name: str = LOOK_LOCK) -> Generator[None]:
    """Be the only one as long as the block lasts; the system lets go when the process dies.

    Raises:
        AlertsLocked: somebody else is.
        OSError: the folder or the lock cannot be written.
    """
    from qualia_ops.backup.lock import holding

    folder.mkdir(parents=True, exist_ok=True)
    with holding(folder / name, AlertsLocked):
        yield
