"""What the pictures of sentiment say."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from qualia.draw import Language, number, plain
from qualia.records import Label, Sentiment
from qualia.text import detect_language

SIGNS: dict[Label, str] = {"negative": "▼", "neutral": "●", "positive": "▲"}
_ENGLISH: Mapping[str, str] = MappingProxyType(
    {
        "gauge": "As a whole",
        "timeline": "Along the text",
        "distribution": "Sentences by polarity",
        "speakers": "By speaker",
        "words": "Words that decided",
        "weight": "Summed weight",
        "word": "Word",
        "count": "Occurrences",
        "polarity": "Polarity",
        "sentences": "Sentences",
        "sentence": "Sentence",
        "time": "Time (min:s)",
        "speaker": "Speaker",
        "label": "Sentiment",
        "subjectivity": "subjectivity",
        "others": "other speakers",
        "trend": "moving average",
        "table": "Data",
        "share": "Share",
    }
)
_PORTUGUESE: Mapping[str, str] = MappingProxyType(
    {
        "gauge": "No todo",
        "timeline": "Ao longo do texto",
        "distribution": "Frases por polaridade",
        "speakers": "Por participante",
        "words": "Palavras que pesaram",
        "weight": "Peso somado",
        "word": "Palavra",
        "count": "Ocorrências",
        "polarity": "Polaridade",
        "sentences": "Frases",
        "sentence": "Frase",
        "time": "Tempo (min:s)",
        "speaker": "Participante",
        "label": "Sentimento",
        "subjectivity": "subjetividade",
        "others": "demais participantes",
        "trend": "média móvel",
        "table": "Dados",
        "share": "Parte",
    }
)
LABELS: tuple[Label, ...] = ("negative", "neutral", "positive")


def default_title(language: Language) -> str:
    """Return what heads a picture when the caller says nothing."""
    return "Sentimento do texto" if language == "pt" else "Sentiment of the text"


def label_name(label: Label, language: Language) -> str:
    """Return a label in words."""
    portuguese: dict[Label, str] = {"negative": "negativo", "neutral": "neutro", "positive": "positivo"}
    return portuguese[label] if language == "pt" else label


def sentences_name(label: Label, count: int, language: Language) -> str:
    """Return how many sentences have a label, with its sign: never the colour alone."""
    portuguese: dict[Label, str] = {"negative": "negativa", "neutral": "neutra", "positive": "positiva"}
    name = portuguese[label] + ("" if count == 1 else "s") if language == "pt" else label
    return f"{SIGNS[label]} {number(count, language)} {name}"


def words_of(language: Language) -> Mapping[str, str]:
    """Return the words on axes, panels and tables."""
    return _PORTUGUESE if language == "pt" else _ENGLISH


def in_language(text: str, language: Language) -> str:
    """Return what an analyzer wrote if it did so in this language, or in one that cannot be told; else nothing."""
    return text if detect_language(text) in (language, None) else ""


def nothing_to_draw(sentiment: Sentiment, language: Language) -> tuple[str, str]:
    """Return what to say, large and small, about a record without figures."""
    reason = in_language(plain(sentiment.reason), language)
    if sentiment.status == "unsupported":
        if language == "pt":
            return (
                "Idioma não avaliado",
                reason or "O sentimento deste texto não pôde ser avaliado no seu idioma.",
            )
        return "Language not judged", reason or "The sentiment of this text could not be judged in its language."
    if language == "pt":
        return "Sem dados", reason or "O texto não tem frases para avaliar."
    return "No data", reason or "The text has no sentences to judge."


def lacks(chart: str, language: Language) -> tuple[str, str]:
    """Return what to say, large and small, when a record has figures but not those of this chart."""
    why = {
        "speakers": ("No speakers are named.", "Ninguém é identificado no texto."),
        "cloud": ("No words that decided were listed.", "Não há lista das palavras que pesaram."),
        "words": ("No words that decided were listed.", "Não há lista das palavras que pesaram."),
    }
    english, portuguese = why.get(chart, ("The sentences were left out.", "A lista de frases ficou de fora."))
    return ("Sem dados", portuguese) if language == "pt" else ("No data", english)


def first_sentences(shown: int, total: int, language: Language) -> str:
    """Return the heading of a table of sentences, saying so when it holds the first only."""
    name = words_of(language)["sentences"]
    if shown == total:
        return name
    of = "as primeiras {} de {}" if language == "pt" else "the first {} of {}"
    return f"{name}: {of.format(number(shown, language), number(total, language))}"
