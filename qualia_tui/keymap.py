"""Whether somebody's own keys make sense: every action they name is there, and no key does two things at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from string import printable

from textual.binding import Binding
from textual.dom import DOMNode
from textual.keys import (
    KEY_NAME_REPLACEMENTS,
    Keys,
    _character_to_key,  # pyright: ignore[reportPrivateUsage]  # how a key is called
    key_to_character,
)

from qualia._nearest import did_you_mean, nearest
from qualia.errors import InvalidSetting
from qualia_tui.sections import ENTRIES
from qualia_tui.words import _, translated

Bound = Mapping[str, frozenset[str]]
"""Keys by the id of their binding."""

_LINES = ("widgets.grid:Grid", "widgets.text_lines:TextLines")
_LETTERS = "typing"
"""Stands for a line that takes letters."""
_TYPING = (_LETTERS, "widgets.entry:Entry")
_FRAME = ("app:Console", *_LINES)
_RESULTS = ("dialogs.results_view:ResultsView", *_LINES)
DIALOGS: tuple[tuple[str, ...], ...] = (
    (*_FRAME, "widgets.entry:FilterLine"),
    (*_FRAME, "sections.log:Log", "sections.log_pane:LogPane"),
    ("dialogs.asking:Confirm", "dialogs.asking:Buttons"),
    ("dialogs.asking:Choose", *_TYPING),
    ("dialogs.asking:Prompt", *_TYPING),
    ("dialogs.asking:Reading", "widgets.text_lines:TextLines"),
    ("dialogs.form:Launch", "dialogs.form_pane:FormPane", *_LINES),
    ("dialogs.form_of_step:StepForm", "dialogs.form_pane:FormPane", *_LINES),
    ("dialogs.form_pane:FieldEntry", *_TYPING),
    ("dialogs.picker:Picker", *_TYPING),
    ("dialogs.pasting:Pasting", *_TYPING),
    ("dialogs.results:Results", *_RESULTS),
    ("dialogs.results:RunResults", *_RESULTS),
    ("dialogs.results_of_many:ManyResults", *_LINES),
)
"""What has keys at the same time beside the sections."""
_NAMED = frozenset(key.value for key in Keys if len(key.value) > 1 and "+" not in key.value and key.value[0] != "<")
_CALLED: Mapping[str, str] = {
    "esc": "escape",
    "return": "enter",
    "del": "delete",
    "ins": "insert",
    "pgup": "pageup",
    "pgdn": "pagedown",
    "ctrl+i": "tab",
    "ctrl+m": "enter",
    "ctrl+[": "escape",
}
"""What people, and terminals, call the same key."""
_KEY = re.compile(r"(?:(?:ctrl|alt|shift)\+)*(?P<last>\S+)")


def bound(kind: type[DOMNode]) -> Bound:
    """Return the keys of a class's bindings, those of the console's own classes it inherits from among them."""
    found: dict[str, frozenset[str]] = {}
    for each in reversed(kind.__mro__):
        own = each.__dict__.get("BINDINGS", ()) if each.__module__.startswith("qualia_tui") else ()
        for binding in own:
            if isinstance(binding, Binding) and binding.id:
                keys = frozenset(key for key in (key_called(part) for part in binding.key.split(",")) if key)
                found[binding.id] = keys | found.get(binding.id, frozenset())
    return found


def scopes() -> tuple[Bound, ...]:
    """Return the keys that work at the same time: those of each section with the console's, and those of dialogs."""
    sections = ((*_FRAME, f"sections.{entry.target}") for entry in ENTRIES)
    return tuple(
        {name: keys for target in targets for name, keys in _bound_there(target).items()}
        for targets in (*sections, *DIALOGS)
    )


def _bound_there(target: str) -> Bound:
    if target == _LETTERS:
        return {_LETTERS: frozenset(map(_character_to_key, printable[:95]))}
    return bound(_class(target))


def key_called(text: str) -> str:
    """Return a key by the name the toolkit has for it, such as ``question_mark`` for ``?``; empty when it is none."""
    name = text.strip()
    if len(name) == 1:
        return _character_to_key(name) if name.isprintable() else ""
    name = _CALLED.get(name.lower(), name.lower() if "+" in name or name.lower() in _NAMED else name)
    found = _KEY.fullmatch(name)
    if found is None:
        return ""
    last = found["last"]
    if len(last) == 1:
        # What shift does to a letter arrives as the letter.
        return _character_to_key(last.upper()) if name == f"shift+{last}" else name
    return name if last in _NAMED or key_to_character(last) or last in KEY_NAME_REPLACEMENTS.values() else ""


def worn_keys(keys: Mapping[str, str], origin: str, known: Iterable[Bound] | None = None) -> Mapping[str, str]:
    """Check somebody's keys, and return them as the toolkit calls them.

    Args:
        keys: keys by the id of the binding they are for, several parted by commas.
        origin: where they come from.
        known: the keys there are; None for the console's.

    Raises:
        InvalidSetting: an id that nothing has, what is no key, or a key that would do two things in one place.
    """
    places = tuple(scopes() if known is None else known)
    ids = sorted({name for place in places for name in place} - {_LETTERS})
    mine: dict[str, tuple[str, ...]] = {}
    for name, text in keys.items():
        if name not in ids:
            near = did_you_mean(nearest(name, ids))
            told = translated(f"is unknown; {near}") if near else _("is unknown; ? in the console tells every name")
            raise InvalidSetting(origin, f"keys.{name}", told)
        for part in text.split(","):
            if not key_called(part):
                told = _("is {key!r}, which is no key; write one such as x, X, f9 or ctrl+r", key=part.strip())
                raise InvalidSetting(origin, f"keys.{name}", told)
        mine[name] = tuple(dict.fromkeys(map(key_called, text.split(","))))
    for place in places:
        _check_place(place, mine, origin)
    return {name: ",".join(each) for name, each in mine.items()}


def _check_place(place: Bound, mine: Mapping[str, Sequence[str]], origin: str) -> None:
    """Refuse a key that is new to an action and does something else in the same place."""
    for name in sorted(place.keys() & mine.keys()):
        for key in (each for each in mine[name] if each not in place[name]):
            for other, standard in place.items():
                if other != name and key in mine.get(other, standard):
                    told = _("takes the key {key!r} from {other}; choose another", key=key, other=other)
                    raise InvalidSetting(origin, f"keys.{name}", told)


def _class(target: str) -> type[DOMNode]:
    module, _colon, name = target.partition(":")
    kind: type[DOMNode] = getattr(import_module(f"qualia_tui.{module}"), name)
    return kind
