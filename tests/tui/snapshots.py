"""``python -m tests.tui.snapshots [SCENE ...]``: write down what the console's screens look like, as text.

Each module ``scenes_*.py`` beside this one has ``scenes()``, which gives what is looked at. A scene is drawn at three
sizes and in two languages, each with the ansi theme (text, then the styles of its parts by line), without colours (the
same text, and no colour at all, or writing it down fails) and in ASCII. `test_snapshots.py` compares them exactly.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from importlib import import_module
from pathlib import Path

from attrs import frozen

from tests.tui.seeing import FakeHost, Seen, ran, shown

FOLDER = Path(__file__).with_name("snapshots")
SIZES = ((80, 24), (120, 40), (60, 16))
LANGUAGES = ("en", "pt-BR")


@frozen(kw_only=True)
class Scene:
    """One screen that is looked at."""

    name: str
    host: Callable[[], FakeHost]
    """Gives the host it looks at, from data that never differs."""
    play: Callable[[Seen], Awaitable[object]]
    """Brings the console to the screen: presses keys, says events, and waits for what must be seen."""


def scenes() -> tuple[Scene, ...]:
    """Return all scenes, in order of name."""
    names = sorted(path.stem for path in Path(__file__).parent.glob("scenes_*.py"))
    found = [scene for name in names for scene in import_module(f"tests.tui.{name}").scenes()]
    return tuple(sorted(found, key=lambda scene: scene.name))


def path_of(scene: Scene, size: tuple[int, int], language: str) -> Path:
    """Return where a screen is written down."""
    return FOLDER / scene.name / f"{size[0]}x{size[1]}-{language}.txt"


def drawn(scene: Scene, language: str) -> dict[Path, str]:
    """Return what a scene looks like in a language, by where that is written down."""
    found: dict[Path, str] = {}

    async def work() -> None:
        async with shown(scene.host(), size=SIZES[0], language=language) as seen:
            await scene.play(seen)
            for size in SIZES:
                await seen.resize(*size)
                found[path_of(scene, size, language)] = await _written(seen)

    ran(work)
    return found


async def _written(seen: Seen) -> str:
    await _calm(seen)
    text, styles = seen.text(), "\n".join(_styles(seen))
    await seen.wear(theme="none")
    await seen.until(lambda _now: not _colours(seen))
    await _calm(seen)
    assert seen.text() == text
    await seen.wear(theme="ansi", ascii_only=True)
    await seen.until(str.isascii)
    await _calm(seen)
    plain = seen.text()
    await seen.wear(ascii_only=False)
    return f"{text}--- styles\n{styles}\n--- ascii\n{plain}"


async def _calm(seen: Seen) -> None:
    """Wait until two looks in a row see the same: a screen over another is painted in several steps."""
    before: object = None
    while (now := seen.strips()) != before:
        before = now
        await seen.settled()


def _colours(seen: Seen) -> bool:
    """Whether there is a colour anywhere on the screen."""
    return any(style.color and not style.color.is_default for strip in seen.strips() for _text, style in strip)


def _styles(seen: Seen) -> Iterator[str]:
    """Yield, of each line with styles, their places."""
    for number, strip in enumerate(seen.strips(), start=1):
        told: list[str] = []
        at = 0
        for text, style in strip:
            words = str(style.without_color + style if style.color is None else style).replace(" on default", "")
            words = words.removeprefix("default").strip()
            if words not in ("", "none") and text.strip():
                told.append(f"{at}-{at + len(text) - 1} {words}")
            at += len(text)
        if told:
            yield f"{number}: {', '.join(told)}"


def main(names: list[str]) -> int:
    """Write down the scenes of these names, or all."""
    os.environ["TZ"] = "UTC"
    time.tzset()
    for scene in scenes():
        if names and scene.name not in names:
            continue
        for language in LANGUAGES:
            for path, text in drawn(scene, language).items():
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    from tests.tui.conftest import compile_catalogues

    compile_catalogues()
    sys.exit(main(sys.argv[1:]))
