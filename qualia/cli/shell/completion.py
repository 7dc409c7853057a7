"""``qualia completion``: the script that lets a shell ask ``qualia`` what may stand next.

The scripts know nothing themselves, so they are never out of date: what fits is told by `qualia.cli.shell.answering`,
from the grammar that parses and from the plugins' files, in about 40 ms of CPU. Two kept libraries do the same for
argparse and were not taken. argcomplete asks the program too, but needs the parser of every command built at every key;
shtab writes static scripts, which know neither the plugins nor the commands that distributions bring, and would have to
be written anew whenever one of these changes.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping
from pathlib import Path

from qualia._files import write_whole
from qualia.cli.output import Face
from qualia.cli.words import _
from qualia.errors import UnwritableOutput

SCRIPTS = Path(__file__).with_name("scripts")


def show_script(asked: argparse.Namespace, face: Face) -> None:
    """Write a shell's script to stdout, or with ``--install`` to where the shell finds it.

    Raises:
        UnwritableOutput: it cannot be written.
    """
    text = (SCRIPTS / f"qualia.{asked.shell}").read_text(encoding="utf-8")
    if not asked.install:
        face.data(text.rstrip("\n"))
        return
    target = place_of(asked.shell, os.environ)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UnwritableOutput(str(target), (error.strerror or str(error)).lower()) from error
    write_whole(target, text.encode())
    face.note(_("wrote {path}", path=target))
    face.note(_told(asked.shell, target))


def place_of(shell: str, environ: Mapping[str, str]) -> Path:
    """Return the file of one's own in which a shell looks for the completion of ``qualia``."""
    home = Path(environ.get("HOME") or Path.home())
    data = Path(environ.get("XDG_DATA_HOME") or home / ".local" / "share")
    if shell == "bash":
        return data / "bash-completion" / "completions" / "qualia"
    if shell == "zsh":
        return data / "zsh" / "site-functions" / "_qualia"
    return Path(environ.get("XDG_CONFIG_HOME") or home / ".config") / "fish" / "completions" / "qualia.fish"


def _told(shell: str, target: Path) -> str:
    if shell == "bash":
        return _(
            "new shells complete it where bash-completion is installed; otherwise put into ~/.bashrc: {line}"
        ).format(line=f". {target}")
    if shell == "zsh":
        told = _("put into ~/.zshrc, before compinit is called: {line}")
        return told.format(line=f"fpath=({target.parent} $fpath)")
    return _("new shells complete it")
