"""The words that decided as a cloud: the heavier the larger, in the colour of the side they weighed on."""

from __future__ import annotations

from typing import Any

from qualia.draw import (
    Language,
    PictureFormat,
    Theme,
    drawable,
    escape,
    folded,
    lacking_note,
    page,
    readable,
    shortened,
)
from qualia.draw.cloud import Cloud, cloud_pdf, cloud_png, laid_out
from qualia.draw.cloud_svg import cloud_svg
from qualia.records import Label, Sentiment

from .pages import words_table
from .wording import SIGNS, label_name, words_of

_LONGEST = 32
_PHONE = (358, 520)
_SIDES = "@media (min-width:601px){.phone{display:none}} @media (max-width:600px){.wide{display:none}}"


def sentiment_cloud(
    sentiment: Sentiment,
    *,
    format: PictureFormat,  # noqa: A002
    title: str,
    language: Language,
    colours: Theme,
    width: int,
    height: int,
) -> bytes:
    """Return the cloud of a record that lists words; a sign before each word says its side without colour."""
    weights: dict[str, float] = {}
    for each in sorted(sentiment.words, key=lambda item: (-abs(item.weight), item.word)):
        sign = SIGNS["positive" if each.weight > 0 else "negative"]
        word = drawable(f"{sign} {shortened(each.word, _LONGEST)}")
        if each.weight:
            weights[word] = max(abs(each.weight), weights.get(word, 0.0))
    note = lacking_note((each.word for each in sentiment.words), language)
    sides: tuple[tuple[Label, str], ...] = (("positive", colours.positive), ("negative", colours.negative))
    legend = [(f"{SIGNS[label]} {label_name(label, language)}", colour) for label, colour in sides]

    def fill(word: str, _: int) -> str:
        colour = colours.positive if word.startswith(SIGNS["positive"]) else colours.negative
        return readable(colour, colours.background)

    # A sign that is turned would point elsewhere.
    how: dict[str, Any] = {"colours": colours, "fill": fill, "legend": legend, "note": note, "turned": False}
    shown = "" if format == "html" else title
    cloud = laid_out(weights, width=width, height=height, title=shown, **how)
    alt = f"{title}: {', '.join(placed.word for placed in cloud.placed[:10])}."
    if format == "png":
        return cloud_png(cloud)
    if format == "pdf":
        return cloud_pdf(cloud, title=title, alt=alt)
    if format == "svg":
        return cloud_svg(cloud, title=title, alt=alt).encode()
    phone = laid_out(weights, width=_PHONE[0], height=_PHONE[1], title="", **how)
    return _page(sentiment, cloud, phone, title=title, alt=alt, language=language)


def _page(sentiment: Sentiment, wide: Cloud, phone: Cloud, *, title: str, alt: str, language: Language) -> bytes:
    drawings = "".join(
        f'<figure class="drawing {name}">{cloud_svg(cloud, title=title, alt=alt)}</figure>'
        for name, cloud in (("wide", wide), ("phone", phone))
    )
    data = folded(words_of(language)["table"], words_table(sentiment.words, language))
    return page(
        title=title,
        body=f"<h1>{escape(title)}</h1>{drawings}{data}",
        language="pt-BR" if language == "pt" else "en",
        colours=wide.colours,
        width=wide.width,
        style=_SIDES,
    )
