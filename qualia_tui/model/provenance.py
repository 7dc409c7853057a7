"""How a result came about, as an outline."""

from __future__ import annotations

from collections.abc import Iterator

from qualia_tui.lines import Span
from qualia_tui.model import facts
from qualia_tui.model.amounts import duration
from qualia_tui.model.outline import cell
from qualia_tui.model.texts import Paragraph
from qualia_tui.words import _

_DEEPEST = 8
_DIGEST = 16


def provenance_paragraphs(result: facts.Plain) -> Iterator[Paragraph]:
    """Yield how a result came about: what made it, when, of what, and how that came about in turn.

    Args:
        result: plain, with its provenance.
    """
    elapsed_s = facts.number(result, "elapsed_s")
    told: list[str] = []
    if result.get("cached") is True:
        told.append(_("kept from before: nothing was computed for it this time"))
    if result.get("degraded") is True:
        told.append(_("made by an older version of the plugin, because the present one is left alone after failures"))
    yield from _made(facts.mapping(result, "provenance"), 0)
    if elapsed_s is not None:
        yield _fact(_("took"), duration(elapsed_s), 0)
    for each in told:
        yield Paragraph(text=each, style="warn")
    key = facts.text(result, "key")
    if key:
        yield _fact(_("key"), key[:_DIGEST], 0)


def _made(origin: facts.Plain, depth: int) -> Iterator[Paragraph]:
    indent = 2 * depth
    name = f"{facts.text(origin, 'plugin')} {facts.text(origin, 'version')}"
    produces = facts.text(origin, "produces")
    yield Paragraph(text=produces, lead=(Span(f"{name}  ", "title"),), style="dim", indent=indent)
    for title, text in _facts(origin):
        if text:
            yield _fact(title, text, depth)
    upstream = facts.items(origin, "upstream")
    if upstream and depth < _DEEPEST:
        yield Paragraph(lead=(Span(_("made from"), "accent"),), indent=indent + 2)
        for each in upstream:
            yield from _made(each, depth + 2)


def _facts(origin: facts.Plain) -> Iterator[tuple[str, str]]:
    yield _("made at"), facts.text(origin, "started_at")[:19].replace("T", " ") + " UTC"
    yield _("engine"), facts.text(origin, "engine_version")
    yield _("code"), facts.text(origin, "code_hash")[:_DIGEST]
    yield (
        _("params"),
        ", ".join(f"{name}={cell(each) or '–'}" for name, each in facts.mapping(origin, "params").items()),
    )
    inputs = facts.mapping(origin, "inputs").items()
    yield _("inputs"), ", ".join(f"{name} {str(each)[:_DIGEST]}" for name, each in inputs)
    yield _("machine"), ", ".join(f"{name} {each}" for name, each in facts.mapping(origin, "host").items())


def _fact(title: str, text: str, depth: int) -> Paragraph:
    return Paragraph(text=text, lead=(Span(f"{title}: ", "accent"),), indent=2 * depth + 2)
