"""What stands above parts of results, in the reader's language; a name nobody knows stays as it is."""

from __future__ import annotations

from collections.abc import Mapping

from qualia_tui.words import _


def named(name: str) -> str:
    """Return a field's name as people read it."""
    return _known().get(name, name.replace("_", " "))


def _known() -> Mapping[str, str]:
    return {**_of_words(), **_of_moods(), **_of_documents()}


def _of_words() -> Mapping[str, str]:
    return {
        "collocations": _("collocations"),
        "contexts": _("contexts"),
        "count": _("count"),
        "dispersion": _("dispersion"),
        "distinct": _("distinct"),
        "diversity": _("diversity"),
        "dp": "DP",
        "dp_norm": "DPnorm",
        "g2": "G2",
        "hapax": _("words that occur once"),
        "keyness": _("keyness"),
        "left": _("left"),
        "left_out": _("left out"),
        "lemmas": _("lemmas"),
        "log_dice": "logDice",
        "log_ratio": _("log ratio"),
        "match": _("match"),
        "ngram": _("sequences of"),
        "part": _("part"),
        "parts": _("parts"),
        "per_million": _("per million"),
        "pmi": "PMI",
        "query": _("query"),
        "reference_count": _("elsewhere"),
        "reference_per_million": _("elsewhere per million"),
        "right": _("right"),
        "running": _("running words"),
        "stop_list": _("stop list"),
        "stop_words": _("stop words"),
        "t_score": "t",
        "tf_idf": "TF-IDF",
        "total": _("total"),
        "word": _("word"),
        "words": _("words"),
    }


def _of_moods() -> Mapping[str, str]:
    return {
        "confidence": _("confidence"),
        "interpretation": _("interpretation"),
        "judged": _("judged"),
        "label": _("mood"),
        "language": _("language"),
        "languages": _("languages"),
        "method": _("method"),
        "most_negative": _("most negative"),
        "most_positive": _("most positive"),
        "negated": _("negated"),
        "negative": _("negative"),
        "polarity": _("polarity"),
        "positive": _("positive"),
        "reason": _("reason"),
        "sentences": _("sentences"),
        "share": _("share"),
        "speaker": _("speaker"),
        "speakers": _("speakers"),
        "status": _("status"),
        "subjectivity": _("subjectivity"),
        "timeline": _("timeline"),
        "weight": _("weight"),
    }


def _of_documents() -> Mapping[str, str]:
    return {
        "attributed": _("words with a speaker"),
        "begin_s": _("begins at (s)"),
        "duration_s": _("duration (s)"),
        "end": _("end"),
        "end_s": _("ends at (s)"),
        "first_s": _("first at (s)"),
        "format": _("format"),
        "media_type": _("media type"),
        "metadata": _("metadata"),
        "name": _("name"),
        "quality": _("quality"),
        "removed": _("removed"),
        "seconds": _("seconds"),
        "segments": _("segments"),
        "start": _("start"),
        "text": _("text"),
        "title": _("title"),
        "turns": _("turns"),
        "variant": _("variant"),
    }
