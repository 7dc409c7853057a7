"""What may stand in a log line: no document, no secret, nothing without bound, and nothing that a terminal obeys."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

from qualia._values import is_mapping, is_sequence

HIDDEN = "[hidden]"
"""What stands in the place of a secret."""
LONGEST = 500
"""Characters of a text."""
MOST = 30
"""Entries of a mapping, or items of a list."""
DEEPEST = 4
"""Mappings and lists within each other."""
_KEY_LENGTH = 60
_MORE = "…"
_DOCUMENTS = frozenset(
    {
        "body",
        "content",
        "contents",
        "data",
        "document",
        "documents",
        "error",
        "excerpt",
        "exception",
        "given",
        "inputs",
        "paragraph",
        "quote",
        "sentence",
        "snippet",
        "speaker",
        "stack",
        "text",
        "texts",
        "title",
        "transcript",
        "value",
        "values",
        "words",
    }
)
"""Keys whose values are, or may quote, what a document says. An error's sentence may: its class and place do not."""
_SECRET = re.compile(
    r"pass(wd|word|phrase)?$|password|secret|token|api_?key|private_?key|signing_?key|authori[sz]ation|cookie|credential"
    r"|\bdsn$|_dsn$|bearer|session_?id"
)
_HINT = re.compile(r"(?i)://|authori|bearer|basic|pass|secret|token|api.?key|private key")
"""Without one of these a text holds no secret that could be known for one, as most texts of a log."""
_OWN = frozenset(
    {"cached", "elapsed_s", "event", "generation", "level", "logger", "name", "place", "plugin", "run_id", "state"}
    | {"step", "steps", "timestamp", "trace_id", "version"}
)
"""Keys of the engine's own lines, whose values are harmless."""
_IN_TEXT = (
    # Whoever is named before the @ of an address, and what is handed over behind a name that says it is secret.
    (re.compile(r"(?i)\b([a-z][a-z0-9+.-]{1,20}://)[^\s/@]+@"), rf"\1{HIDDEN}@"),
    (
        re.compile(
            r"(?i)\b((?:proxy-)?authorization|bearer|basic|pass(?:word|wd|phrase)|secret|token|api[_-]?key)\b"
            r"(\s*[:=]\s*(?:bearer\s+|basic\s+)?|\s+)(\"[^\"]*\"|'[^']*'|[^\s,;&\"']+)"
        ),
        rf"\1\2{HIDDEN}",
    ),
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL), HIDDEN),
    (re.compile(r"AGE-SECRET-KEY-[0-9A-Z]+", re.IGNORECASE), HIDDEN),
)


def scrubbed(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return facts as plain data that a log line may hold: texts, numbers, truths, lists and mappings, all bounded."""
    return _mapping(facts, 0)


def scrub(_logger: object, _method: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Do what `scrubbed` does, where structlog wants a processor."""
    return scrubbed(facts)


def shown(text: str) -> str:
    """Return a text as a log line may hold it: short, on one line, its secrets hidden."""
    if _HINT.search(text):
        # Before it is cut, or half a secret might be left that is not known for one any more.
        for pattern, instead in _IN_TEXT:
            text = pattern.sub(instead, text[: LONGEST * 20])
    if text.isprintable() and len(text) <= LONGEST:
        return text
    text = "".join(each if each.isprintable() else _escaped(each) for each in text[: LONGEST + 1])
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + _MORE


def _mapping(facts: Mapping[Any, Any], depth: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in _first(facts.items()):
        if key in _OWN:
            found[key] = _value(value, depth + 1)
            continue
        name = shown(str(key))[:_KEY_LENGTH]
        plain = re.sub(r"(?<=[a-z])(?=[A-Z])|[^A-Za-z0-9]+", "_", name).lower()
        if plain in _DOCUMENTS:
            continue
        found[name] = HIDDEN if _SECRET.search(plain) and not _is_harmless(value) else _value(value, depth + 1)
    return found


def _is_harmless(value: object) -> bool:
    """Whether a value cannot be a secret: numbers of tokens are counted, and settings say whether one is set."""
    return value is None or isinstance(value, (bool, float)) or (isinstance(value, int) and abs(value) < 1_000_000)


def _value(value: object, depth: int) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int(value) if abs(value) < 10**30 else shown(f"{type(value).__name__} of {value.bit_length()} bits")
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else str(float(value))
    if isinstance(value, str):
        return shown(str(value))
    if is_mapping(value):
        return _mapping(value, depth) if depth < DEEPEST else _MORE
    if is_sequence(value):
        return [_value(each, depth + 1) for each in _first(value)] if depth < DEEPEST else _MORE
    # What a stranger's object says of itself may be anything.
    return f"<{shown(type(value).__name__)[:_KEY_LENGTH]}>"


def _first(items: Iterable[Any]) -> Iterable[Any]:
    return (each for each, _number in zip(items, range(MOST), strict=False))


def _escaped(character: str) -> str:
    return character.encode("unicode_escape", "backslashreplace").decode("ascii")
