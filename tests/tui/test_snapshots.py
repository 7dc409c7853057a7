"""What every screen looks like, compared with what was written down: ``python -m tests.tui.snapshots``."""

from __future__ import annotations

import pytest

from tests.tui.snapshots import FOLDER, LANGUAGES, SIZES, Scene, drawn, path_of, scenes


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("scene", scenes(), ids=lambda scene: scene.name)
def test_a_screen_looks_as_it_did(scene: Scene, language: str) -> None:
    """At each size, in each language, with and without colours and in ASCII."""
    for path, text in drawn(scene, language).items():
        assert path.is_file(), "run: python -m tests.tui.snapshots"
        assert text.splitlines() == path.read_text(encoding="utf-8").splitlines(), path.name


def test_nothing_is_left_of_scenes_that_are_gone() -> None:
    """Every file that was written down belongs to a scene."""
    known = {path_of(scene, size, language) for scene in scenes() for size in SIZES for language in LANGUAGES}
    assert set(FOLDER.rglob("*.txt")) <= known
