"""Writes the reference page of the command line from its grammar: ``python -m tests.docs.commands``.

What each command takes comes from the spec that ``qualia spec`` shows; the sentences around it stand here. Its examples
are run as they are printed, like every block of code in the documents, in the order of the page.

A test compares the page in the repository with what this writes.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from qualia.cli.arguments import whole_parser
from qualia.cli.shell.spec import Described, Taken, describe, flat
from qualia.cli.shell.topics import topics
from qualia.cli.words import speaking
from tests.docs.reference import ROOT

PAGE = ROOT / "docs" / "reference" / "cli.md"
HOW_TO = {
    "process": "../how-to/input-and-output.md",
    "analyze": "../how-to/input-and-output.md",
    "visualize": "../how-to/input-and-output.md",
    "batch": "../how-to/many-files.md",
    "watch": "../how-to/many-files.md",
    "export": "../how-to/export.md",
    "pipeline": "../how-to/pipelines.md",
    "config": "settings.md",
    "init": "../how-to/start-a-project.md",
    "history": "../how-to/look-back.md",
    "cache": "../how-to/look-back.md",
    "doctor": "../how-to/when-something-is-wrong.md",
    "health": "health.md",
    "status": "health.md",
    "menu": "../tutorial-menu.md",
    "create": "../tutorial-first-plugin.md",
    "validate": "../how-to/validate-a-plugin.md",
    "dev": "../how-to/watch-and-reload.md",
    "watch-plugins": "../how-to/watch-and-reload.md",
    "host": "../how-to/watch-a-running-program.md",
}
NOT_RUN = {
    "menu": "it asks and waits",
    "watch": "it waits for files until Ctrl-C",
    "dev": "it waits for changes until Ctrl-C",
    "watch-plugins": "it waits for changes until Ctrl-C",
    "host": "it serves until Ctrl-C",
    "health": "it watches until Ctrl-C",
    "status": "it watches until Ctrl-C",
    "completion": "it writes into the home folder",
    "history rerun": "it takes the document the last run was on",
    "plugins use": "it takes a plugin of which two versions are known",
}
INTRODUCTION = """\
# Command line

<!-- Written by tests/docs/commands.py from the grammar; edit that. -->

Data goes to stdout. Notes, progress, warnings and errors go to stderr. A failure is one sentence and an exit code other
than 0; with `--format json` it is one JSON object on stdout as well, with `error`, `message` and the error's fields.

`qualia --help` lists the commands and `qualia help COMMAND` shows what one takes. `qualia spec` shows the same as JSON,
which this page is made of. Bare `qualia` at a terminal opens the menu; in a script it prints help.

`FILE` may be `-` for stdin. Options may stand anywhere behind the command; behind `--` everything is a file. Names of
commands and options are not abbreviated. A file is written whole or not at all.\
"""
SETTING = """\
The examples on this page run in order, in a project's folder (one that holds `qualia.toml`) with the two meetings that
come along:

```toml title="qualia.toml"
max_failures = 3
```

```console
mkdir interviews
cp meeting.vtt reuniao.vtt interviews
cp pipelines/meeting.toml meeting.toml
```\
"""
COMPLETION = """\
The script asks `qualia` what fits, so it knows the plugins and commands that are there, the params of the plugin that
was chosen behind `-P`, and never is out of date:

<!-- not run: it is for a shell's start file -->
```bash
eval "$(qualia completion bash)"
```\
"""
BROUGHT = """\
## Commands that distributions bring

A distribution may bring commands of its own, as operations of `qualia.operations`: `qualia --help` and `qualia spec`
list them, they complete, and with the distribution they are gone. `backup`, `alerts`, `metrics` and `log` come with the
extra `ops`, `serve` with `server`; without it they end with 5 and name it. A destructive one asks at a terminal and
needs `--yes` elsewhere. A built-in command cannot be replaced.\
"""


def page() -> str:
    """Return the page as Markdown."""
    with speaking("en"):
        spec = describe(whole_parser())
        told = topics()
    known = [each for each in spec["commands"] if each["origin"] is None]
    common = shared(flat(known))
    parts = [INTRODUCTION, "## Commands", *listed(known), SETTING]
    section = ""
    for each in known:
        if each["section"] != section:
            section = each["section"]
            parts.append(f"## {section[:1].upper()}{section[1:]}")
        parts += described(each, common)
    parts += [BROUGHT, "## Options of every command", table("option", map(row, common.values()))]
    for topic in told:
        rows = ((f"`{name}`" if topic.name != "environment" else variables(name), text) for name, text in topic.rows)
        parts += [f"## {topic.title[:1].upper()}{topic.title[1:]}", table(topic.name.rstrip("s"), rows)]
        if topic.more:
            parts.append(topic.more)
    return "\n\n".join(parts) + "\n"


def variables(names: str) -> str:
    """Return names of variables as code."""
    return ", ".join(f"`{name}`" for name in names.split(", "))


def shared(known: Iterable[Described]) -> Mapping[str, Taken]:
    """Return the options that every command takes, by their longest name."""
    found: dict[str, Taken] | None = None
    for each in known:
        here = {option["names"][-1]: option for option in each["options"]}
        found = here if found is None else {name: option for name, option in found.items() if name in here}
    return found or {}


def listed(known: Iterable[Described]) -> Iterator[str]:
    """Yield a list of the commands for each section."""
    sections: dict[str, list[str]] = {}
    for each in known:
        line = f"- [`{each['name']}`](#qualia-{each['name']}): {small(each['summary'])}"
        sections.setdefault(each["section"], []).append(line)
    for title, lines in sections.items():
        yield f"{title[:1].upper()}{title[1:]}:\n\n" + "\n".join(lines)


def described(each: Described, common: Mapping[str, Taken], *, level: int = 3) -> Iterator[str]:
    """Yield the parts that tell of a command, and of those below it."""
    yield f"{'#' * level} `qualia {each['name']}`"
    link = HOW_TO.get(each["name"], "")
    more = (
        f" See [{(PAGE.parent / link).resolve().stem.replace('-', ' ')}]({link})."
        if link and (PAGE.parent / link).is_file()
        else ""
    )
    yield f"{each['summary']}.{more}"
    own = [option for option in each["options"] if option["names"][-1] not in common]
    if each["runs"]:
        yield f"```text\n{each['usage']}\n```"
    if each["arguments"]:
        yield table("argument", map(row, each["arguments"]))
    if own:
        yield table("option", map(row, own))
    if each["name"] == "completion":
        yield COMPLETION
    if each["runs"] and each["examples"]:
        lines = "\n".join(each["examples"])
        reason = NOT_RUN.get(each["name"])
        yield (f"<!-- not run: {reason} -->\n" if reason else "") + f"```console\n{lines}\n```"
    if level == 3:
        yield f"Exit codes: {', '.join(map(str, each['exit_codes']))}."
    for below in each["commands"]:
        yield from described(below, common, level=level + 1)


def row(taken: Taken) -> tuple[str, str]:
    """Return how an argument or option is written, and what it means."""
    value = "" if taken["metavar"] is None or not taken["names"][0].startswith("-") else f" {taken['metavar']}"
    names = ", ".join(taken["names"])
    if taken["choices"] and value:
        value = f" {'|'.join(taken['choices'])}"
    return f"`{names}{value}`", taken["help"]


def table(heading: str, rows: Iterable[tuple[str, str]]) -> str:
    """Return a table of names and what they mean."""
    shown = [f"| {name} | {escaped(told)} |" for name, told in ((escaped(name), told) for name, told in rows)]
    return "\n".join([f"| {heading} | meaning |", "|---|---|", *shown])


def escaped(text: str) -> str:
    """Return text that stays in its cell."""
    return re.sub(r"(?<!\\)\|", r"\\|", text)


def small(text: str) -> str:
    """Return a sentence that goes on behind a colon."""
    return text[:1].lower() + text[1:]


def main(_words: Any = None) -> int:
    """Write the page and name it when it changed."""
    text = page()
    if not PAGE.is_file() or PAGE.read_text(encoding="utf-8") != text:
        PAGE.write_text(text, encoding="utf-8", newline="\n")
        sys.stdout.write(f"{PAGE}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
