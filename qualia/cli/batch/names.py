"""Where the output of each input goes: names that cannot collide, on any file system; pure.

An output keeps its input's place below the folder that all inputs share, and its full name, so that ``a/notes.txt``
and ``b/notes.txt``, or ``notes.txt`` and ``notes.vtt``, never meet. What some system refuses in a name is written as
``%3A`` is in an address. Two names that a system may take for one (``A.txt`` and ``a.txt``) are told apart by a digest.
"""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

ROOM = ".qualia-batch"
"""The folder, in that of the outputs, which holds journal, lock and what is being written."""
FAILURES = "batch-failures.jsonl"
"""The file, beside the outputs, that names the failures of the last batch."""

_LONGEST_BYTES = 180
_CUT_BYTES = 140
_UNSAFE = re.compile('[<>:"/\\\\|?*%\x00-\x1f\x7f\ud800-\udfff]')
_ESCAPED_BYTE = range(0xDC80, 0xDD00)
_RESERVED = frozenset(
    {"con", "prn", "aux", "nul", "conin$", "conout$"}
    | {f"{name}{number}" for name in ("com", "lpt") for number in "0123456789¹²³"}
)
_MAGIC = re.compile(r"[*?[]")


def base_of(words: Iterable[str], sources: Iterable[str]) -> str:
    """Return the folder, as an absolute path, that everything lies in which the words of a command name.

    Args:
        words: files, folders and patterns.
        sources: the files they were found to mean.
    """
    roots = [os.path.abspath(_root_of(word)) for word in words]  # noqa: PTH100 - text with any bytes
    base = os.path.commonpath(roots)
    for source in sources:
        path = os.path.abspath(source)  # noqa: PTH100 - as above
        if not is_below(path, base):
            base = os.path.commonpath([base, os.path.dirname(path)])  # noqa: PTH120 - as above
    return base


def is_below(path: str, folder: str) -> bool:
    """Tell whether an absolute path lies in a folder."""
    return path.startswith(folder if folder.endswith(os.sep) else folder + os.sep)


def relative(source: str, base: str) -> str:
    """Return a file's place below the base, with ``/`` between its parts."""
    place = os.path.relpath(os.path.abspath(source), base)  # noqa: PTH100 - as above
    return place.replace(os.sep, "/")


def _root_of(word: str) -> str:
    if os.path.isdir(word):  # noqa: PTH112 - as above
        return word
    if not os.path.lexists(word) and (magic := _MAGIC.search(word)):
        return os.path.dirname(word[: magic.start()])  # noqa: PTH120 - as above
    return os.path.dirname(word)  # noqa: PTH120 - as above


def escaped(name: str) -> str:
    """Return one part of a path as a name that every file system takes; different names stay different."""
    text = _UNSAFE.sub(lambda match: _percent(match[0]), name)
    if text[-1:] in (" ", "."):
        text = text[:-1] + _percent(text[-1])
    if text.partition(".")[0].rstrip(" ").casefold() in _RESERVED:
        text = _percent(text[0]) + text[1:]
    raw = text.encode()
    if len(raw) <= _LONGEST_BYTES:
        return text
    return f"{raw[:_CUT_BYTES].decode(errors='ignore')}~{_digest(name, 32)}"


def _percent(char: str) -> str:
    code = ord(char)
    if code in _ESCAPED_BYTE:
        return f"%{code - 0xDC00:02X}"
    return f"%u{code:04X}" if 0xD800 <= code < 0xE000 else "".join(f"%{byte:02X}" for byte in char.encode())


def _digest(text: str, length: int) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:length]


def key_of(path: str) -> str:
    """Return what two paths have in common that some file system takes for one."""
    folded = unicodedata.normalize("NFD", path).casefold()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", folded).casefold())


class Names:
    """Gives each input the beginning of its outputs' names, which are that, a plugin's id and a suffix.

    What an input is given depends on nothing else, unless two of them would meet: then the one asked for later gets a
    digest. So ask in the order of the names, with those that have theirs already put in before.
    """

    def __init__(self) -> None:
        self._owners: dict[str, str] = {key_of(FAILURES.partition(".")[0]): ""}
        """Which input has a name, by what the name is compared by."""
        self._folders: set[str] = set()
        """What the folders' names are compared by, and what is left of them without a plugin's id and a suffix."""
        self._given: dict[str, str] = {}
        """The names that are not the usual ones, by input."""

    def __len__(self) -> int:
        """Count the inputs that have a name."""
        return len(self._owners) - 1

    def put(self, source: str, stem: str) -> None:
        """Take note of the name that an input has from earlier.

        Args:
            source: the input's place below the base.
            stem: its name.
        """
        if _usual(source) != stem:
            self._given[source] = stem
        self._owners.setdefault(key_of(stem), source)
        self._folders.update(_folder_keys(stem))

    def of(self, source: str) -> str:
        """Return the name of an input, the same whenever it is asked for.

        Args:
            source: the input's place below the base.
        """
        given = self._given.get(source)
        if given is not None:
            return given
        usual = _usual(source)
        if self._owners.get(key_of(usual)) == source:
            return usual
        stem = next(each for each in _candidates(source, usual) if self._is_free(each))
        self.put(source, stem)
        return stem

    def _is_free(self, stem: str) -> bool:
        key, above = key_of(stem), _folder_keys(stem)
        if key in self._owners or key in self._folders or key.partition("/")[0] == ROOM:
            return False
        return not any(folder in self._owners for folder in above)


def _usual(source: str) -> str:
    return "/".join(map(escaped, source.split("/")))


def _candidates(source: str, usual: str) -> Iterator[str]:
    yield usual
    folder, slash, name = usual.rpartition("/")
    yield f"{folder}{slash}{name}~{_digest(source, 8)}"
    yield f"{name}~{_digest(source, 16)}"
    yield f"~{_digest(source, 64)}"
    number = 2
    while True:
        yield f"~{_digest(source, 64)}~{number}"
        number += 1


def _folder_keys(stem: str) -> Sequence[str]:
    """Return what each folder above a file could be the output of: its name without the last two suffixes."""
    parts = key_of(stem).split("/")[:-1]
    above = ["/".join(parts[: count + 1]) for count in range(len(parts))]
    return [folder.rsplit(".", 2)[0] for folder in above if folder.rpartition("/")[2].count(".") >= 2]
