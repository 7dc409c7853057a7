"""What the figures say, in plain Portuguese or English."""

from __future__ import annotations

from typing import Literal

from attrs import evolve

from qualia.draw import Language, choose_language, clock, number, percent, shortened
from qualia.records import Label, Sentiment, SpeakerSentiment, WeightedWord

Choice = Literal["auto", "en", "pt"]
STRONG = 0.5
"""A polarity beyond it is called clear, one below it slight."""
_TRUSTED, _DOUBTED = 0.6, 0.35
_MOST_WORDS = 3
_NAMES = {
    "de": ("German", "alemão"),
    "en": ("English", "inglês"),
    "es": ("Spanish", "espanhol"),
    "fr": ("French", "francês"),
    "it": ("Italian", "italiano"),
    "pt": ("Portuguese", "português"),
}


def why_unsupported(language: str | None, choice: Choice) -> str:
    """Say why there are no figures; with "auto" in English, which more readers of other languages know."""
    portuguese = choice == "pt"
    if language is None:
        if portuguese:
            return (
                "Não foi possível reconhecer o idioma do texto, e só português e inglês podem ser avaliados; "
                "informe-o se for um deles."
            )
        return (
            "The language of the text could not be told, and only English and Portuguese can be judged; "
            "name it if it is one of them."
        )
    name = _name(language, "pt" if portuguese else "en")
    if portuguese:
        return f"Só textos em português ou inglês podem ser avaliados, e este está em {name}."
    return f"Only English and Portuguese can be judged, and the language of the text is {name}."


def why_empty(what: Literal["no text", "no sentence"], choice: Choice) -> str:
    """Say that there is nothing to judge."""
    if choice == "pt":
        return "Não há texto para avaliar." if what == "no text" else "Nenhum trecho do documento tem texto."
    return "There is no text to judge." if what == "no text" else "No segment of the document holds text."


def interpretation(found: Sentiment, choice: Choice) -> Sentiment:
    """Return the record with a few sentences that say what it shows and how far to trust it."""
    language = choose_language(choice, found.language)
    parts = [_whole(found, language), _deciding(found, language), _lowest(found, language)]
    parts += [_speakers(found.speakers, language), _unjudged(found, language), _trust(found, language)]
    return evolve(found, interpretation=" ".join(part for part in parts if part))


def _whole(found: Sentiment, language: Language) -> str:
    polarity, label = found.polarity or 0.0, found.label or "neutral"
    counts = _counts(found, language)
    written = number(polarity, language, decimals=2, signed=True)
    if language == "pt":
        return f"No todo, o texto soa {_tone(label, polarity, language)} ({written}, de −1 a +1; {counts})."
    return f"As a whole the text sounds {_tone(label, polarity, language)} ({written}, from −1 to +1; {counts})."


def _tone(label: Label, polarity: float, language: Language) -> str:
    strong = abs(polarity) > STRONG
    if language == "pt":
        names: dict[Label, str] = {"positive": "positivo", "negative": "negativo", "neutral": "neutro"}
        return names[label] if label == "neutral" else f"{'claramente' if strong else 'levemente'} {names[label]}"
    return label if label == "neutral" else f"{'clearly' if strong else 'slightly'} {label}"


def _counts(found: Sentiment, language: Language) -> str:
    total = found.judged or 0
    noun = {"pt": "frase", "en": "sentence"}[language] + ("" if total == 1 else "s")
    return f"{number(total, language)} {noun}"


def _deciding(found: Sentiment, language: Language) -> str:
    praise = _listed([word for word in found.words if word.weight > 0], language)
    blame = _listed([word for word in found.words if word.weight < 0], language)
    if language == "pt":
        parts = [f"a favor, {praise}"] * bool(praise) + [f"contra, {blame}"] * bool(blame)
        return f"Pesaram mais: {'; '.join(parts)}." if parts else "Nenhuma palavra do léxico apareceu."
    parts = [f"in favour, {praise}"] * bool(praise) + [f"against, {blame}"] * bool(blame)
    return f"What weighed most: {'; '.join(parts)}." if parts else "No word of the lexicon occurs."


def _listed(words: list[WeightedWord], language: Language) -> str:
    return ", ".join(
        f"“{shortened(word.word, 40)}”" + (f" ({number(word.count, language)}×)" if word.count > 1 else "")
        for word in words[:_MOST_WORDS]
    )


def _lowest(found: Sentiment, language: Language) -> str:
    """Say when the tone is lowest, where there are times and it is negative at all."""
    timed = [moment for moment in found.timeline if moment.begin_s is not None and moment.polarity < 0]
    if not timed:
        return ""
    lowest = min(timed, key=lambda moment: (moment.polarity, moment.start))
    when, written = clock(lowest.begin_s or 0.0), number(lowest.polarity, language, decimals=2, signed=True)
    if language == "pt":
        return f"O trecho mais negativo começa em {when} ({written})."
    return f"The most negative stretch begins at {when} ({written})."


def _speakers(speakers: tuple[SpeakerSentiment, ...], language: Language) -> str:
    if len(speakers) < 2:
        return ""
    ranked = sorted(speakers, key=lambda each: (-each.polarity, each.speaker))
    first, last = ranked[0], ranked[-1]
    if first.polarity == last.polarity:
        return ""
    names = [
        f"{shortened(each.speaker, 40)} ({number(each.polarity, language, decimals=2, signed=True)})"
        for each in (first, last)
    ]
    if language == "pt":
        return f"Quem fala de modo mais positivo é {names[0]}; menos, {names[1]}."
    return f"The most positive speaker is {names[0]}; the least, {names[1]}."


def _unjudged(found: Sentiment, language: Language) -> str:
    left_out = [each for each in found.languages if not each.judged]
    if not left_out:
        return ""
    share = percent(sum(each.share for each in left_out), language)
    names = ", ".join(_name(each.language, language) for each in left_out[:3])
    if language == "pt":
        return f"Não entram na conta {share} do texto ({names})."
    return f"{share} of the text is not part of the figures ({names})."


def _trust(found: Sentiment, language: Language) -> str:
    confidence = found.confidence or 0.0
    written = number(confidence, language, decimals=2)
    if language == "pt":
        level = "alta" if confidence >= _TRUSTED else "baixa" if confidence < _DOUBTED else "média"
        return f"A confiança é {level} ({written}): palavras são contadas, e ironia não é percebida."
    level = "high" if confidence >= _TRUSTED else "low" if confidence < _DOUBTED else "fair"
    return f"Confidence is {level} ({written}): words are counted, and irony goes unnoticed."


def _name(language: str | None, to: Language) -> str:
    if language is None:
        return "idioma não reconhecido" if to == "pt" else "language not told"
    names = _NAMES.get(language)
    return repr(language) if names is None else names[to == "pt"]
