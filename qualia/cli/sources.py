"""From the words of a command line to the files they name: files, folders, patterns and standard input."""

from __future__ import annotations

import fnmatch
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from qualia.errors import DocumentUnreadable

STDIN = "-"
"""The word for standard input."""
_MAGIC = re.compile(r"[*?[]")
_ADDRESS = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]+)://|(?P<known>https?|ftps?|sftp|s3|gs|file|data):", re.IGNORECASE)
_SEPARATORS = re.compile("[" + re.escape(os.sep + (os.altsep or "")) + "]+")


def sources_of(words: Sequence[str], *, recursive: bool = False, pattern: str | None = None) -> tuple[str, ...]:
    """Return the files that words name, in the order of the words, each once.

    A word that is a file stands for itself, whatever characters it has; one that is a folder stands for the files in
    it; any other with ``*``, ``?`` or ``[`` is a pattern, in which ``**`` means any number of folders. Files of one
    word come in the order of their names. Hidden files and folders are left out unless a pattern begins with a dot, and
    links to folders are not followed further down. A word that names nothing stays: whoever reads it says why.

    Args:
        words: as given, with bytes that are no UTF-8 as `os.fsdecode` makes them; ``-`` is standard input.
        recursive: whether a folder stands for the files in the folders below it too.
        pattern: which files of a folder are meant, by name (``*.vtt``) or by place in it (``day-1/*.vtt``); None for
            every one. Files that are named themselves are not asked.

    Raises:
        DocumentUnreadable: a word is an address on a network, a pattern matches no file, or a folder has none.
    """
    found: dict[tuple[str, str], str] = {}
    for word in words:
        for path in _named(word, recursive=recursive, pattern=pattern):
            found.setdefault(_identity(path), path)
    return tuple(found.values())


def names_one(words: Sequence[str]) -> bool:
    """Tell whether words name a single file by its name, so that there is one answer and not a list of them.

    It depends on the words alone: a folder or pattern that happens to have one file makes a list of one.
    """
    if len(words) != 1:
        return False
    word = words[0]
    return word == STDIN or not (Path(word).is_dir() or (_MAGIC.search(word) and not os.path.lexists(word)))


def _named(word: str, *, recursive: bool, pattern: str | None) -> Sequence[str]:
    if word == STDIN:
        return (STDIN,)
    if not word:
        raise DocumentUnreadable(word, "the name is empty", "name a file, a folder, or - for standard input")
    if Path(word).is_dir():
        return _inside(word, recursive=recursive, pattern=pattern)
    if os.path.lexists(word):
        return (word,)
    _refuse_address(word)
    return _matched(word) if _MAGIC.search(word) else (word,)


def _refuse_address(word: str) -> None:
    match = _ADDRESS.match(word)
    if match is None:
        return
    if word.lower().startswith("file:"):
        from urllib.parse import unquote, urlsplit

        remedy = f"name the file itself: {unquote(urlsplit(word).path)}"
        raise DocumentUnreadable(word, "it is an address, not a file's name", remedy)
    scheme = (match["scheme"] or match["known"]).lower()
    remedy = "download it first, and name the file"
    if scheme in ("http", "https", "ftp", "ftps"):
        remedy = f"download it first, for example: curl -L {word} | qualia ... -"
    raise DocumentUnreadable(word, "it is an address on a network, and only files of this machine are read", remedy)


def _inside(folder: str, *, recursive: bool, pattern: str | None) -> Sequence[str]:
    parts = _parts(pattern or "") or ["*"]
    try:
        found = _sorted(_matching(Path(folder), ["**", *parts] if recursive else parts))
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise DocumentUnreadable(folder, reason, "name a folder that can be read") from error
    if found:
        return found
    reason = "there is no file in it" if pattern is None else f"no file in it matches {pattern!r}"
    remedy = "name another folder, or give --recursive for the folders below it"
    raise DocumentUnreadable(folder, reason, "name another folder" if recursive else remedy)


def _matched(word: str) -> Sequence[str]:
    anchor = Path(word).anchor
    found = _sorted(_matching(Path(anchor), _parts(word[len(anchor) :])))
    if found:
        return found
    raise DocumentUnreadable(word, "no file matches it", "look at its spelling, or name the files")


def _sorted(paths: Iterable[Path]) -> list[str]:
    return sorted({str(path) for path in paths}, key=os.fsencode)


def _parts(pattern: str) -> list[str]:
    """Return the steps of a pattern; ``**`` at its end means every file below."""
    parts: list[str] = []
    for part in filter(None, _SEPARATORS.split(pattern)):
        if part != "**" or parts[-1:] != ["**"]:
            parts.append(part)
    return [*parts, "*"] if parts[-1:] == ["**"] else parts


def _matching(folder: Path, parts: Sequence[str]) -> Iterator[Path]:
    """Yield the files that a pattern's steps lead to from a folder.

    Raises:
        OSError: the folder itself cannot be listed; those below it that cannot are passed over.
    """
    part, rest = parts[0], parts[1:]
    if part == "**":
        yield from _matching(folder, rest)
        for name in _names(folder, is_folder=True, with_links=False):
            if not name.startswith("."):
                yield from _below(folder / name, parts)
    elif not _MAGIC.search(part):
        yield from _below(folder / part, rest)
    else:
        for name in _names(folder, is_folder=bool(rest), with_links=True):
            if fnmatch.fnmatch(name, part) and name.startswith(".") <= part.startswith("."):
                yield from _below(folder / name, rest)


def _below(path: Path, parts: Sequence[str]) -> Iterator[Path]:
    try:
        if parts and path.is_dir():
            yield from _matching(path, parts)
        elif not parts and path.is_file():
            yield path
    except OSError:
        return


def _names(folder: Path, *, is_folder: bool, with_links: bool) -> list[str]:
    with os.scandir(folder) as entries:
        return [
            entry.name
            for entry in entries
            if (entry.is_dir(follow_symlinks=with_links) if is_folder else entry.is_file())
        ]


def _identity(path: str) -> tuple[str, str]:
    """Return what two spellings of one file's name have in common; a link is another file than what it leads to."""
    if path == STDIN:
        return "", STDIN
    given = Path(path)
    return os.path.realpath(given.parent), os.path.normcase(given.name)
