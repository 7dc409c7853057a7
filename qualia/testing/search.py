"""A bounded search for params and texts a plugin fails on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from qualia.document import Document
from qualia.plugin import ParamSpec
from qualia.testing.strategies import documents as any_documents

Attempt = Callable[[Mapping[str, Any], Document], None]


def edges(specs: Iterable[ParamSpec]) -> Iterator[dict[str, Any]]:
    """Yield each choice, each bound and each empty value that is allowed, one param at a time."""
    for spec in specs:
        values: list[Any] = [None] if spec.optional else []
        if spec.choices:
            values += spec.choices
        elif spec.kind == "bool":
            values += (False, True)
        elif spec.kind == "str":
            values += ("", "<&>")
        elif spec.kind == "list":
            values += ((), ("",))
        else:
            bounds = (bound for bound in (spec.ge, spec.le) if bound is not None)
            values += (float(bound) if spec.kind == "float" else int(bound) for bound in bounds if bound == int(bound))
        yield from ({spec.name: value} for value in values)


def try_edges(attempt: Attempt, specs: Iterable[ParamSpec], document: Document, *, within_s: float) -> None:
    """Try the `edges` on one document; what ``attempt`` raises passes through.

    Args:
        attempt: takes params and a document.
        specs: the params there are.
        document: what each is tried on.
        within_s: seconds after which no further try is begun.
    """
    until_s = time.monotonic() + within_s
    for values in edges(specs):
        if time.monotonic() >= until_s:
            return
        attempt(values, document)


def look_for_failure(
    attempt: Attempt,
    params: SearchStrategy[dict[str, Any]],
    *,
    documents: Sequence[Document],
    within_s: float,
    most: int,
) -> None:
    """Try params and documents; what ``attempt`` raises for the simplest that fails passes through.

    Args:
        attempt: takes params and a document.
        params: what to draw params from.
        documents: some to try besides those that are made up.
        within_s: seconds after which no further try is begun.
        most: tries at most.
    """
    until_s = time.monotonic() + within_s
    failed: list[bool] = []
    tried = any_documents(max_size=80)

    # The same cases every time, and no file left behind. A plugin that is slow is no mistake of its params.
    @settings(
        max_examples=most,
        derandomize=True,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=(HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much),
    )
    @given(params, tried | st.sampled_from(documents) if documents else tried)
    def check(values: Mapping[str, Any], document: Document) -> None:
        # A case that failed has to fail again when it is made simpler, however late that is.
        if not failed and time.monotonic() >= until_s:
            return
        try:
            attempt(values, document)
        except BaseException:
            failed.append(True)
            raise

    check()
