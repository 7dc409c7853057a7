"""What a client can ask for: one table, from which come the checks, the list and the reference page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import UnionType
from typing import Any

from attrs import field, frozen

from qualia.errors import unknown_name
from qualia.protocol import Code, HostRefused

NUMBER = int | float
TEXT_OR_OBJECT = str | dict[str, Any]
Kind = type[Any] | UnionType
_WORDS: Mapping[Any, str] = {
    str: "a text",
    int: "a whole number",
    NUMBER: "a number",
    bool: "true or false",
    dict: "an object",
    list: "a list",
    TEXT_OR_OBJECT: "a text or an object",
}


@frozen(kw_only=True)
class Verb:
    """One thing a client can ask for."""

    name: str
    told: str
    """What it gives, or does, in one sentence."""
    call: Callable[..., Any]
    """Answers it, params by name."""
    takes: Mapping[str, Kind] = field(factory=dict[str, Any])
    """Params it needs, and their types."""
    may_take: Mapping[str, Kind] = field(factory=dict[str, Any])
    """Params it does without; null counts as not given."""
    changes: bool = False
    """Whether it changes anything, which a connection that may only look cannot ask for."""
    judges: bool = False
    """Whether that depends on what is asked: it is told ``may_change``, and refuses by itself."""
    slow: bool = False
    """Whether answering may take a while: it is done aside, and the client's later requests may be answered first."""


class Verbs:
    """The verbs of a host, by name.

    Args:
        verbs: all of them.
    """

    def __init__(self, verbs: Iterable[Verb]) -> None:
        self._verbs: Mapping[str, Verb] = {each.name: each for each in verbs}

    def table(self) -> tuple[Verb, ...]:
        """Return the verbs in order of name."""
        return tuple(self._verbs[name] for name in sorted(self._verbs))

    def is_slow(self, name: str) -> bool:
        """Whether a verb is answered aside; one that there is none of is refused at once."""
        verb = self._verbs.get(name)
        return verb is not None and verb.slow

    def answer(self, name: str, params: Mapping[str, Any], *, may_change: bool) -> Any:
        """Check a request and answer it, as plain data.

        Raises:
            HostRefused: there is no such verb, a param is wrong, or it would change what may only be looked at.
            QualiaError: whatever the verb raises.
        """
        verb = self._verbs.get(name)
        if verb is None:
            raise HostRefused(name, f"the verb {unknown_name(name, self._verbs)}", Code.NO_SUCH_VERB)
        if verb.changes and not may_change:
            raise only_looking(name)
        given = {key: value for key, value in params.items() if value is not None}
        kinds = {**verb.takes, **verb.may_take}
        for key, value in given.items():
            if key not in kinds:
                raise HostRefused(name, f"param {key!r} {unknown_name(key, kinds)}")
            if not _is_of(value, kinds[key]):
                raise HostRefused(name, f"param {key!r} must be {_WORDS[kinds[key]]}, not a {type(value).__name__}")
        missing = [key for key in verb.takes if key not in given]
        if missing:
            raise HostRefused(name, f"param {missing[0]!r} is missing; give {_WORDS[kinds[missing[0]]]}")
        return verb.call(**given, **({"may_change": may_change} if verb.judges else {}))


def only_looking(name: str) -> HostRefused:
    """Return why a connection that may only look is refused something."""
    return HostRefused(name, "this connection may only look", Code.NOT_ALLOWED)


def words_of(kind: Kind) -> str:
    """Return the type of a param in words."""
    return _WORDS[kind]


def _is_of(value: object, kind: Kind) -> bool:
    if kind == TEXT_OR_OBJECT:
        return isinstance(value, (str, dict))
    # A truth value is an int to Python and to nobody else.
    return isinstance(value, kind) and (kind is bool or type(value) is not bool)
