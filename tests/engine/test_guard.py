"""Calling plugins: what they give is checked and kept, what they raise is contained."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from qualia import Core, Document, Event, Result
from qualia._version import __version__
from qualia.errors import (
    CircuitOpen,
    InvalidOutput,
    InvalidParam,
    PluginError,
    PluginFailed,
    PluginUnavailable,
    UnsupportedInput,
)
from qualia.records import WordCount, WordFrequencies

WORDS = "word-frequencies/1"
TEXT = Document("gato gato pato")
COUNT = """words = document.text.split()
return WordFrequencies(words=(WordCount(words[0], len(words)),), total=1, distinct=1)"""
Write = Callable[..., Path]
MakeCore = Callable[..., Core]
Notes = Callable[[], list[str]]
Listen = Callable[[Core], list[Event]]


def test_two_texts_never_share_a_result(write: Write, make_core: MakeCore) -> None:
    """Not even two whose short hashes are equal, nor one that differs in its title alone."""
    write("a", "return [document.text, document.title]")
    core = make_core()
    documents = [Document("texto aabiza"), Document("texto aacjjq"), Document("texto aabiza", title="t")]
    assert [core.run("a", each).value for each in documents] == [
        ("texto aabiza", None),
        ("texto aacjjq", None),
        ("texto aabiza", "t"),
    ]


def test_the_same_call_twice_is_a_cache_hit(write: Write, make_core: MakeCore, notes: Notes) -> None:
    """The plugin is called once; value, key and provenance are the same, moment included."""
    write("a", "note('called')\nreturn 1")
    core = make_core()
    first, second = core.run("a", TEXT), core.run("a", Document("gato gato pato"))
    assert (first.cached, second.cached, notes()) == (False, True, ["called"])
    assert (first, first.key, first.elapsed_s) == (second, second.key, second.elapsed_s)
    assert core.cache.stats()[0].hits == 1


def test_a_falsy_value_is_a_value(write: Write, make_core: MakeCore, notes: Notes) -> None:
    """None, zero and an empty list are kept and told apart."""
    write("a", "note('called')\nreturn {'none': None, 'zero': 0, 'empty': []}[document.text]")
    core = make_core()
    values = [core.run("a", Document(text)).value for text in ("none", "zero", "empty") * 2]
    assert values == [None, 0, ()] * 2
    assert len(notes()) == 3


def test_a_result_cannot_be_changed_by_its_caller(write: Write, make_core: MakeCore) -> None:
    """A mapping refuses, and a list became a tuple: the next hit is what the plugin gave."""
    write("a", "return {'words': [['gato', 2]]}")
    core = make_core()
    value = core.run("a", TEXT).value
    with pytest.raises(TypeError):
        value["words"] = ()
    with pytest.raises(AttributeError):
        value["words"][0].append(3)
    assert core.run("a", TEXT).value == {"words": (("gato", 2),)}


def test_a_plugin_that_keeps_what_it_gave_cannot_change_it(write: Write, make_core: MakeCore) -> None:
    """The value is a copy of the plugin's list, so a later call leaves an earlier result alone."""
    write("a", "KEPT.append(document.text)\nreturn KEPT", head="KEPT = []")
    core = make_core()
    first = core.run("a", Document("x"))
    core.run("a", Document("y"))
    assert first.value == core.run("a", Document("x")).value == ("x",)


def test_explicit_defaults_are_the_same_call_as_none(write: Write, make_core: MakeCore) -> None:
    """What counts is the params in force; a list is the tuple it becomes."""
    declared = "top: int = param(5, help='N.')\nw: tuple[str, ...] = param((), help='W.')"
    write("b", "return params.top", params=declared)
    core = make_core()
    same: tuple[dict[str, Any] | None, ...] = (None, {}, {"top": 5}, {"w": []}, {"w": (), "top": 5})
    keys = {core.run("b", TEXT, given).key for given in same}
    assert len(keys) == 1
    assert core.run("b", TEXT, {"top": 6}).key not in keys


@pytest.mark.parametrize("change", ["code", "version", "data"])
def test_a_changed_plugin_is_another_call(write: Write, make_core: MakeCore, change: str) -> None:
    """New code, a new version or a changed data file give a new key, and the new answer."""
    data = "return (Path(__file__).parent / 'd.txt').read_text()"
    body = data if change == "data" else "return 'old'"
    write("a", body, files={"d.txt": "old"})
    old = make_core().run("a", TEXT)
    write(
        "a",
        "return 'new'" if change == "code" else body,
        files={"d.txt": "new" if change == "data" else "old"},
        version="2.0.0" if change == "version" else "1.0.0",
    )
    new = make_core().run("a", TEXT)
    assert (old.value, new.value) == ("old", "old" if change == "version" else "new")
    assert (old.key == new.key, new.provenance.version) == (False, "2.0.0" if change == "version" else "1.0.0")


def test_an_optional_library_is_part_of_what_a_result_is_known_by(write: Write, make_core: MakeCore) -> None:
    """Its version stands in the provenance when it is installed; one that is not leaves no trace and is no error."""
    write("a", optional=["attrs>=1", "nothing-of-this-name"])
    write("b")
    core = make_core()
    assert sorted(core.run("a", TEXT).provenance.host) == ["attrs", "python"]
    assert sorted(core.run("b", TEXT).provenance.host) == ["python"]


def test_an_async_method_is_a_wrong_result(write: Write, make_core: MakeCore) -> None:
    """Nothing is left that was never awaited."""
    folder = write("a")
    code = (folder / "__init__.py").read_text(encoding="utf-8").replace("def analyze", "async def analyze")
    write("a", code=code)
    with pytest.raises(InvalidOutput, match="must be no 'async def'"):
        make_core().run("a", TEXT)


def test_an_error_calls_a_plugins_module_by_the_plugins_name(write: Write, make_core: MakeCore) -> None:
    """The name under which its package is loaded is nobody's business."""
    write("a", head="from . import parts")
    with pytest.raises(PluginFailed, match=r"cannot import name 'parts' from .*module 'a'"):
        make_core().run("a", TEXT)


def test_an_error_names_plugin_file_and_line(write: Write, make_core: MakeCore) -> None:
    """The place is the innermost line of the plugin's own code; the exception itself is the cause."""
    folder = write(
        "a", "from .deep import f\nreturn f()", files={"deep.py": "import json\n\ndef f():\n    json.loads('{')\n"}
    )
    with pytest.raises(PluginFailed) as caught:
        make_core().run("a", TEXT)
    assert caught.value.place == f"{folder / 'deep.py'}:4"
    assert caught.value.error.startswith("JSONDecodeError: ")
    assert type(caught.value.__cause__).__name__ == "JSONDecodeError"


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("raise ValueError('no\\n  luck')", "ValueError: no luck"),
        ("import sys\nsys.exit(3)", "SystemExit: 3"),
        ("raise Silent", "Silent"),
        ("raise Mute", "Mute"),
        ("def f(): f()\nf()", "RecursionError: maximum recursion"),
        ("compile('(', 'elsewhere.py', 'exec')", "SyntaxError: '\\(' was never closed"),
        ("from qualia.errors import InvalidParam\nraise InvalidParam('a', 'b', 'c')", "InvalidParam: "),
        ("raise BaseException('all')", "BaseException: all"),
    ],
    ids=["value", "exit", "empty", "mute", "recursion", "syntax", "ours", "base"],
)
def test_whatever_a_plugin_raises_is_contained(write: Write, make_core: MakeCore, body: str, sentence: str) -> None:
    """The host lives, and the error stands in one line with a place in the plugin."""
    head = "class Silent(Exception): pass\nclass Mute(Exception):\n    def __str__(self): raise ValueError"
    folder = write("a", body, head=head)
    with pytest.raises(PluginFailed, match=sentence) as caught:
        make_core().run("a", TEXT)
    assert caught.value.place.startswith(str(folder / "__init__.py"))


def test_an_exception_that_is_false_is_a_failure_all_the_same(write: Write, make_core: MakeCore) -> None:
    """Whether an exception is empty has no meaning."""
    write(
        "a", "raise Empty", head="class Empty(Exception):\n    def __len__(self): return 0", limits={"max_failures": 1}
    )
    core = make_core()
    with pytest.raises(PluginFailed):
        core.run("a", TEXT)
    with pytest.raises(CircuitOpen):
        core.run("a", TEXT)


def test_ctrl_c_belongs_to_the_caller(write: Write, make_core: MakeCore, notes: Notes) -> None:
    """KeyboardInterrupt passes through and does not count against the plugin."""
    write(
        "a",
        "note('called')\nraise {'f': ValueError, 'i': KeyboardInterrupt}[document.text[0]]",
        limits={"max_failures": 3},
    )
    core = make_core()
    for text, error in (("f1", PluginFailed), ("f2", PluginFailed), ("i", KeyboardInterrupt), ("f3", PluginFailed)):
        with pytest.raises(error):
            core.run("a", Document(text))
    with pytest.raises(CircuitOpen):
        core.run("a", Document("f4"))
    assert len(notes()) == 4


@pytest.mark.parametrize(
    ("kind", "produces", "body", "sentence"),
    [
        ("analyzer", WORDS, "return {'words': []}", "a dict where WordFrequencies was promised"),
        ("analyzer", WORDS, "return None", "a NoneType where WordFrequencies was promised"),
        ("analyzer", WORDS, "return Sentiment(status='empty', language=None)", "a Sentiment where WordFrequencies"),
        ("analyzer", None, "return {1, 2}", "the result is a set"),
        ("analyzer", None, "return {'a': [float('nan')]}", r"the result\.a\[0\] is nan"),
        ("analyzer", None, "return {1: 2}", "the result has the key 1"),
        ("analyzer", None, "a = []\na.append(a)\nreturn a", "recursion"),
        ("analyzer", None, "return document", "the result is a Document"),
        ("analyzer", WORDS, "return WordFrequencies(words=[], total=0, distinct=0)", r"words is a list"),
        (
            "analyzer",
            WORDS,
            "return WordFrequencies(words=(WordCount('a', float('nan')),), total=0, distinct=0)",
            r"words\[0\]\.count is nan",
        ),
        (
            "analyzer",
            WORDS,
            "return WordFrequencies(words=(WordCount('a', 10**400),), total=0, distinct=0)",
            r"words\[0\]\.count is not between",
        ),
        ("document", None, "return document.text", "a str where Document was promised"),
        ("document", None, "return None", "a NoneType where Document was promised"),
        ("visualizer", ["a/b"], "return b''", "a bytes where Artifact was promised"),
        ("visualizer", ["a/b"], "return Artifact(media_type='c/d', data=b'', name='n')", "'c/d' is not among"),
        ("visualizer", ["a/b"], "return Artifact(media_type='a/b', data='text', name='n')", "data is a str"),
    ],
)
def test_a_plugin_must_give_what_it_promised(
    write: Write, make_core: MakeCore, kind: str, produces: Any, body: str, sentence: str
) -> None:
    """Anything else, or anything that could change or be no JSON, is a failure that names what came."""
    folder = write("a", body, kind=kind, produces=produces)
    write("words", COUNT, produces=WORDS)
    with pytest.raises(InvalidOutput, match=sentence) as caught:
        make_core().run("a", TEXT)
    assert caught.value.place == str(folder)


def test_bad_input_is_no_fault_of_the_plugin(write: Write, make_core: MakeCore, notes: Notes) -> None:
    """UnsupportedInput reaches the caller as it is, however often, and never opens the circuit."""
    write("a", "note('called')\nraise UnsupportedInput('a', 'too short')", limits={"max_failures": 1})
    core = make_core()
    for _ in range(5):
        with pytest.raises(UnsupportedInput, match="a: too short"):
            core.run("a", TEXT)
    assert len(notes()) == 5


def test_wrong_params_are_no_fault_of_the_plugin(write: Write, make_core: MakeCore, notes: Notes) -> None:
    """They are refused before the plugin is called."""
    write("a", "note('called')\nreturn 1", params="top: int = param(1, ge=1, help='N.')", limits={"max_failures": 1})
    core = make_core()
    for _ in range(3):
        with pytest.raises(InvalidParam):
            core.run("a", TEXT, {"top": 0})
    assert (core.run("a", TEXT).value, notes()) == (1, ["called"])


def test_after_its_failures_a_plugin_is_left_alone(write: Write, make_core: MakeCore, notes: Notes) -> None:
    """Each failure is the plugin's own; then it is not called any more, and the error says for how long."""
    write("a", "note('called')\nraise ValueError(document.text)")
    core = make_core(max_failures=3, open_s=60.0)
    for text in "xyz":
        with pytest.raises(PluginFailed, match=f"ValueError: {text}"):
            core.run("a", Document(text))
    with pytest.raises(CircuitOpen) as caught:
        core.run("a", TEXT)
    assert (caught.value.plugin, 0 < caught.value.retry_after_s <= 60, len(notes())) == ("a", True, 3)


def test_one_plugin_left_alone_does_not_stop_another(write: Write, make_core: MakeCore) -> None:
    """Every plugin has a circuit of its own."""
    write("a", "raise ValueError", limits={"max_failures": 1})
    write("b", "return 1")
    core = make_core()
    with pytest.raises(PluginFailed):
        core.run("a", TEXT)
    assert core.run("b", TEXT).value == 1


def test_an_open_circuit_does_not_hide_what_is_cached(write: Write, make_core: MakeCore) -> None:
    """A hit asks nobody."""
    write("a", "return 1 // len(document.text)", limits={"max_failures": 1})
    core = make_core()
    core.run("a", TEXT)
    with pytest.raises(PluginFailed):
        core.run("a", Document(""))
    with pytest.raises(CircuitOpen):
        core.run("a", Document("new"))
    assert core.run("a", TEXT).cached


def test_a_manifests_limits_are_stronger_than_the_settings(write: Write, make_core: MakeCore) -> None:
    """A plugin that opens after one failure for no time at all is probed at the next call."""
    write("a", "return 1 // len(document.text)", limits={"max_failures": 1, "timeout_seconds": 0})
    core = make_core(max_failures=100)
    for _ in range(3):
        with pytest.raises(PluginFailed):
            core.run("a", Document(""))
    assert core.run("a", TEXT).value == 0


def test_a_plugin_is_opened_once_before_its_first_call(write: Write, make_core: MakeCore, notes: Notes) -> None:
    """Loading opens nothing; closing the Core closes what was opened."""
    methods = "def open(self):\n    note('open')\ndef close(self):\n    from . import late\n    note(late.WORD)"
    write("a", "note('call')\nreturn 1", methods=methods, files={"late.py": "WORD = 'close'"})
    write("b", methods=methods, files={"late.py": "WORD = 'never'"})
    core = make_core()
    core.plugins.params("a")
    core.plugins.params("b")
    core.run("a", TEXT)
    core.run("a", Document("x"))
    core.close()
    core.close()
    assert notes() == ["open", "call", "call", "close"]


def test_an_open_that_raises_is_a_failure_and_tried_again(write: Write, make_core: MakeCore, notes: Notes) -> None:
    """A model that cannot be loaded counts against the plugin like a failed call."""
    write("a", methods="def open(self):\n    note('open')\n    raise OSError('no model')", limits={"max_failures": 2})
    core = make_core()
    for _ in range(2):
        with pytest.raises(PluginFailed, match="OSError: no model"):
            core.run("a", TEXT)
    with pytest.raises(CircuitOpen):
        core.run("a", TEXT)
    assert notes() == ["open", "open"]


def test_a_close_that_raises_stops_no_other(write: Write, make_core: MakeCore, notes: Notes, listen: Listen) -> None:
    """The trouble is told as an event; the Core is closed."""
    write("a", methods="def close(self):\n    raise SystemExit")
    write("b", methods="def close(self):\n    note('closed b')")
    core = make_core()
    heard = listen(core)
    core.run("a", TEXT)
    core.run("b", TEXT)
    core.close()
    assert notes() == ["closed b"]
    assert [(event.plugin, event.step) for event in heard if event.kind == "step_failed"] == [("a", "close")]


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({"__init__.py": "def broken(:"}, "SyntaxError"),
        ({"__init__.py": "import no_such_module_anywhere"}, "ModuleNotFoundError"),
        ({"__init__.py": "raise SystemExit(3)"}, "SystemExit: 3"),
    ],
    ids=["syntax", "import", "exit"],
)
def test_a_plugin_that_cannot_be_loaded_says_where(
    write: Write, make_core: MakeCore, files: dict[str, str], sentence: str
) -> None:
    """File and line are named, the plugin is shown as failing, and another one works."""
    folder = write("a", files=files)
    write("b", "return 1")
    core = make_core()
    with pytest.raises(PluginFailed, match=sentence) as caught:
        core.run("a", TEXT)
    assert caught.value.place == f"{folder / '__init__.py'}:1"
    assert (core.plugins["a"].state, core.plugins["a"].reason) == ("failing", str(caught.value))
    assert core.run("b", TEXT).value == 1


@pytest.mark.parametrize(
    "params",
    ["top: int", "top: dict = param({}, help='D.')", "top: NoSuchName = param(1, help='N.')"],
    ids=["no default", "type", "name"],
)
def test_a_wrong_declaration_of_params_is_the_plugins_failure(write: Write, make_core: MakeCore, params: str) -> None:
    """Neither running nor listing params lets the plugin's own mistake out as a bare TypeError."""
    write("a", params=params)
    core = make_core()
    with pytest.raises(PluginError):
        core.run("a", TEXT)


def test_the_same_unavailable_plugin_is_a_new_error_each_time(write: Write, make_core: MakeCore) -> None:
    """Errors pin no frames of an earlier call."""
    write("a", dependencies=["no-such-distribution"])
    core = make_core()
    errors = []
    for _ in range(2):
        with pytest.raises(PluginUnavailable, match="run: pip install 'no-such-distribution'") as caught:
            core.run("a", TEXT)
        errors.append(caught.value)
    assert errors[0] is not errors[1]
    assert core.plugins["a"].state == "unavailable"


def test_provenance_says_how_to_make_it_again(write: Write, make_core: MakeCore) -> None:
    """Plugin, version, code, all params in force, inputs, engine and host are there."""
    write("a", "return 1", params="top: int = param(5, help='N.')", version="1.2.0", dependencies=["attrs"])
    result = make_core().run("a", TEXT)
    made = result.provenance
    assert (made.plugin, made.version, made.engine_version) == ("a", "1.2.0", __version__)
    assert (made.params, made.produces, made.upstream) == ({"top": 5}, None, ())
    assert made.inputs == {"document": TEXT.id}
    assert len(made.code_hash) == 64
    assert sorted(made.host) == ["attrs", "python"]
    assert made.started_at.utcoffset() is not None


def test_provenance_follows_the_chain(write: Write, make_core: MakeCore) -> None:
    """A picture knows its count, and the count its cleaning."""
    write("clean", kind="document")
    write("count", COUNT, produces=WORDS)
    write("draw", kind="visualizer", consumes=[WORDS])
    outcome = make_core().run_pipeline({"steps": [{"plugin": each} for each in ("clean", "count", "draw")]}, TEXT)
    chain = [outcome["draw"].provenance]
    while chain[-1].upstream:
        chain.extend(chain[-1].upstream)
    assert [each.plugin for each in chain] == ["draw", "count", "clean"]
    assert [each.produces for each in chain] == [None, WORDS, "document/1"]
    assert list(outcome["draw"].provenance.inputs) == ["word_frequencies"]


def test_equal_inputs_made_in_different_ways_keep_their_own_history(write: Write, make_core: MakeCore) -> None:
    """An answer from the cache tells of the steps its own call rests on, not of those of the call that filled it."""
    write("count", COUNT, produces=WORDS, params="note: str = param('', help='N.')")
    write("draw", kind="visualizer", consumes=[WORDS])
    core = make_core()
    results = [core.run("draw", core.run("count", TEXT, {"note": note})) for note in ("one", "two", "one")]
    assert [each.cached for each in results] == [False, True, True]
    notes = [each.provenance.upstream[0].params["note"] for each in results]
    assert notes == ["one", "two", "one"]


def test_threads_call_one_plugin_at_the_same_time(write: Write, make_core: MakeCore) -> None:
    """No lock is held while plugin code runs: eight calls are inside together."""
    write("a", "BARRIER.wait(10)\nreturn document.text", head="import threading\nBARRIER = threading.Barrier(8)")
    core = make_core()
    with ThreadPoolExecutor(8) as pool:
        results: list[Result[Any]] = list(pool.map(lambda n: core.run("a", Document(str(n))), range(8)))
    assert [each.value for each in results] == list("01234567")


@pytest.mark.parametrize("where", ["open", "import"])
def test_a_plugin_slow_to_get_ready_holds_up_no_other(
    write: Write, make_core: MakeCore, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """While one plugin loads its model, another is loaded, opened and answers."""
    started, go = threading.Event(), threading.Event()
    monkeypatch.setitem(sys.modules, "qualia_test_gates", cast("Any", SimpleNamespace(started=started, go=go)))
    wait = "import qualia_test_gates as gates; gates.started.set(); gates.go.wait(10)"
    write("slow", head=wait if where == "import" else "", methods=f"def open(self): {wait}" if where == "open" else "")
    write("quick", "return 1", methods="def open(self): pass")
    core = make_core()
    with ThreadPoolExecutor(2) as pool:
        slow = pool.submit(core.run, "slow", TEXT)
        assert started.wait(10)
        quick = pool.submit(core.run, "quick", TEXT)
        try:
            assert quick.result(5).value == 1
        finally:
            go.set()
        assert slow.result(10).value == {"characters": 14}


def test_records_reach_the_plugin_under_their_names(write: Write, make_core: MakeCore) -> None:
    """An analyzer and a visualizer get the records they consume as keyword arguments."""
    write("count", COUNT, produces=WORDS)
    write("top", "return records['word_frequencies'].words[0].word", consumes=[WORDS])
    assert make_core().run("top", TEXT).value == "gato"


def test_a_record_made_by_hand_can_be_drawn(write: Write, make_core: MakeCore) -> None:
    """A visualizer needs no plugin before it when the caller has the record."""
    body = "return Artifact(media_type='text/plain', data=str(records['word_frequencies'].total).encode(), name='n')"
    write("draw", body, kind="visualizer", consumes=[WORDS])
    record = WordFrequencies(words=(WordCount("a", 7),), total=7, distinct=1)
    result = make_core().run("draw", record)
    assert (result.value.data, result.provenance.upstream) == (b"7", ())
