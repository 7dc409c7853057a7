"""A plugin's params as a form: everything has its default, and only what was changed goes on the command line."""

from __future__ import annotations

from collections.abc import Sequence

from qualia._form import Form, bounds_of, offered, reason_against
from qualia.cli.menu.asking import LEAVING, Asker, Choice, chosen, shown
from qualia.cli.words import _, translated
from qualia.plugin import ParamSpec

_GO = "go"
_PREFIX = "="


def wrong(spec: ParamSpec, text: str, *, plugin: str) -> str:
    """Return what is wrong with a typed text, in the language spoken; empty when nothing is."""
    return translated(reason_against(spec, text, plugin=plugin))


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
    before = form.text(spec.name)
    try:
        if spec.kind == "bool" or spec.choices:
            choices = [Choice(f"{_PREFIX}{each}", each or _("none")) for each in offered(spec)]
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
    text = form.text(spec.name)
    return f"{spec.name} = {shown(text) or '-'}{' *' if spec.name in form.texts else ''}"


def _told(spec: ParamSpec) -> str:
    return f"{shown(spec.help)} [{allowed(spec)}]"


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
    return " ".join([kinds[spec.kind], *bounds_of(spec), *empty])
