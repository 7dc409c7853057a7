"""Whether somebody's own keys make sense: every action they name is there, and no key does two things at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import import_module

from textual.binding import Binding
from textual.dom import DOMNode

from qualia._nearest import unknown_name
from qualia.errors import InvalidSetting
from qualia_tui.app import Console
from qualia_tui.sections import ENTRIES

Bound = Mapping[str, frozenset[str]]
"""Keys by the id of their binding."""


def bound(kind: type[DOMNode]) -> Bound:
    """Return the keys of a class's bindings, those it inherits left out."""
    found = (each for each in kind.__dict__.get("BINDINGS", ()) if isinstance(each, Binding))
    return {each.id: frozenset(each.key.split(",")) for each in found if each.id}


def scopes() -> tuple[Bound, ...]:
    """Return the keys that work at the same time: those of each section together with those of the console."""
    everywhere = bound(Console)
    here: list[Bound] = []
    for entry in ENTRIES:
        module, _colon, name = entry.target.partition(":")
        kind: type[DOMNode] = getattr(import_module(f"qualia_tui.sections.{module}"), name)
        here.append({**everywhere, **bound(kind)})
    return tuple(here)


def check_keys(keys: Mapping[str, str], origin: str, known: Iterable[Bound] | None = None) -> None:
    """Check somebody's keys.

    Args:
        keys: keys by the id of the binding they are for, several parted by commas.
        origin: where they come from.
        known: the keys there are; None for the console's.

    Raises:
        InvalidSetting: an id that nothing has, or a key that would do two things in one place.
    """
    places = tuple(scopes() if known is None else known)
    ids = sorted({name for place in places for name in place})
    for name in keys:
        if name not in ids:
            raise InvalidSetting(origin, f"keys.{name}", unknown_name(name, ids))
    for place in places:
        taken: dict[str, str] = {}
        for name, standard in place.items():
            mine = frozenset(keys[name].replace(" ", "").split(",")) if name in keys else standard
            for key in sorted(mine):
                other = taken.setdefault(key, name)
                if other != name and (name in keys or other in keys):
                    asked, there = (name, other) if name in keys else (other, name)
                    raise InvalidSetting(origin, f"keys.{asked}", f"takes the key {key!r} from {there}; choose another")
