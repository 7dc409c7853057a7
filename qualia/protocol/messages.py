"""Messages as lines of JSON-RPC 2.0: read strictly, written so that any reader understands them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

from attrs import frozen

from qualia._values import is_mapping, is_sequence
from qualia.errors import InputError, PluginError, QualiaError, describe, restored
from qualia.protocol.failures import Code, HostRefused

VERSIONS = (1,)
"""Versions of the protocol that are spoken here, oldest first."""
HELLO = "hello"
"""The verb every conversation begins with."""
CLOSED = "the host was closed"
"""The reason of a goodbye that is said because the host ends."""
LIMIT_BYTES = 8 * 1024 * 1024
"""Longest line a host takes."""
REPLY_LIMIT_BYTES = 64 * 1024 * 1024
"""Longest line a host writes, and a client takes."""


class BadMessage(ValueError):
    """A line that is no message; ``code`` and ``id`` are those of the answer to it."""

    def __init__(self, code: Code, reason: str, id: str | int | None = None) -> None:  # noqa: A002
        super().__init__(reason)
        self.code: Code = code
        self.reason: str = reason
        self.id: str | int | None = id


@frozen(kw_only=True)
class Request:
    """Somebody asks for something."""

    id: str | int | None
    """What the answer carries too; None for a notification, which gets no answer."""
    verb: str
    params: Mapping[str, Any]


def parsed(line: bytes) -> Request:
    """Read a request.

    Raises:
        BadMessage: it is none.
    """
    try:
        data: object = decoded(line)
    except ValueError as error:
        raise BadMessage(Code.NOT_JSON, str(error)) from error
    if not is_mapping(data):
        raise BadMessage(Code.NO_REQUEST, "a request is an object; several at once are not taken")
    id_ = data.get("id")
    if id_ is not None and type(id_) not in (str, int):
        raise BadMessage(Code.NO_REQUEST, "an id is a text or a whole number")
    if data.get("jsonrpc") != "2.0":
        raise BadMessage(Code.NO_REQUEST, 'a request says "jsonrpc": "2.0"', id_)
    verb, params = data.get("method"), data.get("params", {})
    if not isinstance(verb, str):
        raise BadMessage(Code.NO_REQUEST, "a request names its method", id_)
    if not is_mapping(params):
        raise BadMessage(Code.WRONG_PARAMS, "params are an object, by name", id_)
    return Request(id=id_, verb=verb, params=params)


def decoded(line: bytes) -> Any:
    """Read one line of JSON.

    Raises:
        ValueError: it is none, or nested deeper than can be followed.
    """
    try:
        return _DECODER.decode(line.decode("utf-8"))
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def _refuse(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON")


_DECODER = json.JSONDecoder(parse_constant=_refuse)
# Text beyond ASCII is escaped: half a surrogate pair, which a plugin may hand on, has no UTF-8.
_ENCODER = json.JSONEncoder(separators=(",", ":"), allow_nan=False)


def encoded(message: Mapping[str, Any]) -> bytes:
    """Write a message as a line.

    Raises:
        ValueError: it holds what JSON cannot.
        TypeError: the same.
    """
    return _ENCODER.encode(message).encode("ascii") + b"\n"


def reply(id: str | int | None, result: object) -> bytes:  # noqa: A002
    """Write the answer to a request.

    Raises:
        ValueError: the result holds what JSON cannot.
        TypeError: the same.
    """
    return encoded({"jsonrpc": "2.0", "id": id, "result": result})


def notification(verb: str, params: Mapping[str, Any]) -> bytes:
    """Write something nobody answers."""
    return encoded({"jsonrpc": "2.0", "method": verb, "params": params})


def failure(id: str | int | None, error: BaseException) -> bytes:  # noqa: A002
    """Write why a request was not answered; the number follows from the error's class."""
    told = describe(error)
    data = {**told, "arguments": [*error.args]} if isinstance(error, QualiaError) else told
    message = {"code": int(code_of(error)), "message": told["message"], "data": data}
    try:
        return encoded({"jsonrpc": "2.0", "id": id, "error": message})
    except (TypeError, ValueError):
        # An argument that is no plain data: the sentence and the class still travel.
        message["data"] = {"error": told["error"], "message": told["message"]}
        return encoded({"jsonrpc": "2.0", "id": id, "error": message})


def code_of(error: BaseException) -> Code:
    """Return the number of an error."""
    if isinstance(error, (BadMessage, HostRefused)):
        return error.code
    kinds = ((InputError, Code.WRONG_INPUT), (PluginError, Code.PLUGIN), (QualiaError, Code.FAILED))
    return next((code for kind, code in kinds if isinstance(error, kind)), Code.HOST_FAILED)


def raised(verb: str, told: Mapping[str, Any]) -> QualiaError:
    """Return the error that an answer tells of, made again as the class it was.

    Args:
        verb: what was asked for.
        told: the ``error`` of the answer.
    """
    message = str(told.get("message", ""))
    data: object = told.get("data")
    if is_mapping(data) and is_sequence(data.get("arguments")):
        name, arguments = str(data.get("error", "")), data["arguments"]
        if name != HostRefused.__name__:
            return restored(name, arguments, message)
    code: Any = told.get("code")
    reason: object = data.get("reason", message) if is_mapping(data) else message
    return HostRefused(verb, str(reason), Code(code) if code in list(Code) else Code.HOST_FAILED)


def agreed_version(offered: object) -> int | None:
    """Return the newest version both sides speak; None for none.

    Args:
        offered: what the other side says that it speaks.
    """
    theirs: Iterable[object] = offered if is_sequence(offered) else ()
    common = [each for each in theirs if type(each) is int and each in VERSIONS]
    return max(common, default=None)
