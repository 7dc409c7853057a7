"""A plugin's params as a form: what each takes, what was typed, and what is wrong with it by the engine's own rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, cast

from attrs import evolve, field, frozen

from qualia._values import is_texts
from qualia.errors import InvalidParam
from qualia.plugin import ParamSpec, check_params, parse_text
from qualia_tui.lines import Column, Row, Span
from qualia_tui.model import facts
from qualia_tui.words import _, translated

_KINDS: tuple[str, ...] = ("bool", "int", "float", "str", "list")
_Kind = Literal["bool", "int", "float", "str", "list"]
MANY = 6
"""More choices than these are listed to choose from; fewer are gone through one by one."""


def specs_of(answer: object) -> tuple[ParamSpec, ...]:
    """Return the params that a host declares for a plugin; what is no declaration is left out.

    Args:
        answer: of ``plugins.inspect``.
    """
    return tuple(spec for each in facts.items(answer, "params") if (spec := _spec(each)) is not None)


def _spec(told: facts.Plain) -> ParamSpec | None:
    kind, name = facts.text(told, "kind"), facts.text(told, "name")
    if kind not in _KINDS or not name:
        return None
    default = told.get("default")
    return ParamSpec(
        name=name,
        kind=cast("_Kind", kind),
        default=tuple(default) if kind == "list" and is_texts(default) else default,
        help=facts.text(told, "help"),
        choices=facts.texts(told, "choices"),
        ge=facts.number(told, "ge"),
        le=facts.number(told, "le"),
        optional=told.get("optional") is True,
    )


def specs_in_force(specs: Iterable[ParamSpec], values: Mapping[str, Any]) -> tuple[ParamSpec, ...]:
    """Return declarations with other defaults, such as those that a pipeline's file gives its step.

    Args:
        specs: the declarations.
        values: plain values by name.
    """
    return tuple(
        evolve(spec, default=tuple(values[spec.name]) if is_texts(values[spec.name]) else values[spec.name])
        if spec.name in values
        else spec
        for spec in specs
    )


@frozen(kw_only=True)
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
        value = parse(spec, text, plugin=self.plugin)
        others = {each: typed for each, typed in self.texts.items() if each != name}
        is_default = value == spec.default and type(value) is type(spec.default)
        return evolve(self, texts=others if is_default else {**others, name: text})

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
        """Return the params that are not as their defaults, as values."""
        return {name: parse(self.spec(name), text, plugin=self.plugin) for name, text in self.texts.items()}


def parse(spec: ParamSpec, text: str, *, plugin: str) -> Any:
    """Return a typed text as the param's value.

    Raises:
        InvalidParam: it is no value of its type, out of bounds, or none of the choices.
    """
    value = parse_text(spec, text, plugin=plugin)
    return check_params((spec,), {spec.name: value}, plugin=plugin)[spec.name]


def wrong(spec: ParamSpec, text: str, *, plugin: str) -> str:
    """Return what is wrong with a typed text, in the language spoken; empty when nothing is."""
    try:
        parse(spec, text, plugin=plugin)
    except InvalidParam as error:
        return translated(error.reason)
    return ""


def text_of(spec: ParamSpec, value: object) -> str:
    """Return a value as it is typed: what `parse` reads back."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if is_texts(value):
        return ",".join(value)
    return repr(value) if spec.kind == "float" else str(value)


def offered(spec: ParamSpec) -> tuple[str, ...]:
    """Return the texts a param can be chosen from; empty when anything of its type may be typed."""
    found = ("true", "false") if spec.kind == "bool" else spec.choices
    return (*found, "") if found and spec.optional else found


def next_offered(spec: ParamSpec, text: str) -> str:
    """Return what comes after a text among those that can be chosen."""
    found = offered(spec)
    return found[(found.index(text) + 1) % len(found)] if text in found else found[0]


def allowed(spec: ParamSpec) -> str:
    """Return what a param takes, in a few words."""
    if spec.choices:
        shown = spec.choices[:MANY]
        more = [_("and {count} more", count=len(spec.choices) - MANY)] if len(spec.choices) > MANY else []
        return ", ".join([*shown, *more])
    kinds = {
        "bool": _("yes or no"),
        "int": _("a whole number"),
        "float": _("a number"),
        "str": _("a text"),
        "list": _("texts with commas between them"),
    }
    return " ".join([kinds[spec.kind], *_bounds(spec), *([_("or nothing")] if spec.optional else [])])


def _bounds(spec: ParamSpec) -> Iterable[str]:
    if spec.ge is not None and spec.le is not None:
        yield f"{spec.ge:.10g}..{spec.le:.10g}"
    elif spec.ge is not None:
        yield f">= {spec.ge:.10g}"
    elif spec.le is not None:
        yield f"<= {spec.le:.10g}"


def shown_text(spec: ParamSpec, text: str) -> str:
    """Return what stands in a field as people read it."""
    if spec.kind == "bool":
        words = {"true": _("yes"), "yes": _("yes"), "on": _("yes"), "false": _("no"), "no": _("no"), "off": _("no")}
        return words.get(text.lower(), text) or "–"
    return text or "–"


def form_columns() -> tuple[Column, ...]:
    """Return the columns of a form: the param, what stands there, and what it takes."""
    return (
        Column(title=_("param"), width=22),
        Column(title=_("value"), width=16, grow=2),
        Column(title=_("takes"), width=24, grow=1, rank=1),
    )


def form_rows(form: Form, *, prefix: str = "") -> tuple[Row, ...]:
    """Return a form as rows; a star says what was changed.

    Args:
        form: what was typed.
        prefix: what the rows' keys begin with, before the param's name.
    """
    return tuple(
        Row(
            f"{prefix}{spec.name}",
            (
                Span(f"* {spec.name}" if spec.name in form.texts else f"  {spec.name}"),
                Span(shown_text(spec, form.text(spec.name)), "accent" if spec.name in form.texts else ""),
                Span(allowed(spec), "dim"),
            ),
        )
        for spec in form.specs
    )
