"""A terminal to run a program in: a pseudo-terminal, a screen that keeps what is painted, and what it all costs.

The screen understands what full-screen programs send (moves, erasing, colours, modes) and answers what terminals are
asked at the start. It counts bytes, colours and attempts to steer the terminal, and remembers every mode that was
switched on, so that whoever ran a program knows whether the terminal was left as it was found. Linux only.
"""

from __future__ import annotations

import codecs
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

from attrs import Factory, define, frozen

_SEQUENCE = re.compile(
    r"\x1b\[(?P<private>[<=>?]?)(?P<numbers>[0-9;:]*)(?P<between>[ -/]*)(?P<final>[@-~])"
    r"|\x1b\](?P<command>[^\x07\x1b]*)(?:\x07|\x1b\\)"
    r"|\x1b[P_^X][^\x1b]*\x1b\\"
    r"|\x1b[()*+][A-Za-z0-9]"
    r"|\x1b[78=>DEHMNOZc]"
)
_BEGUN = re.compile(r"\x1b(?:\[[<=>?]?[0-9;:]*[ -/]*|\][^\x07\x1b]*\x1b?|[P_^X][^\x1b]*\x1b?|[()*+])?\Z")
_KEPT = 400_000
MODES: Mapping[str, str] = {
    "?1049": "alternate screen",
    "?1047": "alternate screen",
    "?1000": "mouse clicks",
    "?1002": "mouse drags",
    "?1003": "mouse moves",
    "?1006": "mouse SGR",
    "?1015": "mouse urxvt",
    "?1004": "focus reports",
    "?2004": "bracketed paste",
    "?2048": "in-band resize",
}
KEYS: Mapping[str, bytes] = {
    "down": b"\x1b[B",
    "up": b"\x1b[A",
    "right": b"\x1b[C",
    "left": b"\x1b[D",
    "pagedown": b"\x1b[6~",
    "pageup": b"\x1b[5~",
    "home": b"\x1b[H",
    "end": b"\x1b[F",
    "enter": b"\r",
    "escape": b"\x1b",
    "tab": b"\t",
    "backspace": b"\x7f",
    "f1": b"\x1bOP",
    "f2": b"\x1bOQ",
    "f3": b"\x1bOR",
}


@define
class Screen:
    """What a terminal shows, and what was done to it."""

    columns: int
    lines: int
    cells: list[list[str]] = Factory(list[list[str]])
    row: int = 0
    column: int = 0
    modes: set[str] = Factory(set[str])
    """Modes that are on and were off, by name; a hidden cursor and a keyboard protocol count."""
    colours: int = 0
    """Colours that were set, of 16 or more."""
    true_colours: int = 0
    non_ascii: int = 0
    """Characters beyond ASCII that were painted."""
    copies: int = 0
    """Texts sent to the clipboard by OSC 52."""
    titles: int = 0
    bells: int = 0
    answers: bytes = b""
    """What the terminal would say to the program, not sent yet."""
    _rest: str = ""
    _keyboard: int = 0

    def __attrs_post_init__(self) -> None:
        """Begin with an empty screen."""
        self.resize(self.columns, self.lines)

    def resize(self, columns: int, lines: int) -> None:
        """Become as large as this, and empty."""
        self.columns, self.lines = columns, lines
        self.cells = [[" "] * columns for _line in range(lines)]
        self.row, self.column = min(self.row, lines - 1), min(self.column, columns - 1)

    def text(self) -> str:
        """Return what is on the screen, without the spaces at the ends of lines."""
        return "\n".join("".join(line).rstrip() for line in self.cells)

    def feed(self, text: str) -> None:
        """Take in what a program sent; the beginning of a sequence waits for its end."""
        text = self._rest + text
        place = 0
        while place < len(text):
            if text[place] == "\x1b":
                match = _SEQUENCE.match(text, place)
                if match is not None:
                    self._obey(match)
                    place = match.end()
                    continue
                if _BEGUN.match(text, place):
                    break
            self._paint(text[place])
            place += 1
        self._rest = text[place:]

    def _paint(self, sign: str) -> None:
        if sign == "\r":
            self.column = 0
        elif sign in "\n\x0b\x0c":
            self._down()
        elif sign == "\x08":
            self.column = max(0, self.column - 1)
        elif sign == "\x07":
            self.bells += 1
        elif sign >= " " and sign != "\x7f":
            self.non_ascii += sign > "\x7f"
            width = 0 if unicodedata.combining(sign) else 2 if unicodedata.east_asian_width(sign) in "WF" else 1
            if self.column + width > self.columns:
                self.column = 0
                self._down()
            if width:
                self.cells[self.row][self.column] = sign
                for extra in range(1, width):
                    self.cells[self.row][self.column + extra] = ""
                self.column += width

    def _down(self) -> None:
        if self.row == self.lines - 1:
            self.cells = [*self.cells[1:], [" "] * self.columns]
        else:
            self.row += 1

    def _obey(self, match: re.Match[str]) -> None:
        if match["command"] is not None:
            self.copies += match["command"].startswith("52;") and not match["command"].endswith("?")
            self.titles += match["command"][:2] in {"0;", "1;", "2;"}
        elif match["final"] is not None:
            self._control(match)

    def _control(self, match: re.Match[str]) -> None:
        private, final, between = match["private"], match["final"], match["between"]
        numbers = [int(each or 0) for each in re.split("[;:]", match["numbers"])]
        if final in "hl" and private == "?":
            for number in numbers:
                self._mode(f"?{number}", is_on=final == "h")
        elif final == "u" and private in {">", "<", "="}:
            self._keyboard = max(0, self._keyboard + {">": 1, "<": -1, "=": 0}[private])
            self._set("keyboard protocol", is_on=bool(self._keyboard))
        elif final == "p" and between == "$":
            self.answers += f"\x1b[{private}{numbers[0]};{2 if numbers[0] == 2026 else 0}$y".encode()
        elif final == "c" and not private:
            self.answers += b"\x1b[?62;22c"
        elif final == "n" and numbers[0] == 6:
            self.answers += f"\x1b[{self.row + 1};{self.column + 1}R".encode()
        elif final == "m" and not private:
            self._colour(numbers)
        elif not private and not between:
            self._move(final, numbers)

    def _mode(self, mode: str, *, is_on: bool) -> None:
        if mode == "?25":
            self._set("hidden cursor", is_on=not is_on)
        elif mode in MODES:
            self._set(MODES[mode], is_on=is_on)
            if MODES[mode] == "alternate screen":
                self.resize(self.columns, self.lines)

    def _set(self, name: str, *, is_on: bool) -> None:
        if is_on:
            self.modes.add(name)
        else:
            self.modes.discard(name)

    def _colour(self, numbers: Sequence[int]) -> None:
        place = 0
        while place < len(numbers):
            number = numbers[place]
            if number in {38, 48, 58}:
                self.colours += 1
                is_true = numbers[place + 1 : place + 2] == [2]
                self.true_colours += is_true
                place += 5 if is_true else 3
                continue
            self.colours += 30 <= number <= 37 or 40 <= number <= 47 or 90 <= number <= 107
            place += 1

    def _move(self, final: str, numbers: Sequence[int]) -> None:
        first = max(1, numbers[0])
        second = max(1, numbers[1]) if len(numbers) > 1 else 1
        moves: Mapping[str, tuple[int, int]] = {
            "H": (first - 1, second - 1),
            "f": (first - 1, second - 1),
            "A": (self.row - first, self.column),
            "B": (self.row + first, self.column),
            "C": (self.row, self.column + first),
            "D": (self.row, self.column - first),
            "G": (self.row, first - 1),
            "d": (first - 1, self.column),
        }
        if final in moves:
            row, column = moves[final]
            self.row, self.column = max(0, min(row, self.lines - 1)), max(0, min(column, self.columns - 1))
        elif final in "JK":
            self._erase(final, numbers[0])

    def _erase(self, final: str, how: int) -> None:
        line = self.cells[self.row]
        start, end = {0: (self.column, self.columns), 1: (0, self.column + 1)}.get(how, (0, self.columns))
        line[start:end] = [" "] * (end - start)
        if final == "J":
            rows = {0: range(self.row + 1, self.lines), 1: range(self.row)}.get(how, range(self.lines))
            for row in rows:
                self.cells[row] = [" "] * self.columns


@frozen(kw_only=True)
class Ended:
    """How a program ended."""

    code: int
    """Its exit code; below 0 the signal it died of, as `subprocess` has it."""
    within_s: float
    """Seconds it took to end."""
    modes_left: tuple[str, ...]
    """Modes of the terminal that it switched on and left on."""
    is_cooked: bool
    """Whether the line discipline is as it was."""


class Terminal:
    """Runs a program in a pseudo-terminal; leaving the block ends it.

    Args:
        command: the program and its words.
        environ: its environment, whole.
        size: columns and lines.
        cwd: its folder; None for this process's.

    Attributes:
        screen: what it shows.
        bytes: how many bytes the program sent.
        said: the latest that it sent, as text.
        process: the program.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        environ: Mapping[str, str],
        size: tuple[int, int] = (80, 24),
        cwd: str | None = None,
    ) -> None:
        self.screen: Screen = Screen(*size)
        self.bytes: int = 0
        self.said: str = ""
        self._decoder: Any = codecs.getincrementaldecoder("utf-8")("replace")
        self._master, slave = pty.openpty()
        self._resized(*size)
        self._found: list[Any] = termios.tcgetattr(slave)
        self._slave: int = slave
        self.run(command, environ=environ, cwd=cwd)

    def run(self, command: Sequence[str], *, environ: Mapping[str, str], cwd: str | None = None) -> None:
        """Run a program in it, after the one before has ended.

        Args:
            command: the program and its words.
            environ: its environment, whole.
            cwd: its folder; None for this process's.
        """
        self.began_s: float = time.monotonic()
        self.process: subprocess.Popen[bytes] = subprocess.Popen(
            list(command),
            stdin=self._slave,
            stdout=self._slave,
            stderr=self._slave,
            env=dict(environ),
            cwd=cwd,
            start_new_session=True,
            preexec_fn=_takes_terminal,
        )

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the program, whatever it is doing."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.hang_up()
        os.close(self._slave)

    def send(self, *keys: str) -> None:
        """Press keys, by name, or type a text as it is."""
        for key in keys:
            os.write(self._master, KEYS.get(key) or _control(key) or key.encode())

    def resize(self, columns: int, lines: int) -> None:
        """Make the terminal larger or smaller, and tell the program."""
        self.screen.resize(columns, lines)
        self._resized(columns, lines)
        os.killpg(self.process.pid, signal.SIGWINCH)

    def until(self, fits: str | Callable[[str], bool], *, within_s: float = 30.0) -> float:
        """Read until a text is on the screen, or the screen fits, and return how many seconds that took.

        Raises:
            TimeoutError: it did not come in time; the message shows the screen.
        """
        began_s = time.monotonic()
        while not _fits(fits, self.screen.text()):
            if time.monotonic() - began_s > within_s or (not self._read(0.05) and self.process.poll() is not None):
                if _fits(fits, self.screen.text()):
                    break
                raise TimeoutError(f"never seen: {fits}\n{self.screen.text()}")
        return time.monotonic() - began_s

    def drain(self, seconds: float) -> int:
        """Read for a while and return how many bytes came."""
        before, until_s = self.bytes, time.monotonic() + seconds
        while (left_s := until_s - time.monotonic()) > 0:
            self._read(left_s)
        return self.bytes - before

    def quiet(self, seconds: float = 0.25, *, within_s: float = 30.0) -> tuple[int, float | None]:
        """Read until nothing came for a while; return how many bytes came, and the seconds until the first of them."""
        before, began_s = self.bytes, time.monotonic()
        first_s: float | None = None
        last_s = began_s
        while time.monotonic() - last_s < seconds and time.monotonic() - began_s < within_s:
            if self._read(0.02):
                last_s = time.monotonic()
                first_s = last_s - began_s if first_s is None else first_s
        return self.bytes - before, first_s

    def hang_up(self) -> None:
        """Be gone, as a line that drops."""
        if self._master >= 0:
            os.close(self._master)
            self._master = -1

    def ended(self, *, within_s: float = 30.0) -> Ended:
        """Read until the program has ended, and return how.

        Raises:
            TimeoutError: it has not in time.
        """
        began_s = time.monotonic()
        while self.process.poll() is None:
            if time.monotonic() - began_s > within_s:
                raise TimeoutError(f"still running\n{self.screen.text()}")
            self._read(0.005)
        took_s = time.monotonic() - began_s
        while self._read(0.0):
            pass
        is_cooked = termios.tcgetattr(self._slave)[:4] == self._found[:4]
        return Ended(
            code=self.process.returncode,
            within_s=took_s,
            modes_left=tuple(sorted(self.screen.modes)),
            is_cooked=is_cooked,
        )

    def _read(self, wait_s: float) -> bool:
        """Take in what comes within a moment; return whether something did."""
        if self._master < 0:
            time.sleep(wait_s)
            return False
        ready, _writable, _broken = select.select([self._master], [], [], wait_s)
        if not ready:
            return False
        try:
            data = os.read(self._master, 65_536)
        except OSError:
            return False
        self.bytes += len(data)
        text = self._decoder.decode(data)
        self.said = (self.said + text)[-_KEPT:]
        self.screen.feed(text)
        if self.screen.answers:
            os.write(self._master, self.screen.answers)
            self.screen.answers = b""
        return bool(data)

    def _resized(self, columns: int, lines: int) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))


def _fits(wanted: str | Callable[[str], bool], text: str) -> bool:
    return wanted in text if isinstance(wanted, str) else wanted(text)


def _takes_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def _control(key: str) -> bytes | None:
    name, _plus, letter = key.partition("+")
    return bytes([ord(letter) & 0x1F]) if name == "ctrl" and len(letter) == 1 else None
