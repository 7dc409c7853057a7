"""What is done with a run that is over: the ways to export it, and whether running it again gave the same."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from qualia_tui.dialogs.asking import Option
from qualia_tui.model import facts
from qualia_tui.sections.section import Section
from qualia_tui.sections.waiting import ended
from qualia_tui.words import _, translated

NO_DOCUMENT = "give its path or text"
"""What a host's refusal says when it does not know any more what a run was on."""
IS_THERE = "say overwrite"
"""What a host's refusal says when it would have to replace something."""
SUFFIXES: Mapping[str, str] = MappingProxyType({"crate": "", "methods": ".md", "json": ".json", "log": ".log.json"})
"""Ends of the names of what is exported, by its form."""


def formats() -> tuple[Option, ...]:
    """Return the forms in which a run can be exported."""
    return (
        Option("crate", _("RO-Crate"), _("a folder to archive")),
        Option("methods", _("methods"), _("paragraph, references")),
        Option("json", _("results"), _("all steps, as JSON")),
        Option("log", _("history entry"), _("as JSON")),
    )


async def outcome_of(section: Section, run: str) -> facts.Plain:
    """Wait for a run to end, and return what became of it.

    Args:
        section: asks the host.
        run: the host's id of it.

    Raises:
        QualiaError: the host cannot tell, or was lost.
    """
    told = await ended(section.console_app.call, "runs.show", run)
    if facts.text(told, "state") != "ok":
        return told
    return {**told, **facts.plain(await section.console_app.call("runs.result", run=run, most_bytes=0))}


def verdict_of(outcome: facts.Plain) -> tuple[str, str]:
    """Return whether a run that was run again gave the same, as a sentence, and its style.

    Args:
        outcome: as `outcome_of` gives it.
    """
    state = facts.text(outcome, "state")
    if state != "ok":
        reason = translated(facts.text(facts.mapping(outcome, "error"), "message"))
        return (_("run again: {reason}", reason=reason or state), "bad")
    steps = facts.items(outcome, "steps")
    verdicts = {facts.text(each, "verdict") for each in steps}
    if "different" in verdicts:
        reasons = "; ".join(translated(text) for each in steps for text in facts.texts(each, "differences"))
        return (_("run again: the results differ; {reasons}", reasons=reasons).removesuffix("; "), "warn")
    if "unknown" in verdicts:
        return (_("run again; the earlier results are not kept any more, so nobody can compare them"), "warn")
    return (_("run again: the results are the same"), "ok")
