from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qualia.draw import theme
from qualia.draw.cloud import Cloud, Shape, baseline, laid_out


def cloud(words: dict[str, float], *, width: int = 400, height: int = 300, shape: Shape = "rectangle") -> Cloud:
    colours = theme("light")
    return laid_out(
        words, width=width, height=height, colours=colours, title="", fill=lambda *_: "#000000", shape=shape
    )


@settings(max_examples=settings().max_examples // 5)
@given(
    st.dictionaries(st.text("abcdefghijçãé-", min_size=1, max_size=18), st.integers(1, 500), min_size=1, max_size=40),
    st.sampled_from(get_args(Shape)),
)
def test_words_lie_inside_the_picture(counts: dict[str, int], shape: Shape) -> None:
    """Whatever the words and the shape, at least one is drawn, and none reaches out of the picture."""
    from PIL import ImageFont

    from qualia.draw import font_path

    found = cloud(
        dict(sorted(((word, float(count)) for word, count in counts.items()), key=lambda each: -each[1])), shape=shape
    )
    assert found.placed
    for item in found.placed:
        left, top, right, bottom = ImageFont.truetype(font_path(), item.size).getbbox(item.word)
        wide, tall = (bottom - top, right - left) if item.upright else (right - left, bottom - top)
        assert item.x >= 0
        assert item.y >= 0
        assert item.x + wide <= found.width + item.size
        assert item.y + tall <= found.height + item.size


def test_the_same_words_stand_in_the_same_places() -> None:
    """Nothing is drawn by lot that is not drawn the same again."""
    words = {f"palavra{at}": 90.0 - at for at in range(60)}
    assert cloud(words) == cloud(words)


@pytest.mark.parametrize("count", [1, 60, 200])
def test_all_words_find_a_place_where_there_is_room(count: int) -> None:
    """As many words as a wide picture can hold are all in it, the first one largest."""
    words = {f"palavra{at}": 4000.0 / (at + 2) for at in range(count)}
    found = cloud(words, width=1600, height=800)
    assert len(found.placed) == count
    assert found.placed[0].size == max(item.size for item in found.placed)
    assert all(x >= -found.placed[0].size and y > 0 for x, y in map(baseline, found.placed))
