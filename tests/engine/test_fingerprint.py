"""The key of a call: everything that can change the result is in it, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import frozen

from qualia import Document
from qualia._engine.fingerprint import call_key, input_digest


@frozen
class Params:
    """Two options."""

    top: int = 1
    exact: bool = True


CALL: dict[str, Any] = {
    "plugin": "a",
    "version": "1.0.0",
    "code_hash": "c",
    "params": Params(),
    "inputs": {"document": "d", "sentiment": "s"},
}


@pytest.mark.parametrize(
    "change",
    [
        {"plugin": "b"},
        {"version": "1.0.1"},
        {"code_hash": "d"},
        {"params": Params(top=2)},
        {"params": Params(top=True)},
        {"inputs": {"document": "e", "sentiment": "s"}},
        {"inputs": {"document": "s", "sentiment": "d"}},
        {"inputs": {"document": "d"}},
    ],
    ids=["plugin", "version", "code", "param", "type of a param", "input", "inputs swapped", "input left out"],
)
def test_whatever_can_change_the_result_changes_the_key(change: dict[str, Any]) -> None:
    """No part of a call is left out of its key."""
    assert call_key(**(CALL | change)) != call_key(**CALL)


def test_equal_calls_have_equal_keys() -> None:
    """Defaults given or left out, inputs in any order: it is the same call."""
    same: dict[str, Any] = CALL | {"params": Params(top=1, exact=True), "inputs": {"sentiment": "s", "document": "d"}}
    assert call_key(**same) == call_key(**CALL)


def test_a_document_is_known_by_its_id() -> None:
    """The digest of an input is computed once per document."""
    document = Document("a")
    assert input_digest(document) == document.id
