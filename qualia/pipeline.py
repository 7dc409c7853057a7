"""What is asked (Pipeline) and what will run (Plan). Planning is pure: no plugin is called, everything is checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from attrs import Factory, field, frozen

from qualia._values import frozen_mapping, is_mapping, is_texts
from qualia._yaml import parse_yaml
from qualia.errors import InvalidPipeline, unknown_name

DOCUMENT = "@document"
"""The reference a Plan uses for the document it is run on."""
_MAX_BYTES = 1024 * 1024
_MAX_STEPS = 1000


def _needs(value: Any) -> tuple[str, ...] | None:
    return None if value is None else tuple(value)


@frozen(kw_only=True)
class Step:
    """One step as asked."""

    plugin: str
    id: str = field(default=Factory(lambda step: step.plugin, takes_self=True))
    """Its name in the outcome; the plugin's id unless given."""
    params: Mapping[str, Any] = field(factory=dict[str, Any], converter=frozen_mapping)
    needs: tuple[str, ...] | None = field(default=None, converter=_needs)
    """Steps it takes its inputs from; None means any step listed before it, the nearest first."""


def _steps(value: Any) -> tuple[Step, ...]:
    return tuple(value)


@frozen(kw_only=True)
class Pipeline:
    """Steps as asked, in the order they were listed."""

    steps: tuple[Step, ...] = field(converter=_steps)
    name: str = "pipeline"
    description: str = ""

    @classmethod
    def of(cls, asked: Asked) -> Pipeline:
        """Return a pipeline as it is, or built from plain data or a file.

        Raises:
            InvalidPipeline: it cannot be read.
        """
        if isinstance(asked, Pipeline):
            return asked
        if isinstance(asked, (str, Path)):
            return cls.from_path(asked)
        return cls.from_mapping(asked)

    @classmethod
    def from_path(cls, path: str | Path) -> Pipeline:
        """Read a pipeline from a TOML, JSON or YAML file (YAML needs the ``cli`` extra).

        Raises:
            InvalidPipeline: the file is missing, unreadable, or holds no pipeline; file and step are named.
        """
        path = Path(path)
        return cls.from_mapping(_parse(path, _read(path)), place=str(path))

    @classmethod
    def from_mapping(cls, data: object, *, place: str = "pipeline") -> Pipeline:
        """Build a pipeline from plain data; ``place`` names it in errors.

        Raises:
            InvalidPipeline: a key is unknown, missing or of the wrong type; the step is named.
        """
        for keys, reason in flaws(data):
            raise InvalidPipeline(f"{place}, step {int(keys[1]) + 1}" if len(keys) > 1 else place, reason)
        table: Any = data
        return cls(
            steps=[
                Step(**{key: value for key, value in step.items() if key != "id" or value}) for step in table["steps"]
            ],
            name=table.get("name", Path(place).stem),
            description=table.get("description", ""),
        )


Asked = Pipeline | Mapping[str, Any] | str | Path
"""A `Pipeline`, the same as plain data, or the path of a TOML, JSON or YAML file."""


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(_MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise _unreadable(path, getattr(error, "strerror", None) or str(error)) from error
    if len(raw) > _MAX_BYTES:
        raise InvalidPipeline(str(path), f"a pipeline file has at most {_MAX_BYTES} bytes")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _unreadable(path, "it is not UTF-8 text") from error


def _unreadable(path: Path, reason: str) -> InvalidPipeline:
    return InvalidPipeline(str(path), f"cannot be read ({reason.lower()}); name a .toml, .json or .yaml file")


def _parse(path: Path, text: str) -> object:
    try:
        if path.suffix.lower() == ".json":
            import json

            return json.loads(text)
        if path.suffix.lower() in (".yaml", ".yml"):
            return _parse_yaml(path, text)
        import tomllib

        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        if isinstance(error, InvalidPipeline):
            raise
        raise InvalidPipeline(str(path), f"is no valid {path.suffix[1:].upper() or 'TOML'}: {error}") from error


def _parse_yaml(path: Path, text: str) -> object:
    try:
        return parse_yaml(text)
    except ImportError as error:
        reason = "reading YAML needs the cli extra; run: pip install 'qualia-core[cli]'"
        raise InvalidPipeline(str(path), reason) from error
    except (ValueError, RecursionError) as error:
        raise InvalidPipeline(str(path), f"is no valid YAML: {error}") from error


_KEYS: Mapping[str, type] = {"name": str, "description": str, "steps": list}
_STEP_KEYS: Mapping[str, type] = {"plugin": str, "id": str, "params": dict, "needs": list}
_FORMER: Mapping[str, str] = {"plugin_id": "plugin", "config": "params", "output_name": "id", "output": "id"}


def flaws(data: object) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield the keys that lead to each thing wrong with the form of a pipeline, and why; plugins are not looked at.

    Args:
        data: plain data, as it was read from a file.
    """
    if not is_mapping(data):
        yield (), f"must be a table of {', '.join(_KEYS)}, not a {type(data).__name__}"
        return
    yield from _key_flaws(data, _KEYS, ())
    steps: Any = data.get("steps", [])
    if not isinstance(steps, list):
        return
    if not steps:
        yield (), "it has no steps; add at least one [[steps]] with a plugin"
    elif len(cast("list[object]", steps)) > _MAX_STEPS:
        yield ("steps",), f"it has {len(cast('list[object]', steps))} steps; {_MAX_STEPS} is the most"
    else:
        for number, step in enumerate(cast("list[object]", steps)):
            yield from _step_flaws(step, ("steps", number))


def _key_flaws(
    table: Mapping[Any, Any], kinds: Mapping[str, type], at: tuple[str | int, ...]
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for key, value in table.items():
        if key in kinds:
            if not isinstance(value, kinds[key]):
                said = f"key {key!r} must be a {kinds[key].__name__}, not a {type(value).__name__}"
                yield (*at, str(key)), said
        elif at and key in _FORMER:
            yield (*at, str(key)), f"key {key!r} is unknown; did you mean {_FORMER[key]!r}, as it is called by now?"
        elif not at and key == "metadata":
            yield (str(key),), "key 'metadata' is not read since the first version; use description, or a comment"
        else:
            yield (*at, str(key)), f"key {key!r} {unknown_name(str(key), kinds)}"


def _step_flaws(step: object, at: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if not is_mapping(step):
        yield at, f"must be a table of {', '.join(_STEP_KEYS)}, not a {type(step).__name__}"
        return
    yield from _key_flaws(step, _STEP_KEYS, at)
    if not step.get("plugin") and "plugin_id" not in step:
        yield at, 'names no plugin; add plugin = "..."'
    if isinstance(step.get("needs", []), list) and not is_texts(step.get("needs", [])):
        yield (*at, "needs"), "key 'needs' must be a list of texts"
    if isinstance(step.get("params"), dict):
        try:
            frozen_mapping(step["params"])
        except (TypeError, ValueError, RecursionError) as error:
            yield (*at, "params"), f"params hold what JSON cannot: {error}"


@frozen(kw_only=True)
class PlanStep:
    """One step that will run, with its inputs settled."""

    id: str
    plugin: str
    params: Any
    """The plugin's params object, checked, defaults filled in."""
    document: str | None
    """The step whose document it gets, or `DOCUMENT`; None when it takes none."""
    records: Mapping[str, str] = field(factory=dict[str, str], converter=frozen_mapping)
    """Record schema -> the step that gives it, or the schema itself when it was given with the call."""
    needs: tuple[str, ...] = ()
    """The steps it waits for: those it takes inputs from, and those it was told to need."""
    added: bool = False
    """Whether the engine added it because another step needs it."""


@frozen(kw_only=True)
class Plan:
    """Steps in the order they run; every reference points to an earlier one."""

    name: str
    steps: tuple[PlanStep, ...]

    def to_mermaid(self) -> str:
        """Return the plan as a Mermaid flowchart (https://mermaid.js.org); added steps have round corners.

        What was given, the document and records, has slanted sides. No name in the plan is read as Mermaid or HTML.
        """
        numbers = {step.id: f"s{number}" for number, step in enumerate(self.steps)}
        uses = [
            (source, label, numbers[step.id]) for step in self.steps for source, label in self._inputs(step, numbers)
        ]
        given = [source for source in dict.fromkeys(source for source, _, _ in uses) if source not in numbers]
        names = {**numbers, **{source: f"g{number}" for number, source in enumerate(given)}}
        lines = ["flowchart TD"]
        lines.extend(f'  {names[source]}[/"{_mermaid_text(source.lstrip("@"))}"/]' for source in given)
        for step in self.steps:
            opening, closing = ("(", ")") if step.added else ("[", "]")
            label = step.id if step.id == step.plugin else f"{step.id}: {step.plugin}"
            lines.append(f'  {names[step.id]}{opening}"{_mermaid_text(label)}"{closing}')
        lines.extend(f"  {names[source]} -->{label} {target}" for source, label, target in uses)
        return "\n".join(lines) + "\n"

    @staticmethod
    def _inputs(step: PlanStep, steps: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """Yield what a step waits for or takes, each with the text of its arrow."""
        if step.document == DOCUMENT:
            yield DOCUMENT, ""
        labels = {source: schema for schema, source in step.records.items()}
        for source in (*step.needs, *(each for each in labels if each not in steps)):
            yield source, f'|"{_mermaid_text(labels[source])}"|' if labels.get(source, source) != source else ""


def _mermaid_text(text: str) -> str:
    """Write text so that nothing in it is read as Mermaid or HTML."""
    return "".join(char if char.isalnum() or char in " _-/:" else f"#{ord(char)};" for char in text)
