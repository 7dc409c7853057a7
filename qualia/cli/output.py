"""Where data and narration go, and the forms data takes."""

from __future__ import annotations

import os
import re
import sys
import threading
import warnings
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Literal, TextIO, cast

from qualia._safe import UNSAFE, escaped, safe_line, safe_text
from qualia.cli.words import _
from qualia.errors import UnwritableOutput

Format = Literal["json", "jsonl", "yaml", "csv", "pretty"]

_SUFFIXES: Mapping[str, Format] = {
    ".json": "json",
    ".jsonl": "jsonl",
    ".yaml": "yaml",
    ".yml": "yaml",
    ".csv": "csv",
    ".txt": "pretty",
}

_CLEAR = "\r\x1b[2K"
_HALVES = re.compile("[\ud800-\udfff]")


def as_json(data: object, *, indent: int | None = 2) -> str:
    """Return plain data as JSON whose strings hold no raw control character: the same data, and safe to show."""
    import json

    text = json.dumps(data, ensure_ascii=False, allow_nan=False, indent=indent)
    return UNSAFE.sub(escaped, text)


def as_yaml(data: object) -> str:
    """Return plain data as YAML that any reader of YAML takes: no tags, no anchors, tuples as lists, U+FFFD for halves.

    YAML has no way to write half a character, which is how a byte of a file's name that is no UTF-8 is held.
    """
    import json

    import yaml

    class Dumper(yaml.SafeDumper):
        """Quotes every text that holds an unsafe character, so that it can be escaped there."""

        def represent_text(self, text: str) -> Any:
            represent = cast("Any", self).represent_scalar
            return represent("tag:yaml.org,2002:str", text, style='"' if UNSAFE.search(text) else None)

    Dumper.add_representer(str, Dumper.represent_text)
    plain: Any = json.loads(_HALVES.sub("\ufffd", json.dumps(data, allow_nan=False, ensure_ascii=False)))
    text = str(yaml.dump(plain, Dumper=Dumper, allow_unicode=True, sort_keys=False, width=120))
    return UNSAFE.sub(escaped, text.removesuffix("...\n").rstrip("\n"))


def format_of(asked: str | None, target: Path | None) -> Format:
    """Return the form to write: the one asked for, else the one the target's suffix names, else pretty.

    Raises:
        WrongUsage: no form was asked for and the suffix names none.
    """
    if asked is not None:
        return cast("Format", asked)
    if target is None or target.suffix == "" or target.is_dir() or str(target) == "-":
        return "pretty"
    if target.suffix.lower() in _SUFFIXES:
        return _SUFFIXES[target.suffix.lower()]
    from qualia.cli.usage import WrongUsage

    known = ", ".join(_SUFFIXES)
    sentence = "-o {path}: the suffix {suffix} names no format; use {known}, or give --format"
    raise WrongUsage(_(sentence, path=str(target), suffix=target.suffix, known=known))


def say(stream: TextIO | None, kind: str, sentence: str) -> None:
    """Write ``qualia: kind: sentence`` to a stream; one that is closed or gone is nobody's concern."""
    if stream is None:
        return
    line = f"qualia: {_(kind)}: {sentence}\n"
    try:
        stream.write(_encodable(line, stream))
        stream.flush()
    except (OSError, ValueError):
        return


def _encodable(text: str, stream: TextIO) -> str:
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)


def drop_unwritten() -> None:
    """Let what stdout still holds go nowhere, or the interpreter would try to write it once more at its end."""
    try:
        descriptor = os.open(os.devnull, os.O_WRONLY)
        os.dup2(descriptor, sys.stdout.fileno())
        os.close(descriptor)
    except (AttributeError, OSError, ValueError):
        return


@contextmanager
def stdout_to_stderr() -> Generator[None]:
    """Send to stderr what anybody writes to this process's stdout: plugins print there, and its reader may be gone."""
    try:
        sys.stdout.flush()
        number, error = sys.stdout.fileno(), sys.stderr.fileno()
        kept = os.dup(number)
        os.dup2(error, number)
    except (AttributeError, OSError, ValueError):
        # Neither has a descriptor, as in tests and notebooks.
        yield
        return
    try:
        yield
    finally:
        # What was printed and not written yet belongs there, too.
        with suppress(OSError, ValueError):
            sys.stdout.flush()
        os.dup2(kept, number)
        os.close(kept)


class Face:
    """One command's stdout, for data, and stderr, for everything said about it.

    Args:
        stdout: None when the process has none.
        stderr: None when the process has none.
        quiet: whether narration and progress are left out; warnings and errors never are.
        verbose: whether every detail is told.
        has_pager: whether long text may be shown a screen at a time.
    """

    def __init__(
        self,
        stdout: TextIO | None,
        stderr: TextIO | None,
        *,
        quiet: bool = False,
        verbose: bool = False,
        has_pager: bool = False,
    ) -> None:
        self._stdout: TextIO | None = stdout
        self._stderr: TextIO | None = stderr
        self._quiet: bool = quiet
        self._has_pager: bool = has_pager
        self._passing: bool = False
        self._lock: threading.RLock = threading.RLock()
        self.is_verbose: bool = verbose and not quiet

    @property
    def is_terminal(self) -> bool:
        """Whether people read stdout directly."""
        return self._stdout is not None and self._stdout.isatty()

    @property
    def width(self) -> int | None:
        """How many characters a line of the terminal on stdout takes; None when it is no terminal."""
        if not self.is_terminal:
            return None
        import shutil

        return shutil.get_terminal_size().columns

    @property
    def shows_progress(self) -> bool:
        """Whether progress is welcome."""
        return not self._quiet and self._stderr is not None and self._stderr.isatty()

    def data(self, text: str, *, form: Format = "pretty") -> None:
        """Write a text and a line end to stdout.

        Raises:
            UnwritableOutput: stdout is closed or full.
            BrokenPipeError: nobody reads it any more.
        """
        stream = self._open_stdout()
        if form in ("json", "jsonl") and not _is_utf8(stream):
            text = _ascii(text, form)
        with _telling("standard output"):
            stream.write(_encodable(text, stream) + "\n")
            stream.flush()

    def pages(self, text: str) -> None:
        """Write a text for people and a line end; one that is longer than the terminal goes through a pager.

        Raises:
            UnwritableOutput: stdout is closed or full.
            BrokenPipeError: nobody reads it any more.
        """
        if self._has_pager and self.is_terminal:
            from qualia.cli import paging

            self.clear()
            command = paging.pager_of(os.environ) if paging.is_long(text) else None
            if command is not None and paging.page(text, command, os.environ):
                return
        self.data(text)

    def raw(self, data: bytes) -> None:
        """Write bytes to stdout.

        Raises:
            UnwritableOutput: stdout is closed or full.
            BrokenPipeError: nobody reads it any more.
        """
        stream = self._open_stdout()
        with _telling("standard output"):
            # Without a buffer, as PYTHONUNBUFFERED has it, a write takes what fits and tells how much that was.
            rest = memoryview(data)
            while rest:
                rest = rest[stream.buffer.write(rest) :]
            stream.flush()

    def note(self, sentence: str) -> None:
        """Write a sentence of narration to stderr, unless it should be quiet."""
        if self._quiet or self._stderr is None:
            return
        with self._lock:
            self.clear()
            self._narrate(_encodable(safe_text(sentence), self._stderr) + "\n")

    def passing(self, sentence: str) -> None:
        """Show a sentence on the terminal's last line until something else is written; in a simple one it stays."""
        if os.environ.get("TERM", "dumb") == "dumb":
            self.note(sentence)
        elif self.shows_progress and self._stderr is not None:
            import shutil

            width = shutil.get_terminal_size().columns
            with self._lock:
                self._narrate(_CLEAR + _encodable(safe_line(sentence)[: width - 1], self._stderr))
                self._passing = True

    def clear(self) -> None:
        """Take away what `passing` shows."""
        with self._lock:
            if self._passing:
                self._passing = False
                self._narrate(_CLEAR)

    def _narrate(self, text: str) -> None:
        if self._stderr is None:
            return
        try:
            self._stderr.write(text)
            self._stderr.flush()
        except (OSError, ValueError):
            return

    def detail(self, sentence: str) -> None:
        """Write a sentence to stderr that only ``--verbose`` asks for."""
        if self.is_verbose:
            self.note(sentence)

    def failure(self, sentence: str) -> None:
        """Tell of a failure that does not end the command."""
        self.clear()
        say(self._stderr, "error", safe_line(sentence))

    @contextmanager
    def showing_warnings(self) -> Generator[None, None, None]:
        """Show warnings as one line each, without source lines, as long as the block lasts."""
        from qualia.cli.words import speaking, spoken
        from qualia.errors import QualiaWarning

        language = spoken()

        def warned(message: Warning | str, category: type[Warning], *_place: object, **_more: object) -> None:
            # It may come from a thread, which knows nothing of the language spoken here.
            with speaking(language):
                self._warned(message, category)

        with warnings.catch_warnings():
            warnings.simplefilter("always", QualiaWarning)
            warnings.showwarning = warned
            yield

    def _warned(self, message: Warning | str, category: type[Warning]) -> None:
        from qualia.cli.words import translated
        from qualia.errors import QualiaWarning

        told = translated(str(message))
        sentence = told if issubclass(category, QualiaWarning) else f"{category.__name__}: {told}"
        self.clear()
        say(self._stderr, "warning", safe_line(sentence))

    def _open_stdout(self) -> TextIO:
        self.clear()
        if self._stdout is None or self._stdout.closed:
            raise UnwritableOutput("standard output", "it is closed")
        return self._stdout


def _ascii(text: str, form: Format) -> str:
    import json

    if form == "json":
        return json.dumps(json.loads(text), indent=2)
    return "\n".join(json.dumps(json.loads(line)) for line in text.split("\n"))


@contextmanager
def _telling(path: str) -> Generator[None, None, None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        drop_unwritten()
        raise UnwritableOutput(path, (error.strerror or str(error)).lower()) from error


def _is_utf8(stream: TextIO) -> bool:
    return (getattr(stream, "encoding", None) or "utf-8").lower().replace("_", "-") in ("utf-8", "utf8")
