"""What an archive says of itself: every file with its digest, what was left out and why, and what wrote it."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any, Literal

import attrs
from attrs import Factory, frozen

SCHEMA = "qualia-backup/1"
NAME = "manifest.json"
"""The manifest's name in an archive, where it comes last."""
_JSON = json.JSONEncoder()
_DIGEST = re.compile(r"[0-9a-f]{64}")
_YEARS = (1970, 9998)
_FARTHEST_NS = 2**63 - 1
"""What a system can be told."""

Kind = Literal["file", "folder", "link"]


@frozen(kw_only=True)
class Entry:
    """One thing an archive holds."""

    path: str
    """Below the project, parts joined by a slash; bytes that are no UTF-8 stand as lone surrogates."""
    kind: Kind
    mode: int
    """Permission bits, without those that change whose rights a program has."""
    mtime_ns: int
    size: int = 0
    """In bytes; 0 of a folder or link."""
    sha256: str = ""
    """Of a file; empty otherwise."""
    target: str = ""
    """Where a link points to; empty otherwise."""
    is_database: bool = False
    """Whether it is a copy that SQLite made and found whole."""


@frozen(kw_only=True)
class Left:
    """Something that an archive does not hold."""

    path: str
    why: str


@frozen(kw_only=True)
class Rules:
    """What is left out besides secrets and what can be made again."""

    exclude: tuple[str, ...] = ()
    """Patterns as in a .gitignore."""
    include: tuple[str, ...] = ()
    """Patterns that bring back what would be left out by default; never a secret."""
    with_cache: bool = False
    """Whether kept results go along."""
    max_file_bytes: int = 0
    """Size above which a file is left out; 0 for no bound."""
    with_secrets: bool = False
    """Whether secrets go along, as they do in an encrypted archive alone."""


@frozen(kw_only=True)
class Manifest:
    """What an archive says of itself."""

    id: str
    created_at: datetime
    """With its time zone, UTC."""
    project: str
    """The project folder's name."""
    place: str
    """Tells projects of one name apart: a digest of where the folder was."""
    versions: dict[str, str]
    """Of Qualia, Python and SQLite, and of each plugin as ``plugin:ID``."""
    revision: str = ""
    """The project's git revision; empty when it has none."""
    note: str = ""
    health: dict[str, Any] = Factory(dict[str, Any])
    """How everything was when it was made, as `qualia.health.HealthReport.to_plain` tells it; in its place a ``reason``
    why nobody could tell."""
    rules: Rules = Rules()
    case_twins: bool = False
    """Whether it holds names that differ in case alone, which only some systems can keep apart."""
    entries: tuple[Entry, ...] = ()
    excluded: tuple[Left, ...] = ()
    """What was left out by a rule."""
    secrets: tuple[Left, ...] = ()
    """Secrets: left out, or with `Rules.with_secrets` part of it."""
    problems: tuple[Left, ...] = ()
    """What should be in it and is not, or changed while it was read. With any, the snapshot is incomplete."""

    @property
    def size_bytes(self) -> int:
        """What its files come to."""
        return sum(entry.size for entry in self.entries)

    @property
    def is_complete(self) -> bool:
        """Whether everything that should be in it is."""
        return not self.problems


def to_bytes(manifest: Manifest) -> bytes:
    """Return a manifest as JSON, an entry a line, so that it can be read without a program."""
    plain: dict[str, Any] = attrs.asdict(manifest, recurse=False)
    plain["created_at"] = manifest.created_at.isoformat()
    plain["rules"] = attrs.asdict(manifest.rules)
    for name in ("excluded", "secrets", "problems"):
        plain[name] = [attrs.asdict(each) for each in plain[name]]
    plain["entries"] = [_short(entry) for entry in manifest.entries]
    lines = [f"{json.dumps('schema')}: {json.dumps(SCHEMA)}"]
    for name, value in plain.items():
        if name in ("entries", "excluded", "secrets", "problems"):
            rows = ",\n".join(map(_JSON.encode, value))
            lines.append(f"{json.dumps(name)}: [\n{rows}\n]" if rows else f"{json.dumps(name)}: []")
        else:
            lines.append(f"{json.dumps(name)}: {json.dumps(value)}")
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode("ascii")


def _short(entry: Entry) -> dict[str, Any]:
    plain: dict[str, Any] = {"path": entry.path, "kind": entry.kind, "mode": entry.mode, "mtime_ns": entry.mtime_ns}
    plain["size"] = entry.size
    if entry.kind == "file":
        plain["sha256"] = entry.sha256
    elif entry.kind == "link":
        plain["target"] = entry.target
    if entry.is_database:
        plain["is_database"] = True
    return plain


def from_bytes(data: bytes) -> Manifest:
    """Read a manifest, every field checked.

    Raises:
        ValueError: it is none, or not of a schema this version knows.
    """
    try:
        plain: Any = json.loads(data)
        if plain.get("schema") != SCHEMA:
            raise ValueError(
                f"its manifest is of schema {str(plain.get('schema'))[:40]!r}; this version knows {SCHEMA}"
            )
        lists = {
            name: tuple(Left(path=_text(each["path"]), why=_text(each["why"])) for each in plain[name])
            for name in ("excluded", "secrets", "problems")
        }
        return Manifest(
            id=_text(plain["id"]),
            created_at=_moment(plain["created_at"]),
            project=_text(plain["project"]),
            place=_text(plain["place"]),
            versions={_text(name): _text(value) for name, value in plain["versions"].items()},
            revision=_text(plain["revision"]),
            note=_text(plain["note"]),
            health=_table(plain.get("health", {})),
            rules=_rules(plain["rules"]),
            case_twins=plain["case_twins"] is True,
            entries=tuple(_entry(each) for each in plain["entries"]),
            **lists,
        )
    except (KeyError, TypeError, AttributeError, RecursionError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ValueError(f"its manifest cannot be read ({type(error).__name__}: {error})") from error


def moment(text: str) -> datetime:
    """Read a time with its zone.

    Raises:
        ValueError: it is none, has no zone, or lies so far off that it cannot be told in another zone.
    """
    at = datetime.fromisoformat(text)
    if at.tzinfo is None or not _YEARS[0] <= at.year <= _YEARS[1]:
        raise ValueError(f"{text[:40]!r} is no time with a zone")
    return at


def _moment(value: Any) -> datetime:
    try:
        return moment(_text(value))
    except ValueError as error:
        raise ValueError(f"its manifest cannot be read ({error})") from error


def _entry(plain: Any) -> Entry:
    entry = Entry(
        path=_text(plain["path"]),
        kind=plain["kind"],
        mode=_whole(plain["mode"]),
        mtime_ns=_nanoseconds(plain["mtime_ns"]),
        size=_whole(plain["size"]),
        sha256=_text(plain.get("sha256", "")),
        target=_text(plain.get("target", "")),
        is_database=plain.get("is_database", False) is True,
    )
    digested = _DIGEST.fullmatch(entry.sha256) is not None
    if entry.kind not in ("file", "folder", "link") or digested != (entry.kind == "file") or entry.mode > 0o777:
        raise ValueError(f"its manifest describes {entry.path[:80]!r} in a way that makes no sense")
    if (entry.size and entry.kind != "file") or bool(entry.target) != (entry.kind == "link"):
        raise ValueError(f"its manifest describes {entry.path[:80]!r} in a way that makes no sense")
    return entry


def _nanoseconds(value: Any) -> int:
    if type(value) is not int or abs(value) > _FARTHEST_NS:
        raise TypeError("a time of change is none")
    return value


def _rules(plain: Any) -> Rules:
    return Rules(
        exclude=tuple(_text(each) for each in plain["exclude"]),
        include=tuple(_text(each) for each in plain["include"]),
        with_cache=plain["with_cache"] is True,
        max_file_bytes=_whole(plain["max_file_bytes"]),
        with_secrets=plain.get("with_secrets") is True,
    )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("a text is none")
    return value


def _table(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError("a table is none")
    return value  # pyright: ignore[reportUnknownVariableType]


def _whole(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise TypeError("a number is none")
    return value
