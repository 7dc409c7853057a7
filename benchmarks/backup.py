"""What a backup of 50 MB in 5,000 files takes, beside restic, borg and tar where they are installed.

Each figure is the wall time of a whole process, interpreter included; rounds are interleaved. A third of the bytes
cannot be compressed. restic always encrypts; borg and tar are asked not to. tar does not verify, nor wait for the disk,
and of the others none reads again what it has written. With zstd, archives are what the extra makes of them.

``python -m benchmarks.backup`` prints the table.
"""

from __future__ import annotations

import itertools
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from benchmarks.measure import ROOT, Measurement, is_installed

FILES, ROUNDS = 5_000, 5
STEPS = ("create", "verify", "restore")
_OWN = {"gz": "", "zst": ", zstd"}
_OURS = """
import resource, sys
sys.path[:0] = {path!r}
from pathlib import Path
from importlib import import_module
def done(work):
    try:
        while True:
            next(work)
    except StopIteration as end:
        return end.value
here = "qualia_ops.backup."
archive = next(iter(sorted(Path({folder!r}).glob("*.tar.*"))), None)
if {step!r} == "create":
    done(import_module(here + "create").create(Path({project!r}), Path({folder!r}), compress={compress!r}))
elif {step!r} == "verify":
    done(import_module(here + "upkeep").verify(archive))
else:
    done(import_module(here + "restore").restore_elsewhere(archive, Path({to!r})))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def make(project: Path, *, files: int = FILES) -> None:
    """Write a project of 10 KB files: code, JSON, texts with names beyond ASCII, and bytes that do not compress."""
    rng = random.Random(7)  # noqa: S311
    words = ["".join(rng.choices("abcdefghijklmnop", k=rng.randint(2, 9))) for _number in range(3000)]
    for number in range(files):
        path = project / f"ação {number % 50}" / f"{number}.{('py', 'json', 'txt', 'png')[number % 4]}"
        path.parent.mkdir(parents=True, exist_ok=True)
        data = rng.randbytes(10_000) if number % 3 == 0 else " ".join(rng.choices(words, k=1600)).encode()[:10_000]
        path.write_bytes(data)


def rows() -> Iterator[Measurement]:
    """Yield the time of each step, beside each peer that is here, and the memory of ours."""
    if not is_installed("qualia_ops") and not Path(ROOT, "ops").is_dir():
        return
    times: dict[tuple[str, str], list[float]] = {}
    memory: dict[tuple[str, int], float] = {}
    with tempfile.TemporaryDirectory() as room:
        project = Path(room, "project")
        make(project)
        runners = {name: runner for name, runner in _runners(Path(room), project).items() if runner is not None}
        for number in range(ROUNDS):
            # Each is the first of a round once: what the one before left in memory is no part of anybody's time.
            order = [*runners.items()][number % len(runners) :] + [*runners.items()][: number % len(runners)]
            for name, runner in order:
                for step in STEPS:
                    command = runner(step, number)
                    if command:
                        times.setdefault((name, step), []).append(_timed(command, Path(room)))
        for files in (FILES // 10, FILES):
            for step, peak in _memory(Path(room, f"memory-{files}"), files).items():
                memory[step, files] = peak
    for own, form in _OWN.items():
        peers = [name for name in runners if name not in _OWN and (name, STEPS[0]) in times]
        for step, peer in itertools.product(STEPS, (peers or [""]) if own in runners else []):
            theirs = statistics.median(times[peer, step]) if peer else None
            budget = 1.0 if peer == "restic" and step != "verify" else None
            ours = statistics.median(times[own, step])
            name = f"{step}, 50 MB in 5,000 files{form}"
            yield Measurement(name=name, unit="s", ours=ours, plain=theirs, peer=peer, budget_ratio=budget)
    for step in STEPS:
        note = f"{memory[step, FILES // 10]:.0f} MB with a tenth of the files"
        yield Measurement(name=f"memory of {step}", unit="MB", ours=memory[step, FILES], peer="", budget=150, note=note)


Runner = Callable[[str, int], list[str]]


def _runners(room: Path, project: Path) -> Mapping[str, Runner | None]:
    def ours(compress: str) -> Runner:
        def command(step: str, number: int) -> list[str]:
            folder, to = room / f"{compress}-{number}", room / f"{compress}-out-{number}"
            return [sys.executable, "-c", _code(step, project, folder, to, compress=compress)]

        return command

    def tar(step: str, number: int) -> list[str]:
        archive, to = room / f"{number}.tar.gz", room / f"tar-out-{number}"
        to.mkdir(exist_ok=True)
        return {
            "create": ["tar", "czf", str(archive), "-C", str(room), "project"],
            "verify": ["gzip", "-t", str(archive)],
            "restore": ["tar", "xzf", str(archive), "-C", str(to)],
        }[step]

    return {
        "gz": ours("gz"),
        "zst": ours("zst") if is_installed("backports") or is_installed("compression") else None,
        "tar": tar if shutil.which("tar") else None,
        "restic": _restic(room, project) if shutil.which("restic") else None,
        "borg": _borg(room) if shutil.which("borg") else None,
    }


def _restic(room: Path, project: Path) -> Runner:
    def command(step: str, number: int) -> list[str]:
        base = ["restic", "--quiet", "--no-cache", "--password-command", "echo x", "-r", str(room / f"restic-{number}")]
        if step == "create":
            subprocess.run([*base, "init"], check=True, capture_output=True)
        return {
            "create": [*base, "backup", str(project)],
            "verify": [*base, "check", "--read-data"],
            "restore": [*base, "restore", "latest", "--target", str(room / f"restic-out-{number}")],
        }[step]

    return command


def _borg(room: Path) -> Runner:
    def command(step: str, number: int) -> list[str]:
        place, to = str(room / f"borg-{number}"), room / f"borg-out-{number}"
        if step == "create":
            subprocess.run(["borg", "init", "-e", "none", place], check=True, capture_output=True)  # noqa: S607
        to.mkdir(exist_ok=True)
        return {
            "create": ["borg", "create", "-C", "zstd,3", f"{place}::a", "project"],
            "verify": ["borg", "check", "--verify-data", place],
            "restore": ["sh", "-c", f"cd '{to}' && exec borg extract '{place}::a'"],
        }[step]

    return command


def _timed(command: list[str], room: Path) -> float:
    env = {**os.environ, "BORG_BASE_DIR": str(room / "borg"), "BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK": "yes"}
    # What the one before left to be written is not waited for by the next.
    os.sync()
    begun = time.perf_counter()
    subprocess.run(command, cwd=room, env=env, check=True, capture_output=True)
    return time.perf_counter() - begun


def _memory(room: Path, files: int) -> dict[str, float]:
    """Return what each step takes at most, in megabytes."""
    make(room / "project", files=files)
    codes = {step: _code(step, room / "project", room / "archives", room / "out") for step in STEPS}
    words = {step: [sys.executable, "-c", code] for step, code in codes.items()}
    return {
        step: float(subprocess.run(each, check=True, capture_output=True, text=True).stdout)
        for step, each in words.items()
    }


def _code(step: str, project: Path, folder: Path, to: Path, *, compress: str = "gz") -> str:
    path = [ROOT, str(Path(ROOT, "ops")), *sys.path]
    words = {"project": str(project), "folder": str(folder), "to": str(to)}
    return _OURS.format(path=path, step=step, compress=compress, **words)


if __name__ == "__main__":
    from benchmarks.__main__ import table

    print(table(list(rows())))
