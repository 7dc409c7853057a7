"""Language rules that plugins share: words, sentences, stop words, languages, and what counts of words can tell."""

from qualia.text.characters import spelled
from qualia.text.corpus import join_texts, joined_parts
from qualia.text.languages import LANGUAGES, LanguageVotes, detect_language, language_votes
from qualia.text.measures import (
    Association,
    Keyness,
    association,
    dispersion,
    hdd,
    key_words,
    keyness,
    mattr,
    mtld,
    tf_idf,
)
from qualia.text.sentences import sentence_spans
from qualia.text.stop_words import STOP_WORD_LANGUAGES, stop_words
from qualia.text.words import WordCounter, WordReader, WordRules, count_words, iter_words

__all__ = [  # noqa: RUF022 - a plain sort, as everywhere
    "Association",
    "Keyness",
    "LANGUAGES",
    "LanguageVotes",
    "STOP_WORD_LANGUAGES",
    "WordCounter",
    "WordReader",
    "WordRules",
    "association",
    "count_words",
    "detect_language",
    "dispersion",
    "hdd",
    "iter_words",
    "join_texts",
    "joined_parts",
    "key_words",
    "keyness",
    "language_votes",
    "mattr",
    "mtld",
    "sentence_spans",
    "spelled",
    "stop_words",
    "tf_idf",
]
