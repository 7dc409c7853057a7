"""Language rules that plugins share: words, sentences, stop words, languages."""

from qualia.text.languages import detect_language
from qualia.text.sentences import sentence_spans
from qualia.text.stop_words import STOP_WORD_LANGUAGES, stop_words
from qualia.text.words import count_words, iter_words

__all__ = [
    "STOP_WORD_LANGUAGES",
    "count_words",
    "detect_language",
    "iter_words",
    "sentence_spans",
    "stop_words",
]
