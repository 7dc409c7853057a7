"""What a line says, however hostile it is."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualia import errors
from qualia.protocol import BadMessage, Code, HostRefused, agreed_version, encoded, failure, notification, parsed, reply
from qualia.protocol.messages import raised

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
IDS = st.text() | st.integers()


def refused(line: bytes) -> BadMessage | None:
    """Return why a line is no request; None when it is one."""
    try:
        parsed(line)
    except BadMessage as bad:
        return bad
    return None


@given(IDS, st.text(), st.dictionaries(st.text(), JSON, max_size=3))
def test_a_request_is_read_as_it_was_written(id_: str | int, verb: str, params: dict[str, object]) -> None:
    """Whatever the names and values, a request survives its line, and a line has no line break within."""
    line = encoded({"jsonrpc": "2.0", "id": id_, "method": verb, "params": params})
    assert line.count(b"\n") == 1
    request = parsed(line)
    assert (request.id, request.verb, request.params) == (id_, verb, params)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_message_or_a_bad_one(line: bytes) -> None:
    """No line raises anything else, and the answer to a bad one can be written."""
    bad = refused(line)
    assert bad is None or json.loads(failure(bad.id, bad))["error"]["code"] == bad.code


@given(JSON)
def test_any_json_is_a_message_or_a_bad_one(data: object) -> None:
    """JSON that is no request is refused as that."""
    bad = refused(json.dumps(data).encode())
    assert bad is None or bad.code is Code.NO_REQUEST


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"", Code.NOT_JSON),
        (b"{", Code.NOT_JSON),
        (b"\xff\xfe", Code.NOT_JSON),
        (b'{"jsonrpc": "2.0", "method": "x", "id": NaN}', Code.NOT_JSON),
        (b"[" * 100_000, Code.NOT_JSON),
        (b"1" * 5000, Code.NOT_JSON),
        (b"[]", Code.NO_REQUEST),
        (b'[{"jsonrpc": "2.0", "method": "health", "id": 1}]', Code.NO_REQUEST),
        (b'{"method": "health", "id": 1}', Code.NO_REQUEST),
        (b'{"jsonrpc": "2.0", "method": 7, "id": 1}', Code.NO_REQUEST),
        (b'{"jsonrpc": "2.0", "method": "health", "id": true}', Code.NO_REQUEST),
        (b'{"jsonrpc": "2.0", "method": "health", "id": 1.5}', Code.NO_REQUEST),
        (b'{"jsonrpc": "2.0", "method": "health", "id": {}}', Code.NO_REQUEST),
        (b'{"jsonrpc": "2.0", "method": "health", "params": [1], "id": 1}', Code.WRONG_PARAMS),
    ],
)
def test_a_line_that_is_no_request_is_refused_with_a_code(line: bytes, code: Code) -> None:
    """Each way to be wrong has its number."""
    with pytest.raises(BadMessage) as caught:
        parsed(line)
    assert caught.value.code is code


def test_half_a_surrogate_pair_travels() -> None:
    """Text that has no UTF-8 goes to the other side and comes back."""
    assert json.loads(reply(1, {"text": "\ud800 João"}))["result"]["text"] == "\ud800 João"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.UnknownPlugin("wordz", ("words",)), Code.WRONG_INPUT),
        (errors.PluginFailed("words", "no luck", "words/__init__.py:3"), Code.PLUGIN),
        (errors.CircuitOpen("words", 12.5), Code.PLUGIN),
        (errors.RunCancelled("words"), Code.FAILED),
        (HostRefused("runs.show", "there is no run 'r9'"), Code.WRONG_PARAMS),
    ],
)
def test_an_error_arrives_as_the_class_it_was(error: errors.QualiaError, code: Code) -> None:
    """Class, fields and sentence reach the other side; the number tells what kind it is."""
    told = json.loads(failure("a", error))["error"]
    again = raised("runs.show", told)
    assert (told["code"], told["message"], told["data"]["error"]) == (code, str(error), type(error).__name__)
    assert (type(again), vars(again), str(again)) == (type(error), vars(error), str(error))


def test_an_error_nobody_foresaw_is_told_as_such() -> None:
    """A fault of the host has a number of its own, and arrives as a refusal with its sentence."""
    told = json.loads(failure(1, ZeroDivisionError("by nought")))["error"]
    assert (told["code"], told["data"]["error"]) == (Code.HOST_FAILED, "ZeroDivisionError")
    assert str(raised("health", told)) == "the host refused 'health': by nought"


def test_an_error_made_of_what_json_cannot_hold_still_travels() -> None:
    """Its class and sentence arrive."""
    told = json.loads(failure(1, errors.QualiaError(object)))["error"]
    assert told["data"] == {"error": "QualiaError", "message": str(object)}


@pytest.mark.parametrize(
    ("offered", "agreed"),
    [([1], 1), ([1, 2, 99], 1), ([2], None), ([], None), ("1", None), (None, None), ([True], None)],
)
def test_the_newest_common_version_is_spoken(offered: object, agreed: int | None) -> None:
    """Sides that have no version in common find that out, whatever is offered."""
    assert agreed_version(offered) == agreed


def test_a_notification_has_no_id() -> None:
    """Nobody answers it."""
    assert json.loads(notification("event", {"seq": 3})) == {"jsonrpc": "2.0", "method": "event", "params": {"seq": 3}}
