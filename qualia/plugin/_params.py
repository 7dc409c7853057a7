"""An option declared once: validation, flags, forms and schemas all derive from the same declaration."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from types import NoneType, UnionType
from typing import (
    Any,
    Literal,
    TypeVar,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)

import attrs
from attrs import field, frozen

from qualia._values import is_mapping, is_texts
from qualia.errors import InvalidParam, unknown_name

P = TypeVar("P")
_OPTION = "qualia.option"
_LARGEST = int(sys.float_info.max)


@frozen
class NoParams:
    """The params of a plugin that has none."""


@frozen(kw_only=True)
class ParamSpec:
    """One declared option, as faces show it and `build_params` checks it."""

    name: str
    kind: Literal["bool", "int", "float", "str", "list"]
    """"list" is a tuple of texts."""
    default: Any
    help: str
    choices: tuple[str, ...] = ()
    """The only values allowed; empty means any."""
    ge: float | None = None
    """Smallest value allowed; None means no bound."""
    le: float | None = None
    """Largest value allowed; None means no bound."""
    optional: bool = False
    """Whether None is a value."""


def param(default: Any, *, help: str, ge: float | None = None, le: float | None = None) -> Any:  # noqa: A002
    """Declare an option of a params class; its annotation (bool, int, float, str, Literal, tuple[str, ...]) types it.

    Args:
        default: the value when the caller gives none.
        help: one sentence for people.
        ge: smallest number allowed, or None.
        le: largest number allowed, or None.
    """
    return field(
        default=default,
        kw_only=True,
        metadata={_OPTION: {"help": help, "ge": ge, "le": le}},
    )


def param_specs(params: type[Any]) -> tuple[ParamSpec, ...]:
    """Return the options a params class declares, in order.

    Raises:
        TypeError: it is no attrs class, or a field has an annotation that is not one of those `param` names.
    """
    if not attrs.has(params):
        raise TypeError(f"{params.__qualname__} is not an attrs class; put @frozen above it")
    hints = get_type_hints(params)
    return tuple(_spec(item, hints[item.name]) for item in attrs.fields(params))


def _spec(item: attrs.Attribute[Any], hint: Any) -> ParamSpec:
    option = item.metadata.get(_OPTION, {"help": "", "ge": None, "le": None})
    optional = False
    if get_origin(hint) in (Union, UnionType) and len(get_args(hint)) == 2 and NoneType in get_args(hint):
        optional = True
        hint = next(each for each in get_args(hint) if each is not NoneType)
    choices: tuple[str, ...] = ()
    if get_origin(hint) is Literal and is_texts(get_args(hint)):
        choices = get_args(hint)
        hint = str
    names: dict[Any, Any] = {
        bool: "bool",
        int: "int",
        float: "float",
        str: "str",
        tuple[str, ...]: "list",
    }
    if hint not in names:
        raise TypeError(f"param {item.name!r} is a {hint}; use bool, int, float, str, Literal or tuple[str, ...]")
    return ParamSpec(
        name=item.name,
        kind=names[hint],
        # An int given as a float's default is that float, as it is when the caller gives it.
        default=float(item.default) if hint is float and type(item.default) is int else item.default,
        choices=choices,
        optional=optional,
        **option,
    )


def build_params(
    params: type[P], values: Mapping[str, Any], *, plugin: str, specs: tuple[ParamSpec, ...] | None = None
) -> P:
    """Check ``values`` against the declaration and return the params, defaults filled in.

    Nothing is converted: ``"5"`` and ``True`` are no int. An int is a float where a float belongs; a list a tuple.

    Args:
        params: the params class.
        values: what was given, by name.
        plugin: whose params they are, for the errors.
        specs: what `param_specs` returned for the class; None to ask it.

    Raises:
        InvalidParam: an unknown name, a wrong type, a value out of range or not among the choices.
    """
    known = {spec.name: spec for spec in (param_specs(params) if specs is None else specs)}
    checked = _given(known, values, plugin)
    floats = {name: spec.default for name, spec in known.items() if spec.kind == "float" and name not in checked}
    return params(**{name: value for name, value in floats.items() if type(value) is float}, **checked)


def check_params(specs: tuple[ParamSpec, ...], values: Mapping[str, Any], *, plugin: str) -> dict[str, Any]:
    """Check ``values`` against a declaration and return the params in force by name, defaults filled in.

    Raises:
        InvalidParam: as `build_params`.
    """
    known = {spec.name: spec for spec in specs}
    return {name: spec.default for name, spec in known.items()} | _given(known, values, plugin)


def params_in_force(params: Any) -> dict[str, Any]:
    """Return the values of a params object by name.

    No converter that lives longer than the plugin gets to see its class: it would keep the class, and with it the code.
    """
    if is_mapping(params):
        return dict(params)
    kind = cast("type[attrs.AttrsInstance]", type(params))
    return {each.name: getattr(params, each.name) for each in attrs.fields(kind)}


def _given(known: Mapping[str, ParamSpec], values: object, plugin: str) -> dict[str, Any]:
    """Return the values given, checked."""
    if not is_mapping(values):
        reason = f"cannot be a {type(values).__name__}; give a mapping of names to values"
        raise InvalidParam(plugin, "*", reason)
    for name in values:
        if name not in known:
            raise InvalidParam(plugin, str(name), unknown_name(str(name), known))
    return {name: _checked(known[name], value, plugin) for name, value in values.items()}


def _checked(spec: ParamSpec, value: Any, plugin: str) -> Any:
    if value is None and spec.optional:
        return None
    if spec.kind == "list" and is_texts(value):
        return tuple(value)
    if spec.kind == "float" and type(value) is int and abs(value) <= _LARGEST:
        value = float(value)
    if not _is_exactly(value, spec.kind):
        name = "list of texts" if spec.kind == "list" else spec.kind
        raise InvalidParam(plugin, spec.name, f"must be {_a(name)}, not {_shown(value)}")
    return _in_bounds(spec, value, plugin)


def _in_bounds(spec: ParamSpec, value: Any, plugin: str) -> Any:
    if spec.choices and value not in spec.choices:
        raise InvalidParam(
            plugin,
            spec.name,
            f"must be one of {', '.join(spec.choices)}, not {_shown(value)}",
        )
    if spec.kind == "float" and not math.isfinite(value):
        raise InvalidParam(plugin, spec.name, f"must be a finite number, not {value}")
    if spec.ge is not None and value < spec.ge:
        raise InvalidParam(plugin, spec.name, f"must be at least {spec.ge}, not {value}")
    if spec.le is not None and value > spec.le:
        raise InvalidParam(plugin, spec.name, f"must be at most {spec.le}, not {value}")
    return value


def _is_exactly(value: object, kind: str) -> bool:
    return type(value).__name__ == kind and type(value).__module__ == "builtins" and kind != "list"


def parse_text(spec: ParamSpec, text: str, *, plugin: str) -> Any:
    """Read an option's value from text, as a command line or form gives it; `build_params` checks the range.

    Raises:
        InvalidParam: the text is no value of the option's type.
    """
    if spec.optional and text == "":
        return None
    if spec.kind == "str":
        return text
    if spec.kind == "list":
        return tuple(part.strip() for part in text.split(",") if part.strip())
    words = {
        "true": True,
        "yes": True,
        "on": True,
        "false": False,
        "no": False,
        "off": False,
    }
    if spec.kind == "bool":
        if text.lower() in words:
            return words[text.lower()]
        raise InvalidParam(plugin, spec.name, f"must be true or false, not {text!r}")
    try:
        return int(text) if spec.kind == "int" else float(text)
    except ValueError as error:
        raise InvalidParam(plugin, spec.name, f"must be {_a(spec.kind)}, not {text!r}") from error


def _a(kind: str) -> str:
    return f"an {kind}" if kind == "int" else f"a {kind}"


def _shown(value: Any) -> str:
    import json

    try:
        text = json.dumps(value, ensure_ascii=False, default=repr)
    except (TypeError, ValueError, RecursionError):
        return f"a {type(value).__name__}"
    return f"{text if len(text) <= 60 else text[:57] + '...'} ({type(value).__name__})"
