"""What a report says in its own words, in English and in Brazilian Portuguese, from one table."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from attrs import frozen

from qualia.draw import Language, clock, number, percent

_TABLE: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "report": ("Meeting report", "Relatório de reunião"),
        "contents": ("Contents", "Conteúdo"),
        "untitled": ("Untitled meeting", "Reunião sem título"),
        "analysed": ("Analysed on {day}", "Análise de {day}"),
        "duration": ("Duration", "Duração"),
        "people": ("Speakers", "Participantes"),
        "turns": ("Turns", "Falas"),
        "words": ("Words", "Palavras"),
        "minutes": ("Min.", "Min."),
        "share": ("Share", "Parte"),
        "speaker": ("Speaker", "Participante"),
        "in_short": ("In short", "Em resumo"),
        "spoke_most": (
            "{name} spoke most: {share} of all words.",
            "Quem mais falou: {name}, com {share} das palavras.",
        ),
        "said_most": ("The words heard most: {words}.", "As palavras mais ouvidas: {words}."),
        "tone": (
            "The tone is {label} on the whole: {value} on a scale from −1 to +1.",
            "O tom é, no conjunto, {label}: {value} numa escala de −1 a +1.",
        ),
        "no_tone": (
            "The tone was not judged; the section on it says why.",
            "O tom não foi avaliado; a seção sobre ele diz por quê.",
        ),
        "positive": ("positive", "positivo"),
        "neutral": ("neutral", "neutro"),
        "negative": ("negative", "negativo"),
        "talk": ("Who spoke how much", "Quem falou quanto"),
        "talk_table": (
            "Turns, words and speaking time by speaker; the bar is the share of all words",
            "Falas, palavras e tempo de fala por participante; a barra é a parte do total de palavras",
        ),
        "talk_table_untimed": (
            "Turns and words by speaker; the bar is the share of all words",
            "Falas e palavras por participante; a barra é a parte do total de palavras",
        ),
        "nobody": ("The transcript names no speakers.", "A transcrição não identifica participantes."),
        "no_times": (
            "The transcript has no times, so there is no time line.",
            "A transcrição não traz horários; por isso não há linha do tempo.",
        ),
        "when": ("Who spoke when", "Quem falou quando"),
        "when_caption": (
            "Each line is one person; a mark is a stretch of speech. Time runs from left to right (min:s).",
            "Cada linha é uma pessoa; cada marca, um trecho de fala. O tempo corre da esquerda para a direita (min:s).",
        ),
        "when_alt": ("{name}: spoke in {count} stretches", "{name}: trechos de fala: {count}"),
        "more_people": (
            "Only the {shown} who spoke most are shown here; all {all} are in the table above.",
            "Aqui só aparecem as {shown} pessoas que mais falaram; todas as {all} estão na tabela acima.",
        ),
        "what": ("What was talked about", "Sobre o que se falou"),
        "what_lead": (
            "{total} words count here, {distinct} of them different; {stop} stop words (“the”, “and”) are left out.",
            "Aqui contam {total} palavras, {distinct} diferentes; {stop} palavras vazias (“de”, “que”) ficam de fora.",
        ),
        "what_lead_all": (
            "{total} words count here, {distinct} of them different.",
            "Aqui contam {total} palavras, {distinct} delas diferentes.",
        ),
        "no_words": ("There are no words to count.", "Não há palavras para contar."),
        "chart_alt": ("Chart of the most frequent words: {words}.", "Gráfico das palavras mais frequentes: {words}."),
        "cloud_caption": (
            "Word cloud: the larger a word, the more often it was said.",
            "Nuvem de palavras: quanto maior a palavra, mais vezes foi dita.",
        ),
        "cloud_alt": ("Word cloud; the largest words are {words}.", "Nuvem de palavras; as maiores são {words}."),
        "each": ("The words of each", "As palavras de cada um"),
        "each_lead": (
            "What each person said most often, and how many times.",
            "O que cada pessoa mais disse, e quantas vezes.",
        ),
        "each_caption": ("Most frequent words of {name}", "Palavras mais frequentes de {name}"),
        "word": ("Word", "Palavra"),
        "times": ("Times", "Vezes"),
        "mood": ("Sentiment over time", "Sentimento ao longo do tempo"),
        "mood_unsupported": (
            "Sentiment was not judged for this meeting, so there are no figures here.",
            "O sentimento não foi avaliado nesta reunião; por isso não há números aqui.",
        ),
        "mood_no_zero": (
            "A figure that nothing stands behind would look like a finding.",
            "Um número sem fundamento pareceria um resultado.",
        ),
        "mood_language": ("Language of the text: {language}.", "Idioma do texto: {language}."),
        "mood_empty": (
            "There are no sentences to judge, so there are no figures here.",
            "Não há frases para avaliar; por isso não há números aqui.",
        ),
        "says": ("The reason, in the words of the analysis:", "O motivo, nas palavras da própria análise:"),
        "mood_lead": (
            "{count} sentences, each judged from −1 (negative) to +1 (positive) by the words in it.",
            "{count} frases, cada uma avaliada de −1 (negativa) a +1 (positiva) pelas palavras que contém.",
        ),
        "mood_caution": (
            "Irony and context are lost on it, so read the examples before you rely on a figure.",
            "Ironia e contexto escapam à análise; leia os exemplos antes de se apoiar em um número.",
        ),
        "mood_alt": (
            "Sentiment along the meeting, sentence by sentence; the lowest is {low}, the highest {high}.",
            "Sentimento ao longo da reunião, frase a frase; o menor valor é {low}, o maior, {high}.",
        ),
        "mood_caption": (
            "Above the middle line a passage is positive, below it negative.",
            "Acima da linha do meio o trecho é positivo; abaixo, negativo.",
        ),
        "mood_table": ("Sentiment by speaker, from −1 to +1", "Sentimento por participante, de −1 a +1"),
        "tone_head": ("Tone", "Tom"),
        "mean": ("Mean", "Média"),
        "sentences": ("Sentences", "Frases"),
        "most_positive": ("Most positive sentences", "Frases mais positivas"),
        "most_negative": ("Most negative sentences", "Frases mais negativas"),
        "examples_note": (
            "At most one sentence from each turn; of equals, the longest.",
            "No máximo uma frase de cada fala; entre iguais, a mais longa.",
        ),
        "none_positive": ("No sentence was judged positive.", "Nenhuma frase foi avaliada como positiva."),
        "none_negative": ("No sentence was judged negative.", "Nenhuma frase foi avaliada como negativa."),
        "removed": ("What was removed", "O que foi removido"),
        "removed_lead": (
            "{count} pieces of the recording’s file are not speech and were left out before counting.",
            "{count} trechos do arquivo da gravação não são fala e ficaram fora da contagem.",
        ),
        "removed_one": (
            "One piece of the recording’s file is not speech and was left out before counting.",
            "Um trecho do arquivo da gravação não é fala e ficou fora da contagem.",
        ),
        "removed_none": ("Nothing was removed from the transcript.", "Nada foi removido da transcrição."),
        "removed_show": ("Show them with the reason for each", "Mostrar cada um com o motivo"),
        "removed_more": ("… and {count} more, in the JSON result.", "… e mais {count}, no resultado em JSON."),
        "why": ("Reason", "Motivo"),
        "removed_text": ("Removed text", "Texto removido"),
        "method": ("Method", "Método"),
        "method_lead": (
            "Every figure and picture comes from the steps below, run on one machine; no text left it.",
            "Todos os números e imagens vêm das etapas abaixo, executadas em uma só máquina; nenhum texto saiu dela.",
        ),
        "version": ("version", "versão"),
        "code": ("Code", "Código"),
        "params": ("Params", "Parâmetros"),
        "defaults": ("none", "nenhum"),
        "inputs": ("Inputs", "Entradas"),
        "called": ("Called", "Execução"),
        "engine": ("Engine", "Motor"),
        "machine": ("Libraries", "Bibliotecas"),
        "judged_by": ("Sentiment by", "Sentimento por"),
        "hashes": (
            "Codes and inputs are the first 12 digits of their SHA-256 hashes.",
            "Códigos e entradas são os 12 primeiros dígitos de seus hashes SHA-256.",
        ),
        "again": (
            "To reproduce it, run these plugins with these params on the same file.",
            "Para reproduzir, execute estes plugins com estes parâmetros sobre o mesmo arquivo.",
        ),
        "again_equal": (
            "Equal hashes and versions give equal figures; every result saved as JSON carries this record in full.",
            "Hashes e versões iguais dão números iguais; todo resultado em JSON traz este registro completo.",
        ),
        "command": ("The command:", "O comando:"),
        "made_with": ("Made with Qualia Core {version}.", "Feito com Qualia Core {version}."),
        "reason system line": ("line of the meeting program", "linha do programa de reuniões"),
        "reason before the first turn": ("before the first turn", "antes da primeira fala"),
        "reason outside any cue": ("outside any cue", "fora de qualquer legenda"),
        "reason its times cannot be read": ("its times cannot be read", "horário ilegível"),
        "lang_pt": ("Portuguese", "português"),
        "lang_en": ("English", "inglês"),
        "lang_es": ("Spanish", "espanhol"),
        "lang_fr": ("French", "francês"),
        "lang_de": ("German", "alemão"),
        "lang_it": ("Italian", "italiano"),
    }
)
_MONTHS = (
    ("January", "janeiro"),
    ("February", "fevereiro"),
    ("March", "março"),
    ("April", "abril"),
    ("May", "maio"),
    ("June", "junho"),
    ("July", "julho"),
    ("August", "agosto"),
    ("September", "setembro"),
    ("October", "outubro"),
    ("November", "novembro"),
    ("December", "dezembro"),
)


@frozen
class Voice:
    """The report's words and figures in one language."""

    language: Language

    @property
    def tag(self) -> str:
        """The language tag for ``lang`` attributes."""
        return "pt-BR" if self.language == "pt" else "en"

    def __call__(self, key: str, **values: str) -> str:
        """Return a phrase with its places filled.

        Raises:
            KeyError: there is no such phrase, or a place was not given.
        """
        return _TABLE[key][self.language == "pt"].format(**values)

    def language_name(self, code: str) -> str:
        """Return a language's name, or its code when the table does not know it."""
        return self(f"lang_{code}") if f"lang_{code}" in _TABLE else code

    def reason(self, noted: str) -> str:
        """Return why a piece was removed: the table's words for the cleaner's, or the cleaner's own."""
        return self(f"reason {noted}") if f"reason {noted}" in _TABLE else noted

    def count(self, value: int) -> str:
        """Write a whole number."""
        return number(value, self.language)

    def percent(self, share: float) -> str:
        """Write a share (0 to 1) as a whole percentage; a share above zero never reads as zero."""
        if 0 < share < 0.005:
            return percent(share, self.language)
        return f"{number(share * 100, self.language)}%"

    def minutes(self, seconds: float) -> str:
        """Write a length in minutes with one decimal."""
        return number(seconds / 60, self.language, decimals=1)

    def polarity(self, value: float) -> str:
        """Write a sentiment figure, signed, with two decimals."""
        return number(value, self.language, decimals=2, signed=True)

    def day(self, moment: datetime) -> str:
        """Write a date."""
        month = _MONTHS[moment.month - 1][self.language == "pt"]
        return (
            f"{moment.day} de {month} de {moment.year}"
            if self.language == "pt"
            else f"{moment.day} {month} {moment.year}"
        )

    def clock(self, seconds: float) -> str:
        """Write a moment of the recording."""
        return clock(seconds)
