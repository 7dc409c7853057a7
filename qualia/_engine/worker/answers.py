"""What a worker's answer means: a value, or the error that the plugin would have raised here."""

from __future__ import annotations

from typing import Any, TypeGuard

from qualia._engine.blame import PASSING
from qualia._engine.encoding import put_together
from qualia._engine.worker.wire import Garbled
from qualia._engine.worker.work import MIB, Work
from qualia.errors import InvalidManifest, InvalidOutput, PluginFailed, restored
from qualia.plugin import ParamSpec

_REFUSALS = frozenset(kind.__name__ for kind in (*PASSING, InvalidManifest))


class RemoteTraceback(Exception):
    """The traceback of an exception that was raised in another process, as text."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text: str = text

    def __str__(self) -> str:
        """Return the text on lines of its own."""
        return f"in a process of its own:\n{self.text}"


def value_in(verb: str, data: list[Any], body: bytes, work: Work) -> Any:
    """Return what a plugin gave.

    Raises:
        PluginFailed: it raised.
        InvalidOutput: it gave what cannot be handed over.
        QualiaError: what it says of its input or its run.
        Garbled: this is no answer.
    """
    plugin, folder = work.manifest.id, str(work.source.folder)
    try:
        if verb == "ok":
            kind, plain = data
            return put_together(kind, plain, body)
        if verb == "refused":
            name, arguments, message = data
            if name in _REFUSALS and _is_list(arguments):
                raise restored(name, arguments, str(message))
        elif verb == "failed":
            told, place, trace = map(str, data)
            raise PluginFailed(plugin, _bounded(told, work), place) from RemoteTraceback(trace)
        elif verb == "wrong":
            (told,) = map(str, data)
            raise InvalidOutput(plugin, told, folder)
    except (TypeError, ValueError, LookupError, AttributeError, RecursionError) as error:
        if isinstance(error, (PluginFailed, *PASSING, InvalidManifest)):
            raise
        raise Garbled("an answer of another shape") from error
    raise Garbled("an answer of another kind")


def _bounded(told: str, work: Work) -> str:
    """Add to a lack of memory how much there was."""
    if not told.startswith("MemoryError") or work.limits.memory_bytes is None:
        return told
    return f"{told} (its process may use {work.limits.memory_bytes // MIB} MiB)"


def specs_in(value: Any) -> tuple[ParamSpec, ...]:
    """Return the params that a worker told of.

    Raises:
        Garbled: this is something else.
    """
    try:
        return tuple(_spec(each) for each in value)
    except (TypeError, LookupError) as error:
        raise Garbled("params of another shape") from error


def _spec(told: dict[str, Any]) -> ParamSpec:
    default = told["default"]
    return ParamSpec(
        name=str(told["name"]),
        kind=told["kind"],
        default=tuple(default) if told["kind"] == "list" and default is not None else default,
        help=str(told["help"]),
        choices=tuple(told["choices"]),
        ge=told["ge"],
        le=told["le"],
        optional=bool(told["optional"]),
    )


def _is_list(value: object) -> TypeGuard[list[Any]]:
    return isinstance(value, list)
