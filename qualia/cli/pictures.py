"""Pictures for people: opened by the system's own program, or shown within the terminal that can."""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

from qualia.result import Artifact

Protocol = Literal["kitty", "iterm", "sixel"]

_PIECE = 4096
"""Characters of a picture that kitty takes at a time."""
_PNG = b"\x89PNG"
_ITERM_PROGRAMS = ("iTerm.app", "WezTerm", "vscode", "mintty")
_SIXEL_TERMS = ("sixel", "mlterm", "yaft", "foot", "contour")
Start = Callable[[Sequence[str]], object]


def protocol_of(environ: Mapping[str, str]) -> Protocol | None:
    """Return how the terminal takes pictures, by what it says of itself in the environment; None for not at all.

    Within tmux and screen nothing is known of the terminal outside.
    """
    term, program = environ.get("TERM", ""), environ.get("TERM_PROGRAM", "")
    if environ.get("TMUX") or term.startswith(("screen", "tmux")) or term == "dumb":
        return None
    if environ.get("KITTY_WINDOW_ID") or "kitty" in term or program == "ghostty":
        return "kitty"
    if program in _ITERM_PROGRAMS or environ.get("LC_TERMINAL") == "iTerm2":
        return "iterm"
    return "sixel" if any(name in term for name in _SIXEL_TERMS) else None


def shown(artifact: Artifact, protocol: Protocol) -> bytes | None:
    """Return the bytes that make a terminal show a picture; None when it cannot show this one.

    Kitty takes PNG alone, iTerm2 also JPEG and GIF. Sixel needs a program, ``img2sixel``.
    """
    if protocol == "kitty":
        return b"".join(_kitty(artifact.data)) + b"\n" if artifact.data.startswith(_PNG) else None
    if protocol == "iterm":
        if artifact.media_type not in ("image/png", "image/jpeg", "image/gif"):
            return None
        name = base64.b64encode(artifact.name.encode("utf-8", "replace")).decode()
        size = len(artifact.data)
        head = f"\x1b]1337;File=name={name};size={size};inline=1;preserveAspectRatio=1:"
        return head.encode() + base64.b64encode(artifact.data) + b"\x07\n"
    return _sixel(artifact.data) if artifact.data.startswith(_PNG) else None


def has_sixel() -> bool:
    """Tell whether there is a program that makes sixel pictures."""
    return shutil.which("img2sixel") is not None


def opener(environ: Mapping[str, str], *, platform: str = sys.platform) -> list[str] | None:
    """Return the command that opens a file with the program people have for it; None when there is none."""
    if platform == "darwin":
        return ["open"]
    if platform in ("win32", "cygwin"):
        return ["cmd", "/c", "start", ""]
    for words in (["wslview"], ["xdg-open"], ["gio", "open"]):
        if shutil.which(words[0], path=environ.get("PATH")):
            return words
    return None


def open_file(path: Path, command: Sequence[str], *, start: Start | None = None) -> bool:
    """Open a file, and wait for nothing; False when the program could not be started.

    Args:
        path: the file; its full name is handed on, so that no name looks like an option.
        command: what `opener` returned.
        start: starts a command; None for a process of its own that outlives this one.
    """
    try:
        (start or _detached)([*command, str(path.resolve())])
    except OSError:
        return False
    return True


def _detached(command: Sequence[str]) -> object:
    nowhere = subprocess.DEVNULL
    return subprocess.Popen(  # noqa: S603 - the system's opener, and a full path
        command, stdin=nowhere, stdout=nowhere, stderr=nowhere, start_new_session=os.name != "nt", close_fds=True
    )


def _kitty(data: bytes) -> Iterator[bytes]:
    text = base64.b64encode(data)
    pieces = [text[place : place + _PIECE] for place in range(0, len(text), _PIECE)]
    for number, piece in enumerate(pieces):
        more = b"1" if number + 1 < len(pieces) else b"0"
        head = b"a=T,f=100,q=2,m=" if number == 0 else b"m="
        yield b"\x1b_G" + head + more + b";" + piece + b"\x1b\\"


def _sixel(data: bytes) -> bytes | None:
    program = shutil.which("img2sixel")
    if program is None:
        return None
    try:
        ran = subprocess.run([program, "-"], input=data, capture_output=True, timeout=30, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return None
    return ran.stdout if ran.returncode == 0 and ran.stdout else None
