"""What takes several questions to the host: reading all of a plugin, trying it, and waiting for what was begun."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from qualia.errors import QualiaError
from qualia_tui.lines import Line, Span, line
from qualia_tui.model import amounts, facts
from qualia_tui.model.plugin_page import full
from qualia_tui.model.wrapping import wrapped
from qualia_tui.words import _, sentence_of, spoken, translated

if TYPE_CHECKING:
    from qualia_tui.app import Console

_RUNS = 8
_LOOK_S = 0.1
_LONGEST = 400
_OVER = frozenset({"ok", "failed", "cancelled", "lost"})


async def read_plugin(console: Console, plugin: str, width: int) -> None:
    """Show all that is known of a plugin; what the host cannot tell is said.

    Args:
        console: over which it is shown.
        plugin: its id.
        width: characters there are.
    """
    try:
        told = await console.call("plugins.inspect", plugin=plugin)
    except QualiaError as error:
        console.tell(sentence_of(error), "bad")
        return
    try:
        runs = facts.items(await console.call("history.list", plugin=plugin, limit=_RUNS, brief=True))
    except QualiaError:
        # Without a log of runs there is still all the rest.
        runs = ()
    console.read(plugin, full(told, runs, width, at_s=facts.number(console.model.health, "at_s")))


async def try_plugin(console: Console, plugin: str, width: int) -> None:
    """Run a plugin on a short conversation that the host has, and show what it gave.

    Args:
        console: over which it is shown.
        plugin: its id.
        width: characters there are.
    """
    console.tell(_("{plugin} is tried on a short conversation", plugin=plugin))
    language = "pt" if spoken() == "pt-BR" else "en"
    try:
        run = facts.text(await console.call("plugins.sample", plugin=plugin, language=language), "run")
        shown = await settled(console, "runs.show", run)
        result = await console.call("runs.result", run=run)
    except QualiaError as error:
        console.tell(sentence_of(error), "bad")
        return
    state = facts.text(shown, "state")
    told = _("{plugin} gave a result", plugin=plugin) if state == "ok" else _("{plugin} gave none", plugin=plugin)
    console.tell(told, "ok" if state == "ok" else "bad")
    console.read(_("{plugin} on a sample", plugin=plugin), sample_lines(shown, result, width))


async def read_operation(console: Console, operation: str, title: str, width: int) -> None:
    """Run an operation that only looks, and show what it tells.

    Args:
        console: over which it is shown.
        operation: its name.
        title: what stands over it.
        width: characters there are.
    """
    try:
        begun = await console.call("operations.run", operation=operation, language=spoken())
        run = facts.text(begun, "run")
        await settled(console, "operations.progress", run)
        answer = await console.call("operations.result", run=run, language=spoken())
    except QualiaError as error:
        console.tell(sentence_of(error), "bad")
        return
    text = facts.text(facts.mapping(answer, "result"), "text") or facts.text(answer, "told") or _("nothing")
    console.read(title, wrapped(text, width))


async def settled(console: Console, verb: str, run: str) -> facts.Plain:
    """Wait for something that was begun to be over, and return what the host then tells of it.

    Args:
        console: asks the host.
        verb: what tells its state.
        run: what was begun.

    Raises:
        QualiaError: the host cannot tell, or was lost.
    """
    while facts.text(told := await console.call(verb, run=run), "state") not in _OVER:
        await asyncio.sleep(_LOOK_S)
    return told


def sample_lines(shown: facts.Plain, result: facts.Plain, width: int) -> tuple[Line, ...]:
    """Return what a run gave, in short.

    Args:
        shown: the run, when it was over.
        result: what it gave.
        width: characters there are.
    """
    began, ended = facts.number(shown, "began_at_s"), facts.number(shown, "ended_at_s")
    took = amounts.duration(max(0.0, ended - began)) if began is not None and ended is not None else "?"
    state = facts.text(shown, "state")
    if state != "ok":
        failed = "✗ " + _("it failed after {time}", time=took)
        return (line(failed, "bad"), (), *wrapped(translated(error_of(shown)), width))
    given = facts.mapping(result, "result")
    lines: list[Line] = [line("✓ " + _("it took {time}", time=took), "ok"), ()]
    value: Any = given.get("value", given)
    for name, each in value.items() if isinstance(value, dict) else [("", value)]:
        lines.append(line(str(name), "head"))
        lines.extend(_short(each, width))
    return tuple(lines)


def _short(value: Any, width: int) -> tuple[Line, ...]:
    import json

    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    if len(text) <= _LONGEST:
        return wrapped(text, width, indent=2)
    rest = _("and {count} characters more", count=amounts.count(len(text) - _LONGEST))
    return (*wrapped(text[:_LONGEST] + " …", width, indent=2), (Span("  " + rest, "dim"),))


def error_of(plain: facts.Plain) -> str:
    """Return the sentence of the error that something ended with; empty when there was none."""
    return facts.text(facts.mapping(plain, "error"), "message")
