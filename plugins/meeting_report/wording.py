"""What the report says, in English and Brazilian Portuguese."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from qualia.draw import Language, number
from qualia.records import Label
from qualia.text import detect_language

_STOP_LIST = (("words of", "palavras de"), ("words", "palavras"), ("extra", "a mais"), ("kept", "mantidas"))
_METHOD = (
    ("Qualia lexicon for Portuguese", "léxico da Qualia para o português"),
    ("Qualia lexicon", "léxico da Qualia"),
    ("LeIA lexicon", "léxico LeIA"),
    ("VADER lexicon", "léxico VADER"),
    ("pattern lexicon", "léxico pattern"),
    ("by sentence", "por frase"),
    (" and ", " e "),
)
SIGNS: Mapping[Label, str] = MappingProxyType({"negative": "▼", "neutral": "●", "positive": "▲"})
_ENGLISH: Mapping[str, str] = MappingProxyType(
    {
        "report": "Meeting report",
        "people": "People",
        "person": "Person",
        "words": "Words",
        "sentences": "Sentences",
        "last": "Last words begin at",
        "share": "Share",
        "distinct": "Different words",
        "tone": "Tone",
        "in_short": "In short",
        "spoke_most": "{name} spoke most: {share} of the words.",
        "said_most": "Said most often: {words}.",
        "who": "Who spoke",
        "who_table": "Speakers by how many words they said",
        "nobody": "The transcript names no speakers, so nothing is told person by person.",
        "when": "When, and in what tone",
        "when_lead": "Each stroke is a moment of speech: up and ▲ for a positive tone, down and ▼ for a negative one, "
        "a point for a neutral one. Left is the beginning, right the end.",
        "everyone": "All together",
        "no_times": "The transcript has no times; sentences stand in their order.",
        "what": "What was said",
        "counted": "{} word|{} words",
        "different": "{} different|{} different",
        "left_out": "{} occurrence of an everyday word was|{} occurrences of everyday words were",
        "what_lead": "{counted} counted, {different}; {left_out} left out.",
        "bar_lead": "Each bar is divided by who said the word.",
        "others": "others",
        "no_words": "No words were counted: the document is empty or all of them were left out.",
        "each": "Each person's words",
        "each_lead": "On top what they say most, below what sets them apart: ×2 means twice as often as the others. "
        "Open a word to read where it was said.",
        "most": "Most often",
        "apart": "What sets them apart",
        "none_apart": "Nothing stands out.",
        "more": "{} more person|{} more people",
        "mood": "In what tone",
        "no_mood": "The tone was not judged.",
        "up": "Most positive",
        "down": "Most negative",
        "for": "Words in favour",
        "against": "Words against",
        "method": "How this was made",
        "keys_table": "Words that set people apart",
        "word": "Word",
        "count": "Occurrences",
        "elsewhere": "Elsewhere",
        "g2": "G²",
        "ratio": "Log ratio",
        "data": "Data",
        "stop_list": "Everyday words left out: {list}.",
        "judged_by": "Tone judged by {method}.",
        "g2_told": "What sets apart: log-likelihood G² for the evidence (over 3.84 is p < .05 for one word alone; "
        "words below it are in grey), log ratio for the size of the difference.",
        "polarity_told": "Polarity runs from −1 (negative) to +1 (positive). Words are counted; irony is not heard.",
        "offline": "This page is complete: it loads nothing and runs no scripts.",
        "negative": "negative",
        "neutral": "neutral",
        "positive": "positive",
    }
)
_PORTUGUESE: Mapping[str, str] = MappingProxyType(
    {
        "report": "Relatório da reunião",
        "people": "Pessoas",
        "person": "Pessoa",
        "words": "Palavras",
        "sentences": "Frases",
        "last": "Última fala começa em",
        "share": "Parte",
        "distinct": "Palavras diferentes",
        "tone": "Tom",
        "in_short": "Em resumo",
        "spoke_most": "{name} falou mais: {share} das palavras.",
        "said_most": "O que mais se disse: {words}.",
        "who": "Quem falou",
        "who_table": "Participantes pelo número de palavras que disseram",
        "nobody": "A transcrição não identifica ninguém; por isso nada é contado por pessoa.",
        "when": "Quando, e em que tom",
        "when_lead": "Cada traço é um momento de fala: para cima e ▲ no tom positivo, para baixo e ▼ no negativo, "
        "um ponto no neutro. À esquerda está o começo, à direita o fim.",
        "everyone": "Todos juntos",
        "no_times": "A transcrição não tem horários; as frases estão na sua ordem.",
        "what": "O que foi dito",
        "counted": "{} palavra contada|{} palavras contadas",
        "different": "{} diferente|{} diferentes",
        "left_out": "{} ocorrência de palavra comum ficou|{} ocorrências de palavras comuns ficaram",
        "what_lead": "{counted}, {different}; {left_out} de fora.",
        "bar_lead": "Cada barra se divide por quem disse a palavra.",
        "others": "demais",
        "no_words": "Nenhuma palavra foi contada: o documento está vazio ou todas foram deixadas de fora.",
        "each": "As palavras de cada pessoa",
        "each_lead": "Em cima o que mais dizem, embaixo o que as distingue: ×2 quer dizer o dobro dos demais. "
        "Abra uma palavra para ler onde foi dita.",
        "most": "Com mais frequência",
        "apart": "O que distingue",
        "none_apart": "Nada se destaca.",
        "more": "mais {} pessoa|mais {} pessoas",
        "mood": "Em que tom",
        "no_mood": "O tom não foi avaliado.",
        "up": "Mais positivas",
        "down": "Mais negativas",
        "for": "Palavras a favor",
        "against": "Palavras contra",
        "method": "Como foi feito",
        "keys_table": "Palavras que distinguem as pessoas",
        "word": "Palavra",
        "count": "Ocorrências",
        "elsewhere": "Nos demais",
        "g2": "G²",
        "ratio": "Log da razão",
        "data": "Dados",
        "stop_list": "Palavras comuns deixadas de fora: {list}.",
        "judged_by": "Tom avaliado por {method}.",
        "g2_told": "O que distingue: razão de verossimilhança G² para a evidência (acima de 3,84 é p < 0,05 para uma "
        "palavra vista sozinha; abaixo disso, em cinza) e log da razão para o tamanho da diferença.",
        "polarity_told": "A polaridade vai de −1 (negativa) a +1 (positiva). Palavras são contadas; ironia, não.",
        "offline": "Esta página está completa: não carrega nada e não executa scripts.",
        "negative": "negativo",
        "neutral": "neutro",
        "positive": "positivo",
    }
)


def in_language(text: str, language: Language) -> str:
    """Return what an analyzer wrote if it did so in this language, or in one that cannot be told; else nothing."""
    return text if detect_language(text) in (language, None) else ""


def stop_list_of(told: str, language: Language) -> str:
    """Return where the stop words are from, as word_frequency tells it, in this language."""
    if language == "pt":
        for english, portuguese in _STOP_LIST:
            told = re.sub(rf"(?<=\d ){english}\b", portuguese, told)
    return told


def method_of(told: str, language: Language) -> str:
    """Return what judged the tone, as sentiment_analyzer tells it, in this language."""
    if language == "pt":
        for english, portuguese in _METHOD:
            told = told.replace(english, portuguese)
    return told


def counts_of(name: str, count: int, language: Language) -> str:
    """Return the words of that name with a count in them; they stand there for one, and for several."""
    one, _, many = words_of(language)[name].partition("|")
    return (one if count == 1 else many).replace("{}", number(count, language))


def words_of(language: Language) -> Mapping[str, str]:
    """Return what the report says in a language."""
    return _PORTUGUESE if language == "pt" else _ENGLISH
