"""A page with the cloud, one for a phone, the words in context and a table of the data; it has no scripts."""

from __future__ import annotations

from attrs import frozen

from qualia.draw import Language, escape, folded, number, page, percent, table
from qualia.draw.cloud import Cloud
from qualia.draw.cloud_svg import cloud_svg
from qualia.records import WordCount

from .context import STYLE, Contexts
from .moods import Moods
from .people import People

Key = People | Moods

_SIDES = (
    "@media (min-width:601px){.phone{display:none}} @media (max-width:600px){.wide{display:none}} "
    ".drawing svg{width:100%}"
)


@frozen(kw_only=True)
class Told:
    """What a page says besides the cloud."""

    title: str
    alt: str
    language: Language
    words: tuple[WordCount, ...]
    total: int
    shown: dict[str, str]
    """Word as it is drawn -> as the record has it."""
    key: Key | None
    """What the colours stand for; None when they stand for nothing."""
    contexts: Contexts


def cloud_page(wide: Cloud, phone: Cloud, told: Told) -> bytes:
    """Return the page."""
    language, title, contexts = told.language, told.title, told.contexts

    def link(word: str) -> str | None:
        return contexts.anchor(told.shown.get(word, word))

    linked = link if contexts.lines else None
    drawings = "".join(
        f'<figure class="drawing {name}">{cloud_svg(cloud, title=title, alt=told.alt, link=linked)}</figure>'
        for name, cloud in (("wide", wide), ("phone", phone))
    )
    found = contexts.markup(language) if contexts.lines else ""
    return page(
        title=title,
        body=f'<h1 id="cloud">{escape(title)}</h1>{drawings}{found}'
        + folded("Dados" if language == "pt" else "Data", data_table(told)),
        language="pt-BR" if language == "pt" else "en",
        colours=wide.colours,
        width=wide.width,
        style=_SIDES + STYLE,
    )


def data_table(told: Told) -> str:
    """Return the words with their counts, and what their colours stand for."""
    portuguese = told.language == "pt"
    columns = ["Palavra", "Ocorrências", "Parte do total"] if portuguese else ["Word", "Occurrences", "Share of all"]
    if told.key is not None:
        columns.append(told.key.heading(told.language))
    rows = [
        [
            item.word,
            number(item.count, told.language),
            percent(item.count / max(told.total, item.count), told.language),
            *([told.key.name(item.word, told.language)] if told.key is not None else []),
        ]
        for item in told.words
        if item.count > 0
    ]
    return table(caption=told.title, columns=columns, rows=rows, numbers=(1, 2))
