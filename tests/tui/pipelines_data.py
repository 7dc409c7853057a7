"""What a host says of pipelines, params, folders and runs, as plain data that never differs."""

from __future__ import annotations

import base64
import struct
from collections.abc import Mapping
from typing import Any

from qualia.errors import DocumentUnreadable
from tests.tui.seeing import BEGAN_S, FakeHost

PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 960, 540) + b"\x08\x06\x00\x00\x00" + b"\0" * 40
PLUGINS = (
    ("teams_cleaner", "document", "Reads transcripts: who says what, and when.", "loaded", ""),
    ("word_frequency", "analyzer", "How often each word occurs.", "loaded", ""),
    ("frequency_chart", "visualizer", "The most frequent words as bars.", "enabled", ""),
    ("gone", "analyzer", "An analyzer that cannot be loaded.", "unavailable", "needs spacy; run: pip install spacy"),
)
STEPS = (("clean", "teams_cleaner"), ("count", "word_frequency"), ("mood", "sentiment_analyzer"))
PIPELINE = "/srv/interviews/pipelines/words.toml"
PARAMS = (
    ("top", "int", 100, "List the N most frequent words.", (), 1, 1000, False),
    (
        "language",
        "str",
        "auto",
        "Whose stop words to leave out.",
        ("auto", "none", "pt", "en", "de", "fr", "es"),
        None,
        None,
        False,
    ),
    ("unit", "str", "word", "What is counted.", ("word", "lemma"), None, None, False),
    ("stop_words", "bool", True, "Leave out the stop words of the language.", (), None, None, False),
    ("keep_words", "list", (), "Words to keep whatever else is said.", (), None, None, False),
    ("threshold", "float", 0.5, "Least share that counts.", (), 0.0, 1.0, True),
)
PORTUGUESE = {
    "Reads transcripts: who says what, and when.": "Lê transcrições: quem diz o quê, e quando.",
    "How often each word occurs.": "Quantas vezes cada palavra aparece.",
    "The most frequent words as bars.": "As palavras mais frequentes em barras.",
    "List the N most frequent words.": "Lista as N palavras mais frequentes.",
    "Whose stop words to leave out.": "De que idioma deixar de fora as palavras vazias.",
    "What is counted.": "O que é contado.",
    "Leave out the stop words of the language.": "Deixa de fora as palavras vazias do idioma.",
    "Words to keep whatever else is said.": "Palavras a manter, diga-se o que se disser.",
}


def plugins() -> list[dict[str, Any]]:
    """Return the answer of ``plugins.list``."""
    return [
        {
            "id": name,
            "kind": kind,
            "summary": summary,
            "state": state,
            "reason": reason,
            "version": "1.0.0",
            "translations": {"pt-BR": PORTUGUESE},
        }
        for name, kind, summary, state, reason in PLUGINS
    ]


def pipelines() -> list[dict[str, Any]]:
    """Return the answer of ``pipelines.list``: a good one, and one whose file is broken."""
    steps = [{"id": step, "plugin": plugin} for step, plugin in STEPS]
    broken = "/srv/interviews/pipelines/broken.toml"
    return [
        {"path": PIPELINE, "name": "words", "description": "Clean, count, judge", "steps": steps, "trouble": ""},
        {"path": broken, "name": "broken", "description": "", "steps": [], "trouble": f"{broken}: it has no steps"},
    ]


def plan(**_asked: Any) -> dict[str, Any]:
    """Return the answer of ``pipelines.plan``."""
    rows = [
        {"step": "clean", "plugin": "teams_cleaner", "depth": 0, "parent": None, "also": [], "added": True},
        {"step": "count", "plugin": "word_frequency", "depth": 1, "parent": "clean", "also": [], "added": False},
        {"step": "chart", "plugin": "frequency_chart", "depth": 2, "parent": "count", "also": [], "added": False},
        {
            "step": "report",
            "plugin": "meeting_report",
            "depth": 1,
            "parent": "clean",
            "also": ["count"],
            "added": False,
        },
    ]
    steps = [{"id": "count", "plugin": "word_frequency", "params": {"top": 30, "keep_words": []}}]
    return {"name": "words", "steps": steps, "tree": rows, "mermaid": ""}


def inspected(plugin: str) -> dict[str, Any]:
    """Return the answer of ``plugins.inspect``."""
    names = ("name", "kind", "default", "help", "choices", "ge", "le", "optional")
    params = [dict(zip(names, each, strict=True)) for each in PARAMS]
    return {"id": plugin, "params": params, "trouble": "", "translations": {"pt-BR": PORTUGUESE}}


def folder(path: str = "/srv/interviews", *, hidden: bool = False) -> dict[str, Any]:
    """Return the answer of ``files.list``: a project with a folder of files."""
    known: Mapping[str, tuple[tuple[str, str, int | None], ...]] = {
        "/srv/interviews": (("files", "folder", None), ("notes.txt", "file", 812), ("pipe", "other", None)),
        "/srv/interviews/files": (("ana.vtt", "file", 12_345), ("bruno.vtt", "file", 2_345_678), (".kept", "file", 1)),
        "/srv": (("interviews", "folder", None),),
        "/": (("srv", "folder", None),),
    }
    if path not in known:
        raise DocumentUnreadable(path, "no such file or directory", "name a folder you may look into")
    entries = [
        {"name": name, "path": f"{path.rstrip('/')}/{name}", "kind": kind, "bytes": size, "modified_at_s": BEGAN_S}
        for name, kind, size in known[path]
        if hidden or not name.startswith(".")
    ]
    parent = None if path == "/" else path.rpartition("/")[0] or "/"
    return {"path": path, "parent": parent, "entries": entries, "more": False}


def told(run: str = "r1", state: str = "running", **more: Any) -> dict[str, Any]:
    """Return facts of a run, as ``runs.show`` and ``runs.start`` give them."""
    return {
        "run": run,
        "kind": "run",
        "name": "words",
        "group": None,
        "path": "/srv/interviews/files/ana.vtt",
        "state": state,
        "asked_at_s": BEGAN_S,
        "is_cancelling": False,
        "left": [],
        "error": None,
        **more,
    }


def progress(state: str = "running", **more: Any) -> dict[str, Any]:
    """Return the answer of ``runs.progress``: one step done, one kept from before, one that goes on."""
    steps: list[dict[str, Any]] = [
        {"step": "clean", "plugin": "teams_cleaner", "state": "ok", "done": None, "elapsed_s": 0.034, "cached": False},
        {"step": "count", "plugin": "word_frequency", "state": "ok", "done": None, "elapsed_s": 0.1, "cached": True},
        {"step": "mood", "plugin": "sentiment_analyzer", "state": "running", "done": 0.4},
    ]
    if state == "ok":
        steps[2] |= {"state": "ok", "done": None, "elapsed_s": 2.5}
    return {"run": "r1", "state": state, "is_cancelling": False, "step_count": 3, "steps": steps, **more}


def provenance(plugin: str, produces: str | None, *, upstream: tuple[Any, ...] = ()) -> dict[str, Any]:
    """Return how a result came about."""
    return {
        "plugin": plugin,
        "version": "1.0.0",
        "code_hash": "1e22547f3eafc2a4225e08fb2738d9b0",
        "params": {"top": 100, "keep_words": []},
        "produces": produces,
        "inputs": {"document": "34c1f5d7f0a2e67521588981762886"},
        "upstream": list(upstream),
        "engine_version": "1.0.0",
        "started_at": "2026-01-01T10:00:00+00:00",
        "host": {"python": "3.12.1"},
    }


def result(plugin: str, produces: str | None, value: Any) -> dict[str, Any]:
    """Return a result."""
    return {
        "value": value,
        "provenance": provenance(plugin, produces),
        "key": "6609687753ea20d2dd3b986723e99caf9f85",
        "elapsed_s": 0.068,
        "cached": False,
        "degraded": False,
    }


def transcript() -> dict[str, Any]:
    """Return a result that is a document of three turns."""
    turns = (("Ana Lima", 1.0, "Bom dia, pessoal!"), ("Bruno Sá", 5.0, "O prazo é terrível."), ("Ana Lima", 70.0, "É."))
    text = "\n".join(each for _speaker, _begin_s, each in turns)
    segments: list[dict[str, Any]] = []
    for speaker, begin_s, each in turns:
        start = text.index(each)
        segments.append(
            {"start": start, "end": start + len(each), "speaker": speaker, "begin_s": begin_s, "end_s": None}
        )
    metadata = {"format": "webvtt", "speakers": [{"name": "Ana Lima", "turns": 2}, {"name": "Bruno Sá", "turns": 1}]}
    value = {"text": text, "title": "ana", "language": "pt", "media_type": "text/plain", "segments": segments}
    return result("teams_cleaner", "document/1", {**value, "metadata": metadata, "data": None})


def words() -> dict[str, Any]:
    """Return a result that is word frequencies."""
    found = [("orçamento", 12), ("relatório", 7), ("cliente", 3), ("prazo", 1)]
    counts = [{"word": word, "count": count, "per_million": count * 1000.0} for word, count in found]
    speaker = {"speaker": "Ana Lima", "words": counts[:2], "total": 19, "distinct": 2, "running": 40}
    value = {"words": counts, "total": 23, "distinct": 4, "speakers": [speaker], "left_out": counts[:1], "lemmas": ""}
    return result("word_frequency", "word-frequencies/1", value)


def mood() -> dict[str, Any]:
    """Return a result that is a sentiment."""
    sentences = [
        {"text": "Bom dia, pessoal!", "polarity": 0.6, "label": "positive", "speaker": "Ana Lima", "begin_s": 1.0},
        {"text": "O prazo é terrível.", "polarity": -0.8, "label": "negative", "speaker": "Bruno Sá", "begin_s": 5.0},
        {"text": "É.", "polarity": 0.0, "label": "neutral", "speaker": "Ana Lima", "begin_s": 70.0},
    ]
    moments = [
        {"start": 0, "end": 9, "polarity": each, "sentences": 1, "begin_s": 9.0 * place}
        for place, each in enumerate((0.6, -0.8, 0.0))
    ]
    speakers = [{"speaker": "Ana Lima", "polarity": 0.3, "sentences": 2, "positive": 1, "negative": 0}]
    value = {
        "status": "ok",
        "polarity": -0.1,
        "label": "negative",
        "sentences": sentences,
        "timeline": moments,
        "speakers": speakers,
        "words": [{"word": "terrível", "count": 1, "weight": -4.0}, {"word": "bom", "count": 1, "weight": 2.0}],
        "interpretation": "No todo, o texto soa levemente negativo.",
    }
    return result("sentiment_analyzer", "sentiment/1", value)


def picture() -> dict[str, Any]:
    """Return a result that is a picture."""
    data = base64.b64encode(PNG).decode("ascii")
    return result("frequency_chart", None, {"media_type": "image/png", "data": data, "name": "bars.png"})


def outcome() -> dict[str, Any]:
    """Return the answer of ``runs.result`` for a pipeline that did well."""
    steps = zip(STEPS, (transcript(), words(), mood()), strict=True)
    return {
        **told(state="ok"),
        "result": None,
        "steps": [
            {"step": step, "plugin": plugin, "status": "ok", "result": each, "error": None, "reason": ""}
            for (step, plugin), each in steps
        ],
    }


def answers(**more: Any) -> dict[str, Any]:
    """Return what a host answers, by verb; ``more`` changes answers, a point in a verb written as two underscores."""
    known = {
        "plugins.list": plugins(),
        "pipelines.list": pipelines(),
        "pipelines.plan": plan,
        "plugins.inspect": inspected,
        "files.list": folder,
        "health": {"status": "ok"},
        "runs.start": told(),
        "runs.show": told(),
        "runs.progress": progress(),
        "runs.result": outcome(),
    }
    return known | {name.replace("__", "."): answer for name, answer in more.items()}


def host(**more: Any) -> FakeHost:
    """Return a host that answers so."""
    return FakeHost(answers(**more))
