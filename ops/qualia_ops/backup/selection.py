"""What of a project goes into an archive, what is left out, and why."""

from __future__ import annotations

import errno
import os
import re
import stat
import tomllib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from attrs import Factory, define, frozen

from qualia.errors import ExtraMissing
from qualia.settings import explain
from qualia_ops.backup.databases import BESIDE, MAGIC
from qualia_ops.backup.manifest import Kind, Left, Rules
from qualia_ops.backup.tarred import link_refusal, refusal

CACHE_TAG = "CACHEDIR.TAG"
TAGGED = b"Signature: 8a477f597d28d172789f06886806bc55"
"""What such a file begins with."""
_REMADE = {
    "__pycache__",
    ".cache",
    ".hypothesis",
    ".ipynb_checkpoints",
    ".mypy_cache",
    ".nox",
    ".pytest_cache",
    ".ruff_cache",
    ".tox",
    ".venv",
    "node_modules",
}
_PASSING = re.compile(r".*\.(pyc|pyo|tmp|part|swp|crdownload)|\.DS_Store|Thumbs\.db|~\$.*|.*~", re.IGNORECASE)
_SECRET = re.compile(
    r"\.env(\..+)?|\.envrc|.*\.(pem|key|p12|pfx|jks|kdbx|keystore|ppk|token)|id_(rsa|dsa|ecdsa|ed25519)(_sk)?"
    r"|\.netrc|_netrc|\.pypirc|\.pgpass|\.htpasswd|\.ssh|\.gnupg|\.aws|(credentials?|secrets?)(\.(json|toml|ya?ml|ini))?",
    re.IGNORECASE,
)
_SAMPLE = re.compile(r".*\.(example|sample|template|dist)", re.IGNORECASE)
_PEM_KEY = re.compile(rb"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----|AGE-SECRET-KEY-1")
_SETTINGS = re.compile(r"qualia(\.[A-Za-z0-9_-]+)?\.toml")
_SECRET_NAME = re.compile(r"password|passwd|secret|token|api_?key|private_?key|(^|_)dsn$", re.IGNORECASE)
_SETTING = re.compile(r"^\s*([\w.-]+)\s*=", re.MULTILINE)
_CACHE = re.compile(r"\.qualia/cache[^/]*")
_EXPECTED = (FileNotFoundError, NotADirectoryError, PermissionError)
_SNIFFED_BYTES = 64
_KINDS = (
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISCHR, "a device"),
)


@frozen(kw_only=True)
class Found:
    """Something that goes into the archive."""

    path: str
    """Below the project, parts joined by a slash."""
    source: Path
    kind: Kind
    stat: os.stat_result
    target: str = ""
    """Where a link points to; empty otherwise."""
    is_database: bool = False
    """Whether it is an SQLite database."""


@define
class Selection:
    """What was found and what was left out, in order of path."""

    found: list[Found] = Factory(list[Found])
    excluded: list[Left] = Factory(list[Left])
    beside: list[Left] = Factory(list[Left])
    """What stands beside a database and means nothing without it."""
    secrets: list[Left] = Factory(list[Left])
    """What is one; with `Rules.with_secrets` it is found all the same."""
    problems: list[Left] = Factory(list[Left])
    faults: list[OSError] = Factory(list[OSError])
    """Of the problems those that tell of a disk, not of what is on it: what there was to find, nobody knows."""


def select(project: Path, rules: Rules, *, besides: Sequence[Path] = ()) -> Selection:
    """Look through a project.

    Args:
        project: its folder.
        rules: what is left out.
        besides: folders that are never part of it, such as that of the backups.

    Raises:
        ExtraMissing: patterns were given and the library that reads them is not installed.
        OSError: the folder itself cannot be read.
    """
    walk = _Walk(project, rules, {os.path.realpath(each) for each in besides})
    walk.folder(project, "")
    return walk.selection


class _Walk:
    def __init__(self, project: Path, rules: Rules, besides: set[str]) -> None:
        self.selection: Selection = Selection()
        self._project: Path = project
        self._rules: Rules = rules
        self._besides: set[str] = besides
        self._excludes: Callable[[str], bool] = matcher(rules.exclude)
        self._includes: Callable[[str], bool] = matcher(rules.include)

    def folder(self, folder: Path, path: str) -> None:
        with os.scandir(folder) as listing:
            entries = sorted(listing, key=lambda entry: os.fsencode(entry.name))
        names = {entry.name for entry in entries}
        for entry in entries:
            below = f"{path}/{entry.name}" if path else entry.name
            try:
                self._look(entry, below, names)
            except OSError as error:
                self._problem(below, (error.strerror or str(error)).lower())
                if not isinstance(error, _EXPECTED) and error.errno not in (errno.ELOOP, errno.EPERM):
                    self.selection.faults.append(error)

    def _look(self, entry: os.DirEntry[str], path: str, names: set[str]) -> None:
        is_folder = entry.is_dir(follow_symlinks=False)
        shown = f"{path}/" if is_folder else path
        secret = secret_by_name(entry.name)
        if secret and self._is_left(shown, secret):
            return
        main = self._database_of(entry, names)
        if main:
            self.selection.beside.append(Left(path=path, why=f"it belongs to {main}, which is copied whole"))
            return
        why = self._why_left(entry, path, shown)
        if why:
            self.selection.excluded.append(Left(path=shown, why=why))
            return
        refused = refusal(path)
        if refused:
            self._problem(shown, refused)
        elif is_folder:
            self._folder(entry, path)
        elif entry.is_symlink():
            self._link(entry, path)
        else:
            self._file(entry, path)

    def _folder(self, entry: os.DirEntry[str], path: str) -> None:
        folder = Path(entry.path)
        found = Found(path=path, source=folder, kind="folder", stat=entry.stat(follow_symlinks=False))
        place = len(self.selection.found)
        self.selection.found.append(found)
        try:
            self.folder(folder, path)
        except OSError:
            del self.selection.found[place:]
            raise

    def _link(self, entry: os.DirEntry[str], path: str) -> None:
        target = os.readlink(entry.path)  # noqa: PTH115 - a Path would tidy what the link says
        refused = link_refusal(path, target)
        if refused:
            self.selection.excluded.append(Left(path=path, why=refused))
            return
        status = entry.stat(follow_symlinks=False)
        self.selection.found.append(Found(path=path, source=Path(entry.path), kind="link", stat=status, target=target))

    def _file(self, entry: os.DirEntry[str], path: str) -> None:
        status, source = entry.stat(follow_symlinks=False), Path(entry.path)
        kind = next((told for is_kind, told in _KINDS if is_kind(status.st_mode)), "")
        if kind:
            self.selection.excluded.append(Left(path=path, why=f"it is {kind}"))
            return
        start = _start_of(source)
        secret = "it begins as a private key does" if _PEM_KEY.match(start) else _secret_setting(path, source)
        if secret and self._is_left(path, secret):
            return
        found = Found(path=path, source=source, kind="file", stat=status, is_database=start.startswith(MAGIC))
        self.selection.found.append(found)

    def _is_left(self, shown: str, why: str) -> bool:
        """Note a secret; return whether it stays out."""
        if not (self._rules.with_secrets and self._excludes(shown)):
            self.selection.secrets.append(Left(path=shown, why=why))
        return not self._rules.with_secrets

    def _database_of(self, entry: os.DirEntry[str], names: set[str]) -> str:
        """Return the name of the database that a file stands beside; empty for none."""
        ending = next((end for end in BESIDE if entry.name.endswith(end)), "")
        main = entry.name.removesuffix(ending)
        return main if ending and main in names else ""

    def _why_left(self, entry: os.DirEntry[str], path: str, shown: str) -> str:
        """Return by which rule something is left out; empty for none."""
        is_folder = shown.endswith("/")
        if is_folder and self._besides and os.path.realpath(entry.path) in self._besides:
            return "it is the folder of the backups"
        if self._excludes(shown):
            return "a pattern leaves it out"
        largest = self._rules.max_file_bytes
        if largest and entry.is_file(follow_symlinks=False) and entry.stat(follow_symlinks=False).st_size > largest:
            return f"it is larger than {largest} bytes"
        why = self._why_by_default(entry, path, is_folder=is_folder)
        return "" if why and self._includes(shown) else why

    def _why_by_default(self, entry: os.DirEntry[str], path: str, *, is_folder: bool) -> str:
        if _CACHE.fullmatch(path) and not self._rules.with_cache:
            return "kept results can be computed again"
        if not is_folder:
            return "it is of passing use" if _PASSING.fullmatch(entry.name) else ""
        if entry.name == ".git":
            return "git keeps it"
        if entry.name in _REMADE or Path(entry.path, "pyvenv.cfg").exists():
            return "it can be made again"
        return "it is marked as a cache" if _is_tagged(Path(entry.path, CACHE_TAG)) else ""

    def _problem(self, path: str, why: str) -> None:
        self.selection.problems.append(Left(path=path, why=why))


def matcher(patterns: Sequence[str]) -> Callable[[str], bool]:
    """Return what tells whether a path matches patterns written as in a .gitignore; a folder's ends in a slash.

    Raises:
        ExtraMissing: there are patterns and the library that reads them is not installed.
    """
    if not patterns:
        return lambda _path: False
    try:
        from pathspec import PathSpec
    except ImportError as error:
        raise ExtraMissing("ops", "patterns of what to leave out") from error
    return PathSpec.from_lines("gitignore", patterns).match_file


def secret_by_name(name: str) -> str:
    """Return why something of this name is taken for a secret; empty when it is not."""
    if _SECRET.fullmatch(name) and not _SAMPLE.fullmatch(name):
        return "its name is that of a secret"
    return ""


def _secret_setting(path: str, source: Path) -> str:
    """Return which secret a file of settings holds; empty for none, or for a file of another kind."""
    if _SETTINGS.fullmatch(path) is None:
        return ""
    text = source.read_text(encoding="utf-8-sig", errors="replace")
    try:
        names = [*_names(tomllib.loads(text))]
    except ValueError:
        # What cannot be read as settings may hold a secret all the same.
        names = _SETTING.findall(text)
    secret = {each.name for each in explain({}) if each.secret}
    name = next((name for name in names if name in secret or _SECRET_NAME.search(name)), None)
    return f"it sets {name}, which is a secret" if name else ""


def _names(table: dict[str, object]) -> Iterator[str]:
    for name, value in table.items():
        if value not in (None, ""):
            yield name
        if isinstance(value, dict):
            yield from _names({str(key): each for key, each in value.items()})  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]


def _start_of(path: Path) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    try:
        return os.read(descriptor, _SNIFFED_BYTES)
    finally:
        os.close(descriptor)


def _is_tagged(path: Path) -> bool:
    try:
        return _start_of(path).startswith(TAGGED)
    except _EXPECTED:
        return False
