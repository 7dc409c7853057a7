"""The lines at the top and the bottom of the screen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rich.cells import cell_len
from textual.binding import ActiveBinding
from textual.screen import Screen
from textual.strip import Strip

from qualia_tui.lines import Line, Span, line
from qualia_tui.model.texts import wrapped
from qualia_tui.names import CHANGES
from qualia_tui.widgets.belonging import console_of
from qualia_tui.widgets.kept import Kept
from qualia_tui.widgets.painting import strip_of, strip_of_ends
from qualia_tui.words import _

_RENAMED = frozenset({"slash", "backslash", "at", "minus", "plus", "underscore"})
"""Keys that are characters, but not known as such by the toolkit's names."""
FIXED = ("help", "help.dialog", "quit")
"""Bindings, by id, that are always shown."""
_MOST = 3
"""Lines that a notice takes at most."""


class Bar(Kept):
    """One line, painted again when it changes; its last part can stand at the right end."""

    DEFAULT_CSS = "Bar { height: 1; }"

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self.left: Line = ()
        self.right: Line = ()

    def show(self, left: Line, right: Line = ()) -> None:
        """Show a line, and another at its right end if there is room."""
        if (left, right) != (self.left, self.right):
            self.left, self.right = left, right
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Return what the line looks like."""
        del y
        look = console_of(self).look
        return strip_of_ends(self.left, self.right, self.size.width, theme=look.theme, ascii_only=look.ascii_only)


class Notice(Bar):
    """What was just said: as many lines as it needs, up to three, and one when nothing is said."""

    def show(self, left: Line, right: Line = ()) -> None:
        """Show a sentence; all of it takes the style of its first part."""
        super().show(left, right)
        self._fold()

    def take_back(self, *texts: str) -> None:
        """Say nothing any more, if one of these sentences is what was said last."""
        if self.left and self.left[0].text in texts:
            self.show(())

    def on_resize(self) -> None:
        """Fold it for the width there is."""
        self._fold()

    def render_line(self, y: int) -> Strip:
        """Return what a line of it looks like."""
        look = console_of(self).look
        parts = self._parts()
        style = self.left[0].style if self.left else ""
        told = line(parts[y] if y < len(parts) else "", style)
        return strip_of(told, self.size.width, theme=look.theme, ascii_only=look.ascii_only)

    def _fold(self) -> None:
        height = max(1, len(self._parts()))
        if self.styles.height is None or self.styles.height.value != height:
            self.styles.height = height

    def _parts(self) -> tuple[str, ...]:
        """Return the sentence in parts; of one that is too long all the rest is in the last, which is cut."""
        told = "".join(span.text for span in self.left)
        parts = tuple(wrapped(told, self.size.width)) if self.size.width and told else ()
        return parts if len(parts) <= _MOST else (*parts[: _MOST - 1], " ".join(parts[_MOST - 1 :]))


class Tabs(Bar):
    """The names of the sections, with the keys that lead to them."""

    def show_tabs(self, names: Sequence[str], here: int) -> None:
        """Show the sections' names, the one that is shown marked by more than a colour."""
        spans: list[Span] = []
        for place, name in enumerate(names):
            text = f"[{place + 1} {name}]" if place == here else f" {place + 1} {name} "
            spans.append(Span(text, "here" if place == here else "tab"))
        self.show(tuple(spans))

    def render_line(self, y: int) -> Strip:
        """Return the tabs; where they do not fit, the others are their numbers alone."""
        if _cells(self.left) <= self.size.width:
            return super().render_line(y)
        full = self.left
        self.left = tuple(
            span if span.style == "here" else Span(f" {span.text.split()[0]} ", span.style) for span in full
        )
        try:
            return super().render_line(y)
        finally:
            self.left = full


class Foot(Bar):
    """The keys that do something here: whole ones or none, and always those for help and quitting."""

    keys: tuple[tuple[str, str, str], ...] = ()

    def on_mount(self) -> None:
        """Show the keys of the screen it is on, and those that take their place."""
        seen: Any = self.screen
        seen.bindings_updated_signal.subscribe(self, self._follow)
        self._follow(self.screen)

    def show_keys(self, keys: Sequence[tuple[str, str, str]]) -> None:
        """Show keys.

        Args:
            keys: of each its binding's id, the key as people call it, and what it does.
        """
        self.keys = tuple(keys)
        self._lay_out()

    def on_resize(self) -> None:
        """Show as many keys as there is room for now."""
        self._lay_out()

    def _follow(self, screen: Screen[Any]) -> None:
        found: dict[str, tuple[str, str, str]] = {}
        for binding in (each.binding for each in offered(screen) if each.binding.show):
            name = binding.id or binding.action
            found.setdefault(name, (name, console_of(self).get_key_display(binding), _(binding.description)))
        self.show_keys(tuple(found.values()))

    def _lay_out(self) -> None:
        fixed = [each for each in self.keys if each[0] in FIXED]
        left = _cells(_key_line(fixed))
        shown: list[tuple[str, str, str]] = []
        for each in self.keys:
            if each[0] in FIXED:
                continue
            needed = _cells(_key_line([each]))
            if left + needed > self.size.width:
                break
            left += needed
            shown.append(each)
        self.show(_key_line(shown), _key_line(fixed))


def offered(screen: Screen[Any]) -> Iterator[ActiveBinding]:
    """Yield the bindings of a screen that do something now; what only says why it does nothing is left out."""
    look = console_of(screen).look
    found = screen.active_bindings.values()
    is_typed = screen.focused is not None and screen.focused.check_consume_key("x", "x")
    for active in sorted(found, key=_place_of) if look.keys else found:
        is_kept_back = look.read_only and active.binding.id in CHANGES
        # The toolkit knows that letters would be typed, but not those characters that it has names of its own for.
        is_kept_back |= is_typed and active.binding.key in _RENAMED and not active.binding.priority
        if active.enabled and not is_kept_back:
            yield active


def _place_of(active: ActiveBinding) -> tuple[int, int]:
    """Return where a binding stands among all; the toolkit puts those with keys of somebody's own at the end."""
    declared: Any = type(active.node)._merged_bindings  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    ids = [binding.id for _key, binding in declared]
    return -len(active.node.ancestors), ids.index(active.binding.id)


def _key_line(keys: Sequence[tuple[str, str, str]]) -> Line:
    spans: list[Span] = []
    for _id, key, told in keys:
        spans.extend((Span(key, "key"), Span(f" {told}  ", "dim")))
    return tuple(spans)


def _cells(parts: Line) -> int:
    return sum(cell_len(span.text) for span in parts)


def verdict_line(status: str) -> Line:
    """Return how a host is on the whole, by the status of its health; nothing before that is known."""
    match status:
        case "ok":
            return line("✓ " + _("healthy") + "  ", "ok")
        case "degraded":
            return line("! " + _("degraded") + "  ", "warn")
        case "failing":
            return line("✗ " + _("failing") + "  ", "bad")
        case _:
            return ()


def link_line(state: str, age_s: float) -> Line:
    """Return what the link is like; how old the facts are is told once they are old."""
    match state:
        case "live":
            return line("● " + _("live"), "ok")
        case "stale" | "lost":
            told = _("stale") if state == "stale" else _("lost")
            return line(f"○ {told} {_age(age_s)}", "bad")
        case "starting":
            return line("◐ " + _("starting a host"), "warn")
        case _:
            return line("◐ " + _("connecting"), "warn")


def _age(age_s: float) -> str:
    if age_s < 60:
        return f"{age_s:.0f} s"
    return f"{age_s / 60:.0f} min" if age_s < 3600 else f"{age_s / 3600:.0f} h"
