"""One visit to the menu: who asks, what is kept, and the commands that are run."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence

from qualia.cli.exit_codes import ExitCode
from qualia.cli.menu.asking import LEAVING, Asker, Choice, chosen
from qualia.cli.menu.memory import Memory
from qualia.cli.opening import open_core
from qualia.cli.quoting import command_line
from qualia.cli.words import _, wanted_language
from qualia.core import Core

_PASSED_ON = ("quiet", "verbose", "no_color", "debug")

Branch = Callable[["Session"], None]


class Session:
    """What every branch works with.

    Attributes:
        asker: who asks.
        memory: what is kept between visits.
        language: the language that was chosen in the menu; None for that of the system or of ``--lang``.

    Args:
        asker: who asks.
        memory: what is kept between visits.
        asked: what the menu was called with; its plugin folders and project are every command's.
        commands: the names of the commands there are.
        run: takes a command's words, runs it, and returns its exit code.
        system: the language commands speak unless ``--lang`` says another; empty when it is not known.
    """

    def __init__(
        self,
        asker: Asker,
        memory: Memory,
        *,
        asked: argparse.Namespace,
        commands: Sequence[str],
        run: Callable[[Sequence[str]], int],
        system: str = "",
    ) -> None:
        self.asker: Asker = asker
        self.memory: Memory = memory
        given = getattr(asked, "lang", None)
        self.language: str | None = None if given is None else wanted_language(["--lang", given], {})
        self._system: str = system
        self._asked: argparse.Namespace = asked
        self._commands: frozenset[str] = frozenset(commands)
        self._run: Callable[[Sequence[str]], int] = run

    def has(self, command: str) -> bool:
        """Tell whether there is a command of this name."""
        return command in self._commands

    def core(self) -> Core:
        """Open a Core to ask which plugins there are; the caller closes it.

        Raises:
            QualiaError: the settings or the folders are wrong.
        """
        return open_core(self._asked)

    def words(self, command: Sequence[str]) -> list[str]:
        """Return a command's words with those the menu was called with in front, so that it means the same."""
        found: list[str] = [] if self.language in (None, self._system) else ["--lang", str(self.language)]
        for folder in self._asked.plugin_dirs:
            found += ["--plugin-dir", folder]
        if self._asked.project is not None:
            found += ["--project", self._asked.project]
        found += [f"--{name.replace('_', '-')}" for name in _PASSED_ON if getattr(self._asked, name, False)]
        return [*found, *command]

    def run(self, command: Sequence[str]) -> bool:
        """Show a command as it could have been typed, run it, and tell whether it ended as it should."""
        words = self.words(command)
        self.asker.tell(f"\n{_('you could have typed:')}")
        self.show_line(command_line(["qualia", *words]))
        # A pager would stand between the answer and the next question.
        code = self._run(["--no-pager", *words])
        self.asker.tell("\n")
        if code == ExitCode.INTERRUPTED:
            self.asker.tell(_("it was interrupted; the menu goes on"))
        elif code == ExitCode.PARTIAL:
            self.asker.tell(_("some of it did not work (exit code {code}); the menu goes on", code=code))
        elif code != ExitCode.OK:
            self.asker.tell(_("it did not work (exit code {code}); the menu goes on", code=code))
        return code == ExitCode.OK

    def show_line(self, line: str) -> None:
        """Show a line that people may copy: it is never folded."""
        from qualia.cli.menu.plain import show

        show(f"  {line}\n")

    def choose_branch(self, title: str, branches: Sequence[tuple[Choice, Branch]]) -> None:
        """Ask for one of several branches, and again when it is through, until somebody goes back.

        Raises:
            Back: the way back was chosen.
            EOFError: Ctrl-D.
            KeyboardInterrupt: Ctrl-C.
        """
        last = ""
        while True:
            last = self.step(title, branches, default=last)

    def step(self, title: str, branches: Sequence[tuple[Choice, Branch]], *, default: str = "") -> str:
        """Ask once for one of several branches, walk through it, and return its key.

        Raises:
            Back: as `choose_branch`, and so are the others.
        """
        by_key = {choice.key: branch for choice, branch in branches}
        key = chosen(self.asker, title, [choice for choice, _branch in branches], default=default)
        self.enter(by_key[key])
        return key

    def enter(self, branch: Branch) -> None:
        """Walk through a branch; whoever leaves it early, or meets an error, is back here."""
        from qualia.cli.failure import tell
        from qualia.errors import QualiaError

        try:
            branch(self)
        except LEAVING:
            return
        except QualiaError as error:
            tell(error)
