"""What takes several questions to the host: reading all of a plugin, trying it, and what an operation tells."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress

from qualia.errors import QualiaError
from qualia_tui.lines import Line
from qualia_tui.model import facts
from qualia_tui.model.health_view import component
from qualia_tui.model.plugin_page import full
from qualia_tui.model.texts import wrapped_lines
from qualia_tui.sections.operating import operate
from qualia_tui.sections.section import Section
from qualia_tui.words import _, sentence_of, spoken

_RUNS = 8
_PAGE_S = 0.25


async def read_plugin(section: Section, plugin: str) -> None:
    """Show all that is known of a plugin, as long as somebody reads it; what the host cannot tell is said.

    Args:
        section: over which it is shown.
        plugin: its id.
    """
    console, seen = section.console_app, _state(section, plugin)
    try:
        page = console.read(plugin, await _page(section, plugin))
    except QualiaError as error:
        console.tell(sentence_of(error), "bad")
        return
    while page in console.screen_stack:
        if (now := _state(section, plugin)) != seen:
            seen = now
            # While the host cannot tell, what it told before stands.
            with suppress(QualiaError):
                page.show(await _page(section, plugin))
        await asyncio.sleep(_PAGE_S)


def _state(section: Section, plugin: str) -> tuple[object, ...]:
    """Return what is known anyway of a plugin: when that changes, its page does."""
    part = component(section.model.health, f"plugin:{plugin}")
    return section.model.plugins.get(plugin), facts.text(part, "status"), facts.text(part, "reason")


async def _page(section: Section, plugin: str) -> Callable[[int], Sequence[Line]]:
    """Ask for all that is known of a plugin, and return what gives it as lines of so many cells."""
    told = await section.console_app.call("plugins.inspect", plugin=plugin)
    try:
        runs = facts.items(await section.console_app.call("history.list", plugin=plugin, limit=_RUNS, brief=True))
    except QualiaError:
        # Without a log of runs there is still all the rest.
        runs = ()
    at_s = facts.number(section.model.health, "at_s")
    return lambda width: full(told, runs, width, at_s=at_s)


async def try_plugin(section: Section, plugin: str) -> None:
    """Run a plugin on a short conversation that the host has, and show how that goes and what it gives.

    Args:
        section: over which it is shown.
        plugin: its id.
    """
    from qualia_tui.dialogs.results import RunResults

    language = "pt" if spoken() == "pt-BR" else "en"
    try:
        run = facts.text(await section.console_app.call("plugins.sample", plugin=plugin, language=language), "run")
    except QualiaError as error:
        section.console_app.tell(sentence_of(error), "bad")
        return
    section.console_app.push_screen(  # type: ignore[unused-awaitable]  # it is shown without being waited for
        RunResults(run, _("{plugin} on a sample", plugin=plugin))
    )


async def read_operation(section: Section, operation: str, title: str) -> None:
    """Run an operation that only looks, and show what it tells.

    Args:
        section: over which it is shown.
        operation: its name.
        title: what stands over it.
    """
    try:
        result = await operate(section.console_app, operation)
    except QualiaError as error:
        section.console_app.tell(sentence_of(error), "bad")
        return
    text = facts.text(result, "text") or _("nothing")
    section.console_app.read(title, lambda width: wrapped_lines(text, width))
