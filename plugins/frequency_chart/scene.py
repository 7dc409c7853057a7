"""What a chart of word frequencies shows, decided before anything is drawn."""

from __future__ import annotations

from typing import Literal

from attrs import frozen

from qualia.draw import Language, counted, number, percent, plain
from qualia.records import SpeakerWords, WordCount, WordFrequencies

Chart = Literal["bar", "horizontal_bar", "line", "area", "pie", "treemap", "sunburst", "dispersion", "keyness"]

MOST_SLICES = 12
"""A pie of more slices cannot be read; the rest becomes one."""
MOST_SPEAKERS = 12
_ROW_PIXELS = 15
"""Room one word's label needs along the axis."""


@frozen(kw_only=True)
class Item:
    """One word to draw."""

    word: str
    """As it is in the record, on one line; what draws it escapes and cuts it."""
    count: int
    share: float
    """0 to 1, of all words counted in the group it stands in."""


@frozen(kw_only=True)
class Group:
    """One speaker and their words to draw."""

    name: str
    items: tuple[Item, ...]

    @property
    def count(self) -> int:
        """Occurrences of the words drawn."""
        return sum(item.count for item in self.items)


@frozen(kw_only=True)
class Scene:
    """Everything a chart shows, in the language it shows it in."""

    chart: Chart
    language: Language
    title: str
    subtitle: str
    alt: str
    items: tuple[Item, ...]
    """Most frequent first."""
    groups: tuple[Group, ...]
    """Words by speaker, who spoke most first; empty where the chart is not by speaker or only one spoke."""
    rest: int
    """Occurrences in the slice of all other words drawn, of a pie; else 0."""


def scene_of(
    record: WordFrequencies, *, chart: Chart, top: int, title: str, language: Language, room: tuple[int, int]
) -> Scene:
    """Decide what to draw of a record that has words.

    Args:
        record: the frequencies.
        chart: kind of chart.
        top: how many words at most; by speaker, how many in all.
        title: already chosen.
        language: language of the chart's own words.
        room: width and height in pixels; bars and lines draw as many words as it can label.
    """
    groups = _groups(record.speakers, top) if chart in ("treemap", "sunburst") else ()
    wanted = min(top, len(record.words))
    shown = min(wanted, _legible(chart, room))
    items = tuple(_item(word, record.total) for word in record.words[:shown])
    rest = 0
    if chart == "pie" and len(items) > MOST_SLICES:
        rest = sum(item.count for item in items[MOST_SLICES - 1 :])
        items = items[: MOST_SLICES - 1]
    subtitle = _subtitle(record, groups=groups, wanted=wanted, shown=shown, language=language)
    return Scene(
        chart=chart,
        language=language,
        title=plain(title),
        subtitle=subtitle,
        alt=_alt(plain(title), subtitle, items, language),
        items=items,
        groups=groups,
        rest=rest,
    )


def _item(word: WordCount, total: int) -> Item:
    return Item(word=plain(word.word), count=word.count, share=word.count / max(total, word.count, 1))


def _legible(chart: Chart, room: tuple[int, int]) -> int:
    """Return how many words have room for a label on the axis."""
    if chart in ("bar", "line", "area"):
        return max(3, (room[0] - 120) // _ROW_PIXELS if room[0] >= 480 else (room[0] - 90) // 12)
    if chart == "horizontal_bar":
        return max(3, (room[1] - 150) // _ROW_PIXELS)
    return 200


def _groups(speakers: tuple[SpeakerWords, ...], top: int) -> tuple[Group, ...]:
    """Return the speakers who said most, with as many words each as make up about ``top``, at least three.

    One speaker alone is no group: the words then stand for themselves.
    """
    spoke = sorted(
        (speaker for speaker in speakers if any(word.count > 0 for word in speaker.words)),
        key=lambda speaker: -speaker.total,
    )
    if len(spoke) < 2:
        return ()
    chosen = spoke[:MOST_SPEAKERS]
    each = max(3, -(-top // len(chosen)))
    return tuple(
        Group(
            name=plain(speaker.speaker),
            items=tuple(_item(word, speaker.total) for word in speaker.words[:each] if word.count > 0),
        )
        for speaker in chosen
    )


def _subtitle(
    record: WordFrequencies, *, groups: tuple[Group, ...], wanted: int, shown: int, language: Language
) -> str:
    each = max((len(group.items) for group in groups), default=0)
    spoke = sum(1 for speaker in record.speakers if speaker.words)
    if language == "pt":
        all_words = counted(record.total, "palavra contada", "palavras contadas", language=language)
        all_words += f", {counted(record.distinct, 'diferente', 'diferentes', language=language)}"
        if groups:
            people = f"{len(groups)} de {spoke} participantes" if spoke > len(groups) else "cada participante"
            most = "A palavra mais frequente" if each == 1 else f"As {each} palavras mais frequentes"
            return f"{most} de {people} · {all_words}"
        cut = f" (as que cabem, de {wanted})" if shown < wanted else ""
        most = "A mais frequente" if shown == 1 else f"As {shown} mais frequentes"
        return f"{most}{cut} · {all_words}"
    all_words = counted(record.total, "word", "words", language=language)
    all_words += f" counted, {number(record.distinct, language)} different"
    if groups:
        people = f"{len(groups)} of {spoke} speakers" if spoke > len(groups) else "each speaker"
        most = "The most frequent word" if each == 1 else f"The {each} most frequent words"
        return f"{most} of {people} · {all_words}"
    cut = f" (as many as fit, of {wanted})" if shown < wanted else ""
    return f"{'The' if shown == 1 else f'The {shown}'} most frequent{cut} · {all_words}"


def _alt(title: str, subtitle: str, items: tuple[Item, ...], language: Language) -> str:
    first = ", ".join(f"{item.word} ({number(item.count, language)})" for item in items[:5])
    return f"{title}. {subtitle}. {'Primeiras' if language == 'pt' else 'First'}: {first}."


def default_title(language: Language) -> str:
    """Return what heads a chart when the caller says nothing."""
    return "Palavras mais frequentes" if language == "pt" else "Most frequent words"


def no_data(language: Language) -> tuple[str, str]:
    """Return what to say, large and small, when there are no words."""
    if language == "pt":
        return "Sem dados", "Nenhuma palavra foi contada: o documento está vazio ou todas foram deixadas de fora."
    return "No data", "No words were counted: the document is empty or all of them were left out."


def missing(chart: Chart, language: Language) -> tuple[str, str]:
    """Return what to say when the record lacks what a chart is made of."""
    if chart == "keyness":
        if language == "pt":
            return "Sem dados", "Para comparar são precisos dois participantes ou partes com palavras que os distingam."
        return "No data", "To compare takes two speakers or parts with words that set them apart."
    if language == "pt":
        return "Sem dados", "O texto não tem partes: conte as palavras com parts=slices e dispersion=true."
    return "No data", "The text has no parts: count its words with parts=slices and dispersion=true."


def words_of(language: Language) -> dict[str, str]:
    """Return the chart's own words."""
    if language == "pt":
        return {
            "word": "Palavra",
            "count": "Ocorrências",
            "share": "Parte do total",
            "speaker": "Participante",
            "rest": "demais palavras",
            "table": "Dados",
            "all": "Todas as palavras",
        }
    return {
        "word": "Word",
        "count": "Occurrences",
        "share": "Share of all",
        "speaker": "Speaker",
        "rest": "other words",
        "table": "Data",
        "all": "All words",
    }


def value_label(item: Item, language: Language) -> str:
    """Return count and share as a label shows them."""
    return f"{number(item.count, language)} ({percent(item.share, language)})"
