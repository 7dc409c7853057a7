"""What a run starts from: the caller's values sorted into the document and the records by schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeGuard, cast

from attrs import frozen

from qualia._engine.plan import Given
from qualia._values import FrozenDict, freeze, is_mapping, is_sequence, misfit
from qualia.document import Document
from qualia.errors import InvalidParam, UnsupportedInput
from qualia.pipeline import DOCUMENT, Step
from qualia.records import SCHEMAS, argument_name, record_type
from qualia.result import Provenance, Result


@frozen(kw_only=True)
class Input:
    """One input of a call, and how it came about."""

    value: Any
    provenance: Provenance | None = None
    """None when no plugin made it."""


def sort_inputs(given: object) -> dict[str, Input]:
    """Return the document under `DOCUMENT` and each record under its schema.

    Args:
        given: a `Document`, a `Result`, a record, or a list of these.

    Raises:
        UnsupportedInput: something else, or two of a kind.
    """
    inputs: dict[str, Input] = {}
    for item in given if is_sequence(given) else (given,):
        name, found = _input(item)
        if name in inputs:
            raise UnsupportedInput("input", f"was given twice as {name.lstrip('@')}; give each kind once")
        inputs[name] = found
    return inputs


def asked_step(plugin: str, params: object) -> Step:
    """Return the one step of a run of one plugin.

    Raises:
        InvalidParam: the params are no mapping, or hold what JSON cannot.
    """
    values: object = FrozenDict() if params is None else params
    if not is_mapping(values):
        raise InvalidParam(plugin, "*", f"cannot be a {type(values).__name__}; give a mapping of names to values")
    for name, value in values.items():
        try:
            freeze({name: value}, at="it")
        except (TypeError, ValueError, RecursionError) as error:
            raise InvalidParam(plugin, str(name), f"cannot be used: {error}") from error
    return Step(plugin=plugin, params=values)


def as_given(inputs: Mapping[str, Input]) -> Given:
    """Return what planning has to know of the inputs."""
    document = inputs.get(DOCUMENT)
    return Given(
        media_type=None if document is None else document.value.media_type,
        schemas=frozenset(inputs) - {DOCUMENT},
    )


def named_inputs(document: Input | None, records: Mapping[str, Input]) -> dict[str, Input]:
    """Name a call's inputs as plugins expect them: "document", and each record's argument name by its schema."""
    named = {argument_name(schema): given for schema, given in records.items()}
    return named if document is None else {"document": document, **named}


def _input(item: Any) -> tuple[str, Input]:
    value, provenance = _taken_apart(item) if _is_result(item) else (item, None)
    if isinstance(value, Document):
        return DOCUMENT, Input(value=value, provenance=provenance)
    kind = cast("type[object]", type(value))
    schema = getattr(kind, "schema", None)
    if isinstance(schema, str) and schema in SCHEMAS:
        found = misfit(value, record_type(schema))
        if found is not None:
            raise UnsupportedInput("input", f"is a damaged record: {kind.__name__}{found}")
        return schema, Input(value=value, provenance=provenance)
    raise UnsupportedInput("input", f"is a {kind.__name__}; give a Document, a Result or a record")


def _is_result(item: object) -> TypeGuard[Result[Any]]:
    return isinstance(item, Result)


def _taken_apart(result: Result[Any]) -> tuple[Any, Provenance]:
    schema = result.provenance.produces
    if schema is None:
        return result.value, result.provenance
    try:
        return result.into(_type_of(schema)).value, result.provenance
    except UnsupportedInput:
        raise
    except ValueError as error:
        raise UnsupportedInput("input", f"is a damaged result: {error}") from error


def _type_of(schema: str) -> type[Any]:
    if schema == Document.schema:
        return Document
    if schema in SCHEMAS:
        return record_type(schema)
    raise UnsupportedInput("input", f"holds a {schema}, which this version does not know")
