"""Choosing files: those used last, those here, those that come along, or a path that Tab completes."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Literal

from qualia.cli.menu.asking import LEAVING, Choice, chosen, shown
from qualia.cli.menu.session import Session
from qualia.cli.quoting import path_word
from qualia.cli.words import _, spoken

Wanted = Literal["document", "result", "either", "pipeline"]

_DOCUMENTS = (".txt", ".vtt", ".srt", ".docx", ".md", ".csv")
_RESULTS = (".json", ".yaml", ".yml")
_SUFFIXES: dict[Wanted, tuple[str, ...]] = {
    "document": (*_DOCUMENTS, *_RESULTS),
    "result": _RESULTS,
    "either": (*_RESULTS, *_DOCUMENTS),
    "pipeline": (".toml", *_RESULTS),
}
_MOST_LISTED = 500
_MOST_OFFERED = 50
_UP = ".."


def ask_file(session: Session, title: str, wanted: Wanted) -> str:
    """Return the path of a file that is there, as it is best typed, and remember it.

    Args:
        session: who asks.
        title: the question.
        wanted: which suffixes are listed; any file may be typed.

    Raises:
        Back: somebody went back.
    """
    while True:
        recent = _recent(session, wanted)
        ways = [
            *(Choice(f"={path}", _near(path), _("used lately")) for path in recent),
            Choice("here", _("files in this folder"), shown(str(Path.cwd()))),
            Choice("type", _("type a path"), _("Tab completes it")),
            *([] if wanted == "result" else [Choice("examples", _("examples that come along"))]),
        ]
        way = chosen(session.asker, title, ways)
        try:
            path = way[1:] if way.startswith("=") else _asked(session, way, title, wanted)
        except LEAVING:
            continue
        session.memory.used(path)
        return _near(path)


def _asked(session: Session, way: str, title: str, wanted: Wanted) -> str:
    if way == "type":
        return expanded(session.asker.text(title, check=_is_file, complete=completions))
    if way == "examples":
        found = examples(wanted)
        return chosen(session.asker, title, [Choice(str(path), path.name, shown(str(path))) for path in found])
    return _browsed(session, title, wanted)


def _browsed(session: Session, title: str, wanted: Wanted) -> str:
    folder = Path.cwd()
    while True:
        listed = listing(folder, _SUFFIXES[wanted])
        choices = [Choice(_UP, f"{_UP}/", _("the folder above")), *(Choice(str(path), _named(path)) for path in listed)]
        told = title if folder == Path.cwd() else f"{title} ({shown(_near(str(folder)))})"
        default = str(next((path for path in listed if path.is_file()), ""))
        key = chosen(session.asker, told, choices, default=default)
        path = folder.parent if key == _UP else Path(key)
        if not path.is_dir():
            return str(path)
        folder = path


def listing(folder: Path, suffixes: Sequence[str]) -> list[Path]:
    """Return what a folder holds: folders and files of these suffixes, by name; hidden ones are left out."""
    try:
        with os.scandir(folder) as entries:
            found = [
                (not entry.is_dir(), entry.name.casefold(), entry.name)
                for entry in islice(entries, _MOST_LISTED * 20)
                if not entry.name.startswith(".") and (entry.is_dir() or Path(entry.name).suffix.lower() in suffixes)
            ]
    except OSError:
        return []
    return [folder / name for _is_file, _folded, name in sorted(found)[:_MOST_LISTED]]


def examples(wanted: Wanted) -> list[Path]:
    """Return the files that come along, the one in the language spoken first."""
    from qualia.cli.demo import MATERIAL

    own = "reuniao" if spoken() == "pt-BR" else "meeting"
    pattern = "*.toml" if wanted == "pipeline" else "*.vtt"
    return sorted(MATERIAL.glob(pattern), key=lambda path: (path.stem != own, path.name))


def completions(typed: str) -> Iterator[str]:
    """Yield the paths that begin with what was typed, folders with a slash at the end."""
    given, slash, start = typed.rpartition("/")
    folder = expanded(given + slash)
    try:
        with os.scandir(folder) as entries:
            named = sorted(
                (entry.name, entry.is_dir())
                for entry in islice(entries, _MOST_LISTED * 20)
                if entry.name.casefold().startswith(start.casefold()) and (start or not entry.name.startswith("."))
            )
    except (OSError, ValueError):
        return
    for name, is_folder in named[:_MOST_OFFERED]:
        yield f"{given}{slash}{name}{'/' if is_folder else ''}"


def expanded(text: str) -> str:
    """Return a typed path with the user's folder in place of ``~``."""
    try:
        return str(Path(text).expanduser())
    except RuntimeError:
        # There is no such user.
        return text


def ask_target(session: Session, title: str, suggested: str, *, suffix: str = "") -> str:
    """Return the path of a file to write; one that is there is replaced only when somebody says so.

    Args:
        session: who asks.
        title: the question.
        suggested: what stands there already.
        suffix: what the name gets when it does not end with it.

    Raises:
        Back: somebody went back.
    """
    while True:
        path = expanded(session.asker.text(title, default=suggested, check=_can_stand, complete=completions))
        path = path if path.endswith(suffix) else f"{path}{suffix}"
        if not Path(path).exists():
            return path
        if session.asker.confirm(_("{path} is there already; replace it?", path=shown(path)), default=False):
            return path


def ask_folder(session: Session, title: str, suggested: str = "") -> str:
    """Return the path of a folder that is there.

    Raises:
        Back: somebody went back.
    """
    path = session.asker.text(title, default=suggested, check=_is_folder, complete=completions)
    return expanded(path)


def ask_place(session: Session, title: str, suggested: str) -> str:
    """Return the path of a folder that is there or can be made.

    Raises:
        Back: somebody went back.
    """
    path = session.asker.text(title, default=suggested, check=_can_be_folder, complete=completions)
    return expanded(path)


def ask_where(session: Session, suggested: str) -> str | None:
    """Return where a result should go: None for the screen, or the path of a file.

    Raises:
        Back: somebody went back.
    """
    ways = [
        Choice("screen", _("show it here")),
        Choice("file", _("write it into a file"), _("a result that was written can be drawn and exported")),
    ]
    if chosen(session.asker, _("Where should the result go?"), ways) == "screen":
        return None
    return ask_target(session, _("File to write"), suggested)


def free_name(stem: str, suffix: str, folder: Path | None = None) -> str:
    """Return a name that nothing has yet: ``stem.suffix``, or with a number."""
    place = Path() if folder is None else folder
    name, number = f"{stem}{suffix}", 2
    while (place / name).exists():
        name, number = f"{stem}-{number}{suffix}", number + 1
    return str(place / name)


def stem(path: str) -> str:
    """Return a file's name without suffix, fit to begin another name."""
    return Path(path).stem.lstrip("-") or "result"


def _recent(session: Session, wanted: Wanted) -> list[str]:
    kept = session.memory.read().files
    return [path for path in kept if Path(path).suffix.lower() in _SUFFIXES[wanted] and _is_there(path)]


def _is_there(path: str) -> bool:
    return Path(path).is_file()


def _near(path: str) -> str:
    """Return a path as it is best typed: relative when it lies below this folder."""
    try:
        return path_word(str(Path(path).absolute().relative_to(Path.cwd())))
    except ValueError:
        return path


def _named(path: Path) -> str:
    return f"{path.name}/" if path.is_dir() else path.name


def _is_file(text: str) -> str:
    path = expanded(text)
    if not text:
        return _("type a path, or press Ctrl-D to go back")
    if text.startswith(("http://", "https://")):
        return _("save the page as a file first, then choose that file")
    return "" if _is_there(path) else _("there is no such file")


def _is_folder(text: str) -> str:
    return "" if text and Path(expanded(text)).is_dir() else _("there is no such folder")


def _can_be_folder(text: str) -> str:
    path = Path(expanded(text))
    if not text:
        return _("type a name")
    if path.exists():
        return "" if path.is_dir() else _("that is a file")
    return "" if path.absolute().parent.is_dir() else _("there is no such folder above it")


def _can_stand(text: str) -> str:
    path = Path(expanded(text))
    if not text or text.endswith("/"):
        return _("type a name")
    if path.is_dir():
        return _("that is a folder")
    return "" if path.absolute().parent.is_dir() else _("there is no such folder above it")
