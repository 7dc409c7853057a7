"""How the figures of a report came about: every step, its code, params, inputs and libraries."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from qualia.cli.report.markup import Html, element, joined
from qualia.cli.report.phrases import Voice
from qualia.result import Provenance

_DIGITS = 12


def steps_of(provenances: Iterable[Provenance]) -> tuple[Provenance, ...]:
    """Return each call behind the results once, what came first in front."""
    found: dict[tuple[object, ...], Provenance] = {}
    for provenance in provenances:
        for each in (*_before(provenance), provenance):
            found.setdefault((each.plugin, each.version, each.code_hash, each.params, each.inputs), each)
    return tuple(found.values())


def _before(provenance: Provenance) -> Iterator[Provenance]:
    for each in provenance.upstream:
        yield from _before(each)
        yield each


def method(provenances: Iterable[Provenance], voice: Voice, *, judged_by: str, command: str | None) -> Html:
    """Return the section's body.

    Args:
        provenances: of every result the report shows.
        voice: the language to write in.
        judged_by: what scored the sentences; empty when nothing did.
        command: what to type to make it again; None leaves that out.
    """
    steps = steps_of(provenances)
    return joined(
        (
            element("p", voice("method_lead"), " ", voice("hashes")),
            element("ol", *(_step(each, voice) for each in steps), class_="steps"),
            element("dl", *_rooms(steps, voice, judged_by), class_="pairs"),
            element("p", voice("again"), " ", voice("again_equal")),
            element("p", voice("command"), " ", element("code", command)) if command else None,
        )
    )


def _step(step: Provenance, voice: Voice) -> Html:
    params: Iterable[Html | str] = [
        element("code", f"{key} = {json.dumps(value, ensure_ascii=False)}") for key, value in step.params.items()
    ]
    inputs = [element("code", f"{name} {digest[:_DIGITS]}") for name, digest in step.inputs.items()]
    title = element("h4", element("code", step.plugin), " ", element("small", f"{voice('version')} {step.version}"))
    pairs = (
        *_pair(voice("params"), _spaced(params) or voice("defaults")),
        *_pair(voice("code"), element("code", step.code_hash[:_DIGITS])),
        *_pair(voice("inputs"), _spaced(inputs) or "–"),
        *_pair(voice("called"), f"{step.started_at:%Y-%m-%d %H:%M:%S} UTC"),
    )
    return element("li", title, element("dl", *pairs, class_="pairs"))


def _pair(term: str, value: Html | str) -> tuple[Html, Html]:
    return element("dt", term), element("dd", value)


def _spaced(pieces: Iterable[Html | str]) -> Html | None:
    listed = [piece for piece in pieces for piece in (piece, " ")]
    return joined(listed) if listed else None


def _rooms(steps: Iterable[Provenance], voice: Voice, judged_by: str) -> Iterator[Html]:
    engines: dict[str, None] = {}
    host: dict[str, str] = {}
    for step in steps:
        engines[f"qualia-core {step.engine_version}"] = None
        host.update(_sorted(step.host))
    yield from _pair(voice("engine"), ", ".join(engines))
    yield from _pair(voice("machine"), ", ".join(f"{name} {version}" for name, version in _sorted(host).items()) or "–")
    if judged_by:
        yield from _pair(voice("judged_by"), judged_by)


def _sorted(facts: Mapping[str, str]) -> dict[str, str]:
    # Python is the ground the rest stands on, so it comes first.
    return dict(sorted(facts.items(), key=lambda item: (item[0] != "python", item[0])))
