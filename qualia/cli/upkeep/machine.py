"""What `doctor` looks at on this machine: versions, libraries, fonts, terminal, watches and clock."""

from __future__ import annotations

import locale
import os
import platform
import sqlite3
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

from qualia._plugins.installed import installed_versions
from qualia._plugins.marker import value_here
from qualia._plugins.requirement import Requirement
from qualia._safe import safe_line
from qualia._version import __version__
from qualia.cli.upkeep.findings import Finding, Surroundings
from qualia.cli.words import _

_DISTRIBUTION = "qualia-core"
_SQLITE_LEAST = (3, 35, 0)
_SQLITE_SOUND = (3, 51, 3)
_FOR_DEVELOPERS = ("dev", "testing")
_LEAST_WATCHES = 8_192
_LEAST_INSTANCES = 64
_OLDEST_NOW = datetime(2025, 1, 1, tzinfo=UTC).timestamp()
_FUTURE = datetime(2100, 1, 1, tzinfo=UTC).timestamp()


def versions(_around: Surroundings) -> Iterator[Finding]:
    """Tell which Qualia, Python and system this is."""
    yield Finding(status="ok", what=f"Qualia Core {__version__} ({Path(__file__).parents[2]})")
    python = f"{platform.python_implementation()} {platform.python_version()}"
    yield Finding(status="ok", what=f"{python} ({sys.executable})")
    yield Finding(status="ok", what=f"{platform.system()} {platform.release()} {platform.machine()}")


def sqlite(_around: Surroundings) -> Iterator[Finding]:
    """Try what cache and history need of SQLite."""
    version = sqlite3.sqlite_version
    if sqlite3.sqlite_version_info < _SQLITE_LEAST:
        remedy = _("install a Python with SQLite {least} or newer", least=_dotted(_SQLITE_LEAST))
        yield Finding(status="problem", what=_("SQLite {version} is too old", version=version), remedy=remedy)
        return
    missing = _lacking()
    if missing:
        what = _("SQLite {version} cannot do {missing}, which cache and history need", version=version, missing=missing)
        yield Finding(status="problem", what=what, remedy=_("install a Python with a complete SQLite"))
        return
    around = (
        "" if sqlite3.sqlite_version_info >= _SQLITE_SOUND else _("; what is unsound before 3.51.3 is avoided here")
    )
    yield Finding(status="ok", what=f"SQLite {version}{around}")


def _lacking() -> str:
    """Return the first feature that is missing; empty when all are there."""
    tried = {
        "WITHOUT ROWID": "CREATE TABLE a(x PRIMARY KEY, n) WITHOUT ROWID",
        "UPSERT": "INSERT INTO a VALUES(1, 1) ON CONFLICT(x) DO UPDATE SET n = n + 1",
        "partial indexes": "CREATE INDEX b ON a(n) WHERE n > 1",
        "indexes on expressions": "CREATE INDEX c ON a(substr(x, 1, 12))",
    }
    db = sqlite3.connect(":memory:")
    try:
        for feature, statement in tried.items():
            try:
                db.execute(statement)
            except sqlite3.Error:
                return feature
    finally:
        db.close()
    return ""


def extras(_around: Surroundings) -> Iterator[Finding]:
    """Tell of each extra whether its libraries are here."""
    declared = _declared()
    if not declared:
        yield Finding(status="note", what=_("it is not installed as a package, so its extras cannot be told"))
        return
    here = installed_versions(sys.path)
    for extra, wanted in declared.items():
        missing = [text for text in wanted if not _is_here(text, here)]
        if not missing:
            found = ", ".join(f"{Requirement.parse(text).name} {here[Requirement.parse(text).name]}" for text in wanted)
            yield Finding(status="ok", what=f"{extra}: {found}")
        else:
            what = _("{extra}: without {missing}", extra=extra, missing=", ".join(missing))
            yield Finding(status="note", what=what, remedy=f"pip install '{_DISTRIBUTION}[{extra}]'")


def _declared() -> Mapping[str, list[str]]:
    """Return what each extra brings on this machine: as the installed package says it, or the checkout."""
    from importlib.metadata import PackageNotFoundError, requires

    try:
        lines = requires(_DISTRIBUTION) or []
    except PackageNotFoundError:
        return _of_checkout()
    names = dict.fromkeys(_extra_of(line) for line in lines)
    found = {name: [_bare(line) for line in lines if _applies(line, name)] for name in names if name}
    return {name: wanted for name, wanted in found.items() if wanted and name not in (*_FOR_DEVELOPERS, "all")}


def _extra_of(line: str) -> str:
    marker = line.partition(";")[2]
    after = marker.partition("extra")[2].replace('"', "'")
    return after.split("'")[1] if after.count("'") >= 2 else ""


def _bare(line: str) -> str:
    return line.partition(";")[0].strip()


def _applies(line: str, extra: str) -> bool:
    if _extra_of(line) != extra or _bare(line).startswith(_DISTRIBUTION):
        return False
    return Requirement.parse(line).applies(lambda name: extra if name == "extra" else value_here(name))


def _of_checkout() -> Mapping[str, list[str]]:
    import tomllib

    try:
        text = (Path(__file__).parents[3] / "pyproject.toml").read_text(encoding="utf-8")
    except OSError:
        return {}
    project = tomllib.loads(text).get("project", {})
    if project.get("name") != _DISTRIBUTION:
        return {}
    skipped = (*_FOR_DEVELOPERS, "all")
    wanted: Mapping[str, list[str]] = project.get("optional-dependencies", {})
    return {extra: list(each) for extra, each in wanted.items() if each and extra not in skipped}


def _is_here(text: str, here: Mapping[str, str]) -> bool:
    requirement = Requirement.parse(text)
    return requirement.name in here and requirement.allows(here[requirement.name])


def pictures(_around: Surroundings) -> Iterator[Finding]:
    """Look for the fonts that pictures are drawn with, and for what draws interactive charts as pictures."""
    matplotlib = find_spec("matplotlib")
    if matplotlib is None or matplotlib.origin is None:
        what = _("no matplotlib, so charts are only drawn as pages (HTML)")
        yield Finding(status="note", what=what, remedy=f"pip install '{_DISTRIBUTION}[plugins]'")
    else:
        folder = Path(matplotlib.origin).parent / "mpl-data" / "fonts" / "ttf"
        missing = [each for each in ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf") if not (folder / each).is_file()]
        if missing:
            what = _("the fonts {missing} are not in {folder}", missing=", ".join(missing), folder=folder)
            remedy = "pip install --force-reinstall matplotlib"
            yield Finding(status="problem", what=what, remedy=remedy)
        else:
            yield Finding(status="ok", what=_("fonts: DejaVu Sans, from matplotlib"))
    yield from _browser()


def _browser() -> Iterator[Finding]:
    from qualia.draw.browser import chromium

    found, kaleido = chromium(), find_spec("kaleido") is not None
    if found is not None and kaleido:
        yield Finding(status="ok", what=_("interactive charts as pictures: kaleido with {path}", path=found))
        return
    what = _("interactive charts cannot be drawn as pictures with browser=true; nothing else needs that")
    remedies = [] if kaleido else ["pip install kaleido"]
    if found is None:
        remedies.append(_("install Chromium, or name one in BROWSER_PATH"))
    yield Finding(status="note", what=what, remedy="; ".join(remedies))


def terminal(around: Surroundings) -> Iterator[Finding]:
    """Tell which characters and colours the terminal shows."""
    encoding = getattr(sys.stdout, "encoding", None) or "?"
    names = [name for name in ("LC_ALL", "LC_CTYPE", "LANG") if around.environ.get(name)]
    told = f"{names[0]}={safe_line(around.environ[names[0]])}" if names else _("no LANG is set")
    if encoding.lower().replace("_", "-") not in ("utf-8", "utf8"):
        what = _("output is written as {encoding} ({told}), which lacks most characters", encoding=encoding, told=told)
        yield Finding(status="warning", what=what, remedy=_("set LANG=C.UTF-8, or PYTHONUTF8=1"))
    else:
        yield Finding(status="ok", what=_("output is written as UTF-8 ({told})", told=told))
    files = sys.getfilesystemencoding()
    if files.lower() not in ("utf-8", "utf8"):
        what = _("names of files are read as {encoding}", encoding=files)
        yield Finding(status="warning", what=what, remedy=_("set LANG=C.UTF-8, or PYTHONUTF8=1"))
    if locale.getpreferredencoding(False).lower() in ("ascii", "ansi_x3.4-1968", "us-ascii"):
        what = _("the system's texts are taken as ASCII")
        yield Finding(status="note", what=what, remedy=_("set LANG=C.UTF-8, or PYTHONUTF8=1"))
    yield Finding(status="ok", what=_screen(around.environ))


def _screen(environ: Mapping[str, str]) -> str:
    from shutil import get_terminal_size

    from qualia.cli.colour import colours

    is_terminal = sys.stdout is not None and sys.stdout.isatty()
    if not is_terminal:
        return _("output goes to a file or a program, not to a terminal")
    columns, lines = get_terminal_size()
    told = f"{safe_line(environ.get('TERM', '?'))}, {columns}x{lines}"
    return (
        _("{told}, with colours", told=told)
        if colours(environ, is_terminal=True)
        else _("{told}, without colours", told=told)
    )


def watching(_around: Surroundings) -> Iterator[Finding]:
    """Ask the system how many files it lets a program watch."""
    if sys.platform != "linux":
        yield Finding(status="ok", what=_("the system tells of changed files"))
        return
    trouble = _refused()
    if trouble:
        what = _("the system does not tell of changed files: {reason}", reason=trouble)
        remedy = "sudo sysctl fs.inotify.max_user_instances=512 fs.inotify.max_user_watches=262144"
        yield Finding(status="warning", what=what, remedy=f"{remedy}; {_('or watch with --polling')}")
        return
    watches, instances = _limit("max_user_watches"), _limit("max_user_instances")
    what = _(
        "{watches} folders can be watched, by {instances} programs", watches=watches or "?", instances=instances or "?"
    )
    for name, found, least in (("watches", watches, _LEAST_WATCHES), ("instances", instances, _LEAST_INSTANCES)):
        if found is not None and found < least:
            remedy = f"sudo sysctl fs.inotify.max_user_{name}={least * 8}"
            yield Finding(status="warning", what=what, remedy=remedy)
            return
    yield Finding(status="ok", what=what)


def _refused() -> str:
    """Return why no watch is granted; empty when one is."""
    from qualia._plugins.inotify import Inotify

    try:
        Inotify(step_ms=1, debounce_ms=1).close()
    except OSError as error:
        return (error.strerror or str(error)).lower()
    return ""


def _limit(name: str) -> int | None:
    try:
        return int(Path("/proc/sys/fs/inotify", name).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None


def clock(around: Surroundings) -> Iterator[Finding]:
    """See whether the clock can be right; results and runs are dated by it."""
    zone = time.tzname[bool(time.localtime(around.now_s).tm_isdst)]
    told = f"{datetime.fromtimestamp(around.now_s).astimezone():%Y-%m-%d %H:%M} {zone}"
    if not _OLDEST_NOW < around.now_s < _FUTURE:
        what = _("the clock says {moment}, which cannot be", moment=told)
        yield Finding(status="problem", what=what, remedy=_("set the system's clock"))
        return
    yield Finding(status="ok", what=told)


def temporary(folder: Path) -> Iterable[str]:
    """Return why nothing can be written in a folder; nothing when it can."""
    import tempfile

    try:
        with tempfile.TemporaryFile(dir=folder):
            return ()
    except OSError as error:
        return ((error.strerror or str(error)).lower(),)


def is_private(path: Path) -> bool:
    """Tell whether only its owner may read a file; where there are no such permissions, it is."""
    return os.name != "posix" or not path.stat().st_mode & 0o077


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
