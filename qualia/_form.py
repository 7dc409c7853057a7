"""A plugin's params as somebody types them: everything has its default, and only what was changed is sent.

Faces with a form, the menu and the console, ask the engine's own rules here whether a text will do.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from attrs import evolve, field, frozen

from qualia._values import is_texts
from qualia.errors import InvalidParam
from qualia.plugin import ParamSpec, check_params, parse_text


@frozen
class Form:
    """Texts by param, as they were typed; a param that is absent has its default."""

    plugin: str
    specs: tuple[ParamSpec, ...] = ()
    texts: Mapping[str, str] = field(factory=dict[str, str])

    def with_text(self, name: str, text: str) -> Form:
        """Return the form with one param typed; one typed as its default counts as not typed.

        Raises:
            InvalidParam: the text will not do.
            KeyError: there is no such param.
        """
        spec = self.spec(name)
        value = value_of(spec, text, plugin=self.plugin)
        is_default = value == spec.default and type(value) is type(spec.default)
        others = self.without(name)
        return others if is_default else evolve(others, texts={**others.texts, name: text})

    def without(self, name: str) -> Form:
        """Return the form with one param as its default."""
        return evolve(self, texts={each: typed for each, typed in self.texts.items() if each != name})

    def spec(self, name: str) -> ParamSpec:
        """Return the declaration of a param.

        Raises:
            KeyError: there is no such param.
        """
        return {spec.name: spec for spec in self.specs}[name]

    def text(self, name: str) -> str:
        """Return what stands in a field."""
        return self.texts.get(name, text_of(self.spec(name), self.spec(name).default))

    def values(self) -> dict[str, Any]:
        """Return the changed params as typed values."""
        return {name: value_of(self.spec(name), text, plugin=self.plugin) for name, text in self.texts.items()}


def value_of(spec: ParamSpec, text: str, *, plugin: str) -> Any:
    """Return a typed text as the param's value.

    Raises:
        InvalidParam: it is no value of its type, not finite, out of bounds, or none of the choices.
    """
    value = parse_text(spec, text, plugin=plugin)
    if isinstance(value, float) and not math.isfinite(value):
        raise InvalidParam(plugin, spec.name, f"must be a finite number, not {text}")
    return check_params((spec,), {spec.name: value}, plugin=plugin)[spec.name]


def text_of(spec: ParamSpec, value: object) -> str:
    """Return a value as it is typed: what `value_of` reads back."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if is_texts(value):
        return ",".join(value)
    return repr(value) if spec.kind == "float" else str(value)


def reason_against(spec: ParamSpec, text: str, *, plugin: str) -> str:
    """Return what is wrong with a typed text, in English; empty when nothing is."""
    try:
        value_of(spec, text, plugin=plugin)
    except InvalidParam as error:
        return error.reason
    return ""


def offered(spec: ParamSpec) -> tuple[str, ...]:
    """Return the texts a param can be chosen from; empty when anything of its type may be typed."""
    found = ("true", "false") if spec.kind == "bool" else spec.choices
    return (*found, "") if found and spec.optional else found


def bounds_of(spec: ParamSpec) -> tuple[str, ...]:
    """Return between which numbers a value must be, in signs; nothing when there are no bounds."""
    if spec.ge is not None and spec.le is not None:
        return (f"{spec.ge:.10g}..{spec.le:.10g}",)
    if spec.ge is not None:
        return (f">= {spec.ge:.10g}",)
    return () if spec.le is None else (f"<= {spec.le:.10g}",)
