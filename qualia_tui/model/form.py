"""A plugin's params as a form: what each takes, what was typed, and what is wrong with it by the engine's own rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, cast

from attrs import evolve

from qualia._form import Form, bounds_of, offered, reason_against
from qualia._values import is_texts
from qualia.plugin import ParamSpec
from qualia_tui.lines import Column, Row, Span
from qualia_tui.model import facts
from qualia_tui.words import _, spoken, translated

_KINDS: tuple[str, ...] = ("bool", "int", "float", "str", "list")
_Kind = Literal["bool", "int", "float", "str", "list"]
MANY = 6
"""More choices than these are listed to choose from; fewer are gone through one by one."""


def specs_of(answer: object) -> tuple[ParamSpec, ...]:
    """Return the params that a host declares for a plugin, their help in the language spoken; what is none is left out.

    Args:
        answer: of ``plugins.inspect``.
    """
    found = (spec for each in facts.items(answer, "params") if (spec := _spec(each)) is not None)
    return tuple(evolve(spec, help=facts.in_words(answer, spec.help)) for spec in found)


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


def wrong(spec: ParamSpec, text: str, *, plugin: str) -> str:
    """Return what is wrong with a typed text, in the language spoken; empty when nothing is."""
    reason = reason_against(spec, typed(spec, text), plugin=plugin)
    if reason.startswith(("must be an int,", "must be a float,")):
        kind = _("a whole number") if spec.kind == "int" else _("a number")
        return _("must be {kind}, not {text}", kind=kind, text=repr(text))
    return translated(reason)


def typed(spec: ParamSpec, text: str) -> str:
    """Return a typed text as the engine reads it: a number may have the decimal sign of the language spoken."""
    is_comma = spec.kind == "float" and spoken() == "pt-BR" and text.count(",") == 1 and "." not in text
    return text.replace(",", ".") if is_comma else text


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
    return " ".join([kinds[spec.kind], *bounds_of(spec), *([_("or nothing")] if spec.optional else [])])


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
