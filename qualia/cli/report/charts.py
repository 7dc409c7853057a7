"""Small drawings made of markup: bars, the strip of who spoke when, and the scale from negative to positive."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from qualia.cli.report.facts import Facts, lanes
from qualia.cli.report.markup import Html, element, isolated, joined
from qualia.cli.report.phrases import Voice

_STEPS = 1000
_TICKS_S = (10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 36000)
_MOST_TICKS = 6


def bar(share: float, *, class_: str = "bar") -> Html:
    """Return a bar of ``share`` (0 to 1) of the room it gets; the figure beside it says the same in digits."""
    width = f"width:{100 * min(1.0, max(0.0, share)):.2f}%"
    return element("span", element("span", style=width), class_=class_, aria_hidden="true")


def balance(polarity: float) -> Html:
    """Return a bar from the middle of a scale from -1 to 1 to ``polarity``."""
    reach = 50 * min(1.0, abs(polarity))
    start = 50 if polarity >= 0 else 50 - reach
    side = "up" if polarity >= 0 else "down"
    mark = element("span", class_=side, style=f"left:{start:.2f}%;width:{reach:.2f}%")
    return element("span", mark, class_="balance", aria_hidden="true")


def strip(facts: Facts, voice: Voice, *, most: int) -> Html:
    """Return one lane for each speaker with a mark where they spoke, over an axis of minutes."""
    end_s = max((each.end_s for each in facts.stretches), default=0.0)
    rows = [
        element(
            "div",
            element("span", isolated(name), class_="lane-name"),
            _lane(parts, label=voice("when_alt", name=name, count=voice.count(len(parts)))),
            class_="lane",
        )
        for name, parts in lanes(facts, most=most, steps=_STEPS).items()
    ]
    return element("div", *rows, _axis(end_s, voice), class_="strip")


def _lane(parts: Sequence[tuple[int, int]], *, label: str) -> Html:
    path = element("path", d="".join(f"M{begin} 0h{end - begin}v10H{begin}z" for begin, end in parts))
    return element("svg", path, viewBox=f"0 0 {_STEPS} 10", preserveAspectRatio="none", role="img", aria_label=label)


def _axis(end_s: float, voice: Voice) -> Html:
    marks = [element("span", voice.clock(at), style=f"left:{100 * at / end_s:.2f}%") for at in _ticks(end_s)]
    return element("div", element("div", *marks, class_="axis"), class_="lane", aria_hidden="true")


def _ticks(end_s: float) -> Iterable[int]:
    if end_s <= 0:
        return ()
    step = next((each for each in _TICKS_S if end_s / each <= _MOST_TICKS), int(end_s // _MOST_TICKS) + 1)
    # A mark at the very end would stick out of the page.
    return [at for at in range(0, int(end_s) + 1, step) if at <= 0.95 * end_s]


def word_rows(words: Iterable[tuple[str, int]], voice: Voice) -> Html:
    """Return table rows of words, each with its count and a bar that is full for the first."""
    listed = list(words)
    top = max((count for _, count in listed), default=1)
    return joined(
        element(
            "tr",
            element("th", isolated(word), bar(count / top, class_="bar thin"), scope="row"),
            element("td", voice.count(count)),
        )
        for word, count in listed
    )
