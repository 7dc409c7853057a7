"""What is no command's own: exit codes, environment variables, formats. Help, `spec` and the reference show them."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from qualia.cli.exit_codes import ExitCode
from qualia.cli.words import _

COMMON_CODES = (ExitCode.OK, ExitCode.USAGE, ExitCode.INTERRUPTED, ExitCode.BROKEN_PIPE)
"""What every command can end with."""


class Topic(NamedTuple):
    """Something help tells of beside the commands."""

    name: str
    title: str
    """In the language spoken, as the rest."""
    rows: tuple[tuple[str, str], ...]
    """What is told of, and what it means."""
    more: str = ""
    """What else there is to say; empty for nothing."""


def topics() -> tuple[Topic, ...]:
    """Return everything ``qualia help`` tells of beside the commands."""
    settings = _(
        "Each setting has a variable as well: QUALIA_ and its name in capitals, such as QUALIA_MAX_DOCUMENT_BYTES; "
        "`qualia config show` lists the settings. A variable is stronger than qualia.toml, an option than both."
    )
    further = _(
        "Scripts may rely on them: they never change their meaning. Commands that extras bring have further ones:"
        " 11 when somebody else is at work there, 12 for a wrong key, 13 for something damaged or unsafe,"
        " 28 when no space is left."
    )
    codes = tuple((str(code.value), meaning) for code, meaning in exit_codes().items())
    return (
        Topic("exit-codes", _("exit codes"), codes, further),
        Topic("environment", _("environment variables"), tuple(variables().items()), settings),
        Topic("formats", _("formats"), tuple(formats().items()), _("Without --format the suffix of -o decides.")),
    )


def topic(name: str) -> str | None:
    """Return what there is to say about a topic, as wide as the terminal; None when it is none."""
    for each in topics():
        if each.name == name:
            width = page_width()
            column = min(24, max(len(row[0]) for row in each.rows) + 2)
            parts = [f"{each.title}:\n" + "\n".join(rows(each.rows, width=width, column=column))]
            if each.more:
                parts.append(textwrap.fill(each.more, width))
            return "\n\n".join(parts)
    return None


def exit_codes() -> Mapping[ExitCode, str]:
    """Return what each exit code means."""
    return {
        ExitCode.OK: _("it worked, warnings or not"),
        ExitCode.FAILED: _(
            "the work failed: a plugin raised, or gave a wrong result; or a check found a fault; or the answer was no"
        ),
        ExitCode.USAGE: _("the command, a param, a pipeline or a setting is wrong; nothing was run"),
        ExitCode.PARTIAL: _(
            "some of several documents were done and others were not, or health is degraded; which and why was told"
        ),
        ExitCode.BAD_INPUT: _("a file cannot be read, is nothing the plugin can work on, or cannot be written"),
        ExitCode.UNAVAILABLE: _(
            "a plugin, extra or command is not available here, or a plugin is left alone for a while"
        ),
        ExitCode.INTERRUPTED: _("interrupted with Ctrl-C; commands that wait until then end with 0"),
        ExitCode.BROKEN_PIPE: _("whoever read the output went away"),
        ExitCode.TERMINATED: _("asked to end by the system (SIGTERM); what was done is kept"),
    }


def variables() -> Mapping[str, str]:
    """Return the environment variables that are read beside those of the settings."""
    return {
        "QUALIA_DEBUG": _("anything but 0 shows the traceback of a failure"),
        "QUALIA_ENV": _("a name: qualia.NAME.toml beside qualia.toml is read too"),
        "QUALIA_PLUGIN_PATH": _("more folders of plugins, separated as in PATH"),
        "LANGUAGE, LC_ALL, LC_MESSAGES, LANG": _("the language to speak, the first that is set; --lang is stronger"),
        "NO_COLOR": _("anything switches colours off"),
        "CLICOLOR": _("0 switches colours off"),
        "FORCE_COLOR, CLICOLOR_FORCE": _(
            "anything but 0 switches colours on where no terminal is; NO_COLOR is stronger"
        ),
        "QUALIA_PAGER, PAGER": _("the program that shows long output, the first that is set; empty or cat for none"),
        "COLUMNS": _("how wide help and tables are, in characters"),
        "XDG_CONFIG_HOME": _("where your own settings stand, in qualia/config.toml (default: ~/.config)"),
        "XDG_STATE_HOME": _("where the menu keeps what it remembers, in qualia (default: ~/.local/state)"),
        "XDG_DATA_HOME": _(
            "where `qualia completion --install` puts the script of bash or zsh (default: ~/.local/share)"
        ),
        "BROWSER_PATH": _("a Chromium that draws pictures only a browser can draw"),
    }


def formats() -> Mapping[str, str]:
    """Return what each value of ``--format`` gives, over all commands."""
    return {
        "pretty": _("tables and text for people"),
        "json": _("one JSON value, also when it fails: then an object with error and message"),
        "jsonl": _("one JSON value on each line"),
        "yaml": _("YAML without tags, which every command reads again"),
        "csv": _("a table with commas, for spreadsheets; formulas are made harmless"),
        "xlsx": _("a spreadsheet"),
        "markdown": _("tables in Markdown"),
        "parquet": _("a table for data frames"),
        "html": _("a page that needs nothing from the network"),
        "png": _("a picture in dots"),
        "svg": _("a picture in lines"),
        "pdf": _("a picture to print"),
        "toml": _("settings or params, to be edited by hand"),
        "sarif": _("findings as code hosts show them"),
    }


def page_width() -> int:
    """Return how wide help is, in characters."""
    import shutil

    return max(40, min(100, shutil.get_terminal_size().columns)) - 2


def rows(shown: Iterable[tuple[str, str]], *, width: int, column: int) -> Iterator[str]:
    """Yield the lines of a list of names and what they mean, which begins at ``column``."""
    for name, told in shown:
        lines = textwrap.wrap(told, max(20, width - column - 2))
        if len(name) >= column - 1:
            yield f"  {name}"
        else:
            yield f"  {name:<{column}}{lines.pop(0) if lines else ''}".rstrip()
        yield from (f"  {'':<{column}}{line}" for line in lines)
