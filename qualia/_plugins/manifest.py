"""One ``plugin.toml``, read and checked by what `_plugins.keys` declares."""

from __future__ import annotations

import math
import re
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from attrs import frozen

from qualia._plugins.keys import KEYS, LIMIT_KEYS, MAX_BYTES, SCHEMAS, Isolation, Key, Kind, Lifecycle
from qualia._plugins.lines import end_of, is_deep, line_of
from qualia._plugins.requirement import Requirement
from qualia._plugins.version import parse_range
from qualia._values import FrozenDict, is_mapping, is_texts
from qualia.errors import InvalidManifest, unknown_name

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_AT = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


@frozen(kw_only=True)
class Limits:
    """What a plugin asks of the engine."""

    max_failures: int | None = None
    """Consecutive failures that open its circuit; None takes the engine's setting."""
    timeout_seconds: float | None = None
    """How long the circuit stays open; None takes the engine's setting."""
    isolation: Isolation = "inline"
    """Where its calls run: in the caller's thread, in one of its own, or in a process that can be killed."""
    call_seconds: float | None = None
    """Longest a call may take, unless it runs inline; None takes the engine's setting."""
    max_concurrent: int | None = None
    """Calls that may be under way at the same time; None takes the engine's setting."""
    memory_mb: int | None = None
    """Memory its process may use, in MiB of address space; None takes the engine's setting."""
    cpu_seconds: float | None = None
    """Processor time one call may use in a process of its own; None for no bound but `call_seconds`."""


_NO_LIMITS = Limits()


@frozen(kw_only=True)
class Manifest:
    """What a ``plugin.toml`` says."""

    id: str
    kind: Kind
    version: str
    api: str
    """Range of plugin API versions it was written for."""
    summary: str
    entry: str
    """Name of the plugin's class in its package."""
    produces: tuple[str, ...] = ()
    """The record an analyzer gives (at most one), or the media types a visualizer makes."""
    consumes: tuple[str, ...] = ()
    """Records it needs."""
    consumes_when: Mapping[str, str] = FrozenDict()
    """Records it needs only when a param has a value -> ``param=value``."""
    accepts: tuple[str, ...] = ()
    """Media types a document plugin turns into plain documents."""
    dependencies: tuple[str, ...] = ()
    """Distributions it imports, as PEP 508 requirements."""
    optional: tuple[str, ...] = ()
    """Distributions it uses when they are installed."""
    lifecycle: Lifecycle = "stable"
    """How far it can be relied on; a deprecated plugin works as before."""
    replaced_by: str = ""
    """Id of the plugin to use instead of this deprecated one; empty when there is none."""
    limits: Limits = _NO_LIMITS

    @property
    def known_records(self) -> tuple[str, ...]:
        """All records it may be given."""
        return (*self.consumes, *self.consumes_when)

    def consumed(self, params: object) -> tuple[str, ...]:
        """Return the records it needs with these params: the plugin's own object, or a mapping by name."""
        if not self.consumes_when:
            return self.consumes
        found = list(self.consumes)
        for schema, condition in self.consumes_when.items():
            name, _, value = condition.partition("=")
            given: object = params.get(name) if is_mapping(params) else getattr(params, name, None)
            found += [schema] if str(given) == value else []
        return tuple(found)


def _test_of(key: Key) -> Callable[[Any], bool]:
    """Return what tells whether a value is right for a key, by itself; a thousand manifests ask it ten times each."""
    matches = re.compile(key.pattern).fullmatch if key.pattern else None

    def is_text(value: Any) -> bool:
        if type(value) is not str or not value.strip() or (not value.isprintable() and _CONTROL.search(value)):
            return False
        if key.choices:
            return value in key.choices
        return matches is None or matches(value) is not None

    def is_number(value: Any) -> bool:
        is_one = type(value) is int or (key.shape == "seconds" and type(value) is float)
        return is_one and key.least <= value < math.inf

    if key.shape == "text":
        return is_text
    if key.shape == "text or texts":
        return lambda value: is_text(value) if type(value) is str else is_texts(value)
    if key.shape == "table":
        return is_mapping
    if key.shape == "conditions":
        return lambda value: is_mapping(value) and all(is_text(each) for each in value.values())
    return is_texts if key.shape == "texts" else is_number


_Keys = Mapping[str, tuple[Key, Callable[[Any], bool]]]
_KEYS: _Keys = FrozenDict({key.name: (key, _test_of(key)) for key in KEYS})
_LIMITS: _Keys = FrozenDict({key.name: (key, _test_of(key)) for key in LIMIT_KEYS})
_REQUIRED = tuple(key.name for key in KEYS if key.required)
_LISTS = tuple(key.name for key in KEYS if "texts" in key.shape)


@frozen
class Flaw:
    """What is wrong with one key of a manifest."""

    keys: tuple[str, ...]
    """The key's name, after that of its table if it stands in one; empty for a key that is missing."""
    reason: str


def read_manifest(path: Path) -> Manifest:
    """Read and check one ``plugin.toml``.

    Raises:
        InvalidManifest: unreadable, no TOML, an unknown or missing key, or a value of the wrong shape. Its ``path``
            ends in ``:line`` or ``:line:column`` where that is known.
    """
    return checked(path, *read_table(path))


def checked(path: Path, text: str, table: Mapping[str, Any], good: set[str] | None = None) -> Manifest:
    """Return the manifest that a file's table makes; ``good`` as in `manifest_of`.

    Raises:
        InvalidManifest: as `read_manifest`.
    """
    manifest = manifest_of(table, good)
    if isinstance(manifest, Flaw):
        raise InvalidManifest(_place(path, line_of(text, *manifest.keys)), manifest.reason)
    return manifest


def read_table(path: Path) -> tuple[str, dict[str, Any]]:
    """Read a ``plugin.toml`` without checking its keys; return its text and what it says.

    Raises:
        InvalidManifest: it is unreadable or no TOML; its ``path`` says where as in `read_manifest`.
    """
    import tomllib

    text = ""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise InvalidManifest(str(path), "cannot be read: it is no file")
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise InvalidManifest(str(path), f"a manifest has at most {MAX_BYTES} bytes")
        text = data.decode("utf-8-sig")
        if is_deep(text):
            raise InvalidManifest(str(path), "cannot be read: it is nested too deeply")
        return text, tomllib.loads(text)
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise InvalidManifest(_place(path, line), "cannot be read: it is not UTF-8") from error
    except RecursionError as error:
        raise InvalidManifest(str(path), "cannot be read: it is nested too deeply") from error
    except OSError as error:
        raise InvalidManifest(str(path), f"cannot be read: {(error.strerror or str(error)).lower()}") from error
    except ValueError as error:
        sentence = str(error)
        at = _AT.search(sentence)
        line, column = (int(at[1]), int(at[2])) if at and at[1] else end_of(text)
        raise InvalidManifest(
            _place(path, line, column) if at else str(path), f"cannot be read: {_AT.sub('', sentence)}"
        ) from error


def _place(path: Path, *numbers: int | None) -> str:
    return ":".join([str(path), *(str(number) for number in numbers if number is not None)])


def manifest_of(table: Mapping[str, Any], good: set[str] | None = None) -> Manifest | Flaw:
    """Return the manifest a table makes, or the first thing that is wrong with it.

    Args:
        table: what the file says.
        good: ranges and requirements that are known to be right, to which those of this table are added; many
            manifests share theirs. None knows none.
    """
    wrong = flaws(table, good)
    if wrong:
        return wrong[0]
    values = dict(table)
    for name in _LISTS:
        value = values.get(name)
        if value is not None:
            values[name] = (value,) if type(value) is str else tuple(value)
    if "consumes_when" in values:
        values["consumes_when"] = FrozenDict(values["consumes_when"])
    limits = values.get("limits")
    if limits is not None:
        values["limits"] = Limits(**limits)
    return Manifest(**values)


def flaws(table: Mapping[str, Any], good: set[str] | None = None) -> list[Flaw]:
    """Tell everything that is wrong with a manifest's table: its keys' shapes, and if they are right, how they fit.

    Args:
        table: what the file says.
        good: as in `manifest_of`.
    """
    wrong: list[Flaw] = []
    _check_shapes(table, _KEYS, wrong)
    wrong += [
        Flaw((), f"key {name!r} must be a text that is not empty, and is missing")
        for name in _REQUIRED
        if name not in table
    ]
    if not wrong:
        _check_fit(table, wrong)
        _check_contents(table, set() if good is None else good, wrong)
    return wrong


def _check_shapes(table: Mapping[str, Any], known: _Keys, wrong: list[Flaw], above: tuple[str, ...] = ()) -> None:
    for name, value in table.items():
        entry = known.get(name)
        if entry is None:
            noun = "limit" if above else "key"
            wrong.append(Flaw((*above, name), f"{noun} {name!r} {unknown_name(name, known)}"))
        elif not entry[1](value):
            wrong.append(Flaw((*above, name), _misshapen(entry[0], value, is_limit=bool(above))))
        elif name == "limits":
            _check_shapes(value, _LIMITS, wrong, (name,))


def _misshapen(key: Key, value: Any, *, is_limit: bool) -> str:
    is_shown = not is_limit and type(value) is str and (key.choices or key.pattern)
    subject = f"{key.name} {value!r}" if is_shown else f"{'limit' if is_limit else 'key'} {key.name!r}"
    return f"{subject} {key.must(value)}"


def _check_fit(table: Mapping[str, Any], wrong: list[Flaw]) -> None:
    """Find the keys that do not go together."""
    kind, produces, replaced_by = table["kind"], table.get("produces", ()), table.get("replaced_by")
    if kind == "analyzer" and type(produces) is not str and len(produces) > 1:
        wrong.append(Flaw(("produces",), "an analyzer produces one record at most"))
    if kind == "visualizer" and not produces:
        wrong.append(Flaw(("produces",), "a visualizer names the media types it produces"))
    if kind != "document" and table.get("accepts"):
        wrong.append(Flaw(("accepts",), "only a document plugin accepts media types"))
    wrong += [
        Flaw((name,), "a document plugin consumes no records")
        for name in ("consumes", "consumes_when")
        if kind == "document" and table.get(name)
    ]
    if replaced_by is not None and table.get("lifecycle") != "deprecated":
        reason = 'only a deprecated plugin is replaced by another; say lifecycle = "deprecated"'
        wrong.append(Flaw(("replaced_by",), reason))
    if replaced_by == table["id"]:
        wrong.append(Flaw(("replaced_by",), "a plugin is not replaced by itself"))


def _check_contents(table: Mapping[str, Any], good: set[str], wrong: list[Flaw]) -> None:
    """Find the texts that are not the records, ranges and requirements they should be."""
    produces = table.get("produces", ()) if table["kind"] == "analyzer" else ()
    records = [("produces", text) for text in ((produces,) if type(produces) is str else produces)]
    records += [(name, text) for name in ("consumes", "consumes_when") for text in table.get(name, ())]
    wrong += [
        Flaw((name,), f"record {text!r} {unknown_name(text, SCHEMAS)}") for name, text in records if text not in SCHEMAS
    ]
    needs = ("dependencies", "optional")
    asked = [("api", table["api"]), *((name, text) for name in needs for text in table.get(name, ()))]
    for name, text in asked:
        if f"{name} {text}" not in good:
            try:
                parse_range(text) if name == "api" else Requirement.parse(text)
            except ValueError as error:
                wrong.append(Flaw((name,), str(error)))
            else:
                good.add(f"{name} {text}")
