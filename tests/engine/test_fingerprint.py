"""The key of a call: everything that can change the result is in it, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import frozen

from qualia import Document
from qualia._engine.fingerprint import call_key, code_key, input_digest


@frozen
class Params:
    """Two options."""

    top: int = 1
    exact: bool = True


CODE: dict[str, Any] = {"plugin": "a", "version": "1.0.0", "code_hash": "c", "host": {"python": "3.11.7", "x": "1.0"}}
CALL: dict[str, Any] = {"params": Params(), "inputs": {"document": "d", "sentiment": "s"}}


@pytest.mark.parametrize(
    "change",
    [{"plugin": "b"}, {"version": "1.0.1"}, {"code_hash": "d"}, {"host": {"python": "3.11.7", "x": "1.1"}}],
    ids=["plugin", "version", "code", "version of a library"],
)
def test_whatever_other_code_could_answer_changes_the_key(change: dict[str, Any]) -> None:
    """No part of what answers a call is left out of its key."""
    assert call_key(code_key(**(CODE | change)), **CALL) != call_key(code_key(**CODE), **CALL)


@pytest.mark.parametrize(
    "change",
    [
        {"params": Params(top=2)},
        {"params": Params(top=True)},
        {"inputs": {"document": "e", "sentiment": "s"}},
        {"inputs": {"document": "s", "sentiment": "d"}},
        {"inputs": {"document": "d"}},
    ],
    ids=["param", "type of a param", "input", "inputs swapped", "input left out"],
)
def test_whatever_can_change_the_result_changes_the_key(change: dict[str, Any]) -> None:
    """No part of a call is left out of its key."""
    assert call_key("code", **(CALL | change)) != call_key("code", **CALL)


@pytest.mark.parametrize("kind", ["document", "record"])
def test_one_true_and_their_text_are_four_inputs(kind: str) -> None:
    """Numbers of two types, a truth and a text never share a key, as params or inside an input."""
    values: list[Any] = [1, 1.0, True, "1"]
    inputs = [Document("a", metadata={"x": each}) if kind == "document" else {"x": each} for each in values]
    keys = {call_key("code", params={}, inputs={"document": input_digest(each)}) for each in inputs}
    assert len(keys) == len({call_key("code", params={"x": each}, inputs={}) for each in values}) == 4


def test_equal_calls_have_equal_keys() -> None:
    """Defaults given or left out, inputs in any order: it is the same call."""
    same: dict[str, Any] = {"params": Params(top=1, exact=True), "inputs": {"sentiment": "s", "document": "d"}}
    assert call_key("code", **same) == call_key("code", **CALL)


def test_a_document_is_known_by_its_id() -> None:
    """The digest of an input is computed once per document."""
    document = Document("a")
    assert input_digest(document) == document.id
