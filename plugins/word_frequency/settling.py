"""What is settled before words are counted: the rules, the language, the stop words, the dictionary forms."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import evolve, frozen

from qualia.plugin import Document, UnsupportedInput
from qualia.text import STOP_WORD_LANGUAGES, WordReader, WordRules, detect_language, iter_words, spelled, stop_words

from .counting import Sieve
from .libraries import iso_stop_words, lemmatizer, named, segmenter
from .nearness import everything
from .params import Params

_SAMPLE = 800
"""Characters of each of three samples the language is told from."""


@frozen(kw_only=True)
class Setup:
    """Everything settled before words are counted."""

    reader: WordReader
    sieve: Sieve
    language: str | None
    """Whose stop words are left out; None when none are."""
    stop_list: str
    lemmas: str
    """What gives dictionary forms, with its version; empty when nothing does."""


def settle(document: Document, params: Params) -> Setup:
    """Settle what the params leave to the document.

    Raises:
        UnsupportedInput: a library is not installed, or there are no stop words or lemmas for the language.
    """
    rules = _rules(params)
    spoken = _spoken(document, params)
    language, unwanted, stop_list = _stop_words(spoken, params)
    if params.lemmas and spoken is None:
        raise UnsupportedInput("lemmas=true", "the language cannot be told; name it with language")
    sieve = Sieve(
        unwanted=unwanted,
        min_length=params.min_length,
        fold=spelled if params.case_sensitive else None,
        lemma=lemmatizer(spoken) if params.lemmas and spoken is not None else None,
    )
    lemmas = named("simplemma") if params.lemmas else ""
    return Setup(reader=WordReader(rules), sieve=sieve, language=language, stop_list=stop_list, lemmas=lemmas)


def _rules(params: Params) -> WordRules:
    return WordRules(
        fold=not params.case_sensitive,
        numbers=params.numbers,
        emoji=params.emoji,
        urls=params.urls,
        mentions=params.mentions,
        hashtags=params.hashtags,
        unspaced="runs" if params.unspaced == "runs" else "characters",
        segment=segmenter("jieba") if params.unspaced == "jieba" else None,
    )


def _spoken(document: Document, params: Params) -> str | None:
    """Return the code of the language named, the document's own or the one detected; None when it cannot be told."""
    is_needed = params.lemmas or (params.stop_words and params.language != "none")
    if params.language not in ("auto", "none") or not is_needed:
        return params.language if params.language not in ("auto", "none") else None
    found = document.language or detect_language(_sample(document.text))
    # "pt-BR" and "pt_BR" are Portuguese too.
    return (found or "").replace("_", "-").partition("-")[0].lower() or None


def _sample(text: str) -> str:
    """Return the beginning, middle and end of a long text.

    Telling the language from all of it would take longer than counting it, and books begin with what others wrote.
    """
    if len(text) <= 3 * _SAMPLE:
        return text
    middle = len(text) // 2
    return "\n".join((text[:_SAMPLE], text[middle : middle + _SAMPLE], text[-_SAMPLE:]))


def _stop_words(spoken: str | None, params: Params) -> tuple[str | None, frozenset[str], str]:
    """Return the language whose stop words are left out, all that is left out, and where it is from."""
    language, listed, told = None, frozenset[str](), list[str]()
    if params.stop_words and params.language != "none" and spoken is not None:
        if spoken in STOP_WORD_LANGUAGES:
            language, listed = spoken, stop_words(spoken)
            told.append(f"{spoken}: {len(listed)} words")
        elif params.stopwordsiso:
            listed = iso_stop_words(spoken)
            language = spoken if listed else None
            told += [f"{spoken}: {len(listed)} words of {named('stopwordsiso')}"] if listed else []
        if language is None and params.language != "auto":
            remedy = (
                "stopwordsiso=true may have some" if not params.stopwordsiso else "name your own in extra_stop_words"
            )
            raise UnsupportedInput(
                f"language={spoken}", f"there are no stop words for it; {remedy}, or stop_words=false"
            )
    extra, kept = _forms(params.extra_stop_words), _forms(params.keep_words)
    if extra:
        told.append(f"{len(extra)} extra")
    if kept & (listed | extra):
        told.append(f"{len(kept & (listed | extra))} kept")
    return language, (listed | extra) - kept, ", ".join(told)


def _forms(texts: Iterable[str]) -> frozenset[str]:
    """Return the words of texts as words are compared, numbers and all the rest among them."""
    rules = everything(WordRules())
    return frozenset(word for text in texts for word in iter_words(text, evolve(rules)))
