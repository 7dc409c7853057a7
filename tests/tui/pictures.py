"""``python -m tests.tui.pictures``: draw the pictures of the console that stand in the documentation.

Each is a scene of the snapshots, drawn by the console itself. Textual's pictures fetch a font from the network; these
name what is on the reader's machine instead.
"""

from __future__ import annotations

import os
import re
import sys
import time
from pathlib import Path

from tests.tui.seeing import ran, shown
from tests.tui.snapshots import Scene, scenes

FOLDER = Path(__file__).parents[2] / "docs" / "images"
PICTURES = {
    "health": ("health", "dark", (), "core.py:41"),
    "plugins": ("plugins", "dark", ("g", "j"), "model file is empty"),
    "pipelines": ("pipelines-run", "light", (), "40%"),
    "words": ("pipelines-words", "dark", (), "█"),
}
"""Of each picture the scene it shows, its theme, and the keys that are pressed then, and what must be seen."""
SIZE = (110, 30)
_FONTS = re.compile(r"@font-face\s*\{[^}]*\}\s*")


def drawn(scene: Scene, theme: str, keys: tuple[str, ...], wanted: str) -> str:
    """Return a scene as an SVG picture that needs nothing from anywhere."""
    pictures: list[str] = []

    async def work() -> None:
        async with shown(scene.host(), size=SIZE, theme=theme) as seen:
            await scene.play(seen)
            await seen.press(*keys)
            await seen.until(wanted)
            await seen.settled()
            pictures.append(seen.app.export_screenshot(title="qualia-tui"))

    ran(work)
    picture = _FONTS.sub("", pictures[0]).replace("Fira Code", "DejaVu Sans Mono")
    return "\n".join(line.rstrip() for line in picture.splitlines()) + "\n"


def main() -> int:
    """Draw them all."""
    os.environ["TZ"] = "UTC"
    time.tzset()
    known = {scene.name: scene for scene in scenes()}
    for name, (scene, theme, keys, wanted) in PICTURES.items():
        path = FOLDER / f"console-{name}.svg"
        path.write_text(drawn(known[scene], theme, keys, wanted), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
