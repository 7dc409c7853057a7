"""A plugin's params as a form: everything has its default, and only what was changed goes on the command line."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from attrs import evolve, field, frozen

from qualia._values import is_texts
from qualia.cli.menu.asking import LEAVING, Asker, Choice, chosen, shown
from qualia.cli.words import _, translated
from qualia.errors import InvalidParam
from qualia.plugin import ParamSpec, check_params, parse_text

_GO = "go"
_PREFIX = "="


@frozen
class Form:
    """Texts by param, as they were typed; a param that is absent has its default."""

    plugin: str
    specs: tuple[ParamSpec, ...]
    texts: Mapping[str, str] = field(factory=dict[str, str])

    def with_text(self, name: str, text: str) -> Form:
        """Return the form with one param typed; one typed as its default counts as not typed.

        Raises:
            InvalidParam: the text will not do.
        """
        spec = self.spec(name)
        others = {each: typed for each, typed in self.texts.items() if each != name}
        value = value_of(spec, text, plugin=self.plugin)
        is_default = value == spec.default and type(value) is type(spec.default)
        return evolve(self, texts=others if is_default else {**others, name: text})

    def spec(self, name: str) -> ParamSpec:
        """Return the declaration of a param; a KeyError when there is none."""
        return {spec.name: spec for spec in self.specs}[name]

    def values(self) -> dict[str, Any]:
        """Return the changed params as typed values."""
        return {name: value_of(self.spec(name), text, plugin=self.plugin) for name, text in self.texts.items()}


def value_of(spec: ParamSpec, text: str, *, plugin: str) -> Any:
    """Return a typed text as the param's value.

    Raises:
        InvalidParam: it is no value of its type, out of bounds, or none of the choices.
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


def wrong(spec: ParamSpec, text: str, *, plugin: str) -> str:
    """Return what is wrong with a typed text, in the language spoken; empty when nothing is."""
    try:
        value_of(spec, text, plugin=plugin)
    except InvalidParam as error:
        return translated(error.reason)
    return ""


def ask_params(asker: Asker, plugin: str, specs: Sequence[ParamSpec], *, go: str) -> Form:
    """Show the params with their values and let somebody change them; Enter at once keeps every default.

    Args:
        asker: who asks.
        plugin: whose params they are.
        specs: their declarations.
        go: what the first line says, which ends the form.

    Raises:
        Back: somebody went back.
    """
    form = Form(plugin, tuple(specs))
    while form.specs:
        lines = [Choice(f"{_PREFIX}{spec.name}", _line(form, spec), _told(spec)) for spec in form.specs]
        title = _("Params of {plugin}: change what you like", plugin=plugin)
        # After a change Enter goes on: few people change many.
        key = chosen(asker, title, [Choice(_GO, go, _("* marks what you changed")), *lines], leaves_line=False)
        if key == _GO:
            break
        form = _changed(asker, form, form.spec(key.removeprefix(_PREFIX)))
    return form


def _changed(asker: Asker, form: Form, spec: ParamSpec) -> Form:
    """Ask for one value; whoever leaves the question keeps the value there was."""
    before = form.texts.get(spec.name, text_of(spec, spec.default))
    try:
        if spec.kind == "bool" or spec.choices:
            offered = ("true", "false") if spec.kind == "bool" else spec.choices
            nothing = ("",) if spec.optional else ()
            choices = [Choice(f"{_PREFIX}{each}", each or _("none")) for each in (*offered, *nothing)]
            text = chosen(asker, _asked(spec), choices, default=f"{_PREFIX}{before}").removeprefix(_PREFIX)
        else:
            asker.tell(_told(spec))
            text = asker.text(_asked(spec), default=before, check=lambda typed: wrong(spec, typed, plugin=form.plugin))
    except LEAVING:
        return form
    return form.with_text(spec.name, text)


def _asked(spec: ParamSpec) -> str:
    return f"{spec.name} ({allowed(spec)})"


def _line(form: Form, spec: ParamSpec) -> str:
    text = form.texts.get(spec.name, text_of(spec, spec.default))
    return f"{spec.name} = {shown(text) or '-'}{' *' if spec.name in form.texts else ''}"


def _told(spec: ParamSpec) -> str:
    return f"{shown(translated(spec.help))} [{allowed(spec)}]"


def allowed(spec: ParamSpec) -> str:
    """Return what a param takes, in a few words."""
    if spec.choices:
        return ", ".join(spec.choices)
    kinds = {
        "bool": _("yes or no"),
        "int": _("a whole number"),
        "float": _("a number"),
        "str": _("a text"),
        "list": _("texts with commas between them"),
    }
    empty = [_("or nothing")] if spec.optional else []
    return " ".join([kinds[spec.kind], *_bounds(spec), *empty])


def _bounds(spec: ParamSpec) -> list[str]:
    if spec.ge is not None and spec.le is not None:
        return [f"{spec.ge:g}..{spec.le:g}"]
    if spec.ge is not None:
        return [f">= {spec.ge:g}"]
    return [] if spec.le is None else [f"<= {spec.le:g}"]
