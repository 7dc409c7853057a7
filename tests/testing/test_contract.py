"""The contract finds what it is there to find, and says it in a sentence that helps."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from qualia.document import Document
from qualia.testing import PluginContract
from tests.testing.places import analyzer, write_plugin

FAULTS = [
    pytest.param(
        "test_its_samples_are_not_all_refused",
        analyzer("raise UnsupportedInput('toy', 'reads no such thing')"),
        r"toy refuses every sample document .*reads no such thing.* def documents\(self\)",
        id="refuses-everything",
    ),
    pytest.param(
        "test_it_gives_the_same_answer_again",
        analyzer("return {'n': random.random()}"),
        "another answer in a second Core: .*seed what is random",
        id="random",
    ),
    pytest.param(
        "test_it_gives_the_same_answer_again",
        analyzer("return {'words': list({word for word in document.text.split()})}"),
        "another answer in another process: .*\n.*sort what comes out of sets",
        id="order-of-a-set",
    ),
    pytest.param(
        "test_it_survives_odd_and_long_text",
        analyzer("return {'first': document.text.split()[0]}"),
        r"toy fails on no text at all: IndexError: .*\n  at .*__init__\.py:13.*\n.*UnsupportedInput",
        id="no-words",
    ),
    pytest.param(
        "test_it_survives_odd_and_long_text",
        analyzer("assert len(document.text) < 50_000; return {}"),
        "toy fails on one line of 100,000 characters: AssertionError",
        id="long",
    ),
    pytest.param(
        "test_its_result_comes_back_from_json",
        analyzer("return {'text': chr(0xdcff)}"),
        "cannot travel as JSON: .*surrogates",
        id="no-utf-8",
    ),
    pytest.param(
        "test_its_result_comes_back_from_json",
        analyzer("return {1, 2}"),
        "the result is a set",
        id="no-json",
    ),
    pytest.param(
        "test_it_leaves_its_input_alone",
        analyzer("object.__setattr__(document, 'title', 'mine'); return {}"),
        r"toy changes the Document it is given; .* attrs\.evolve",
        id="changes-its-input",
    ),
    pytest.param(
        "test_its_defaults_are_allowed",
        analyzer("return {}", default=0),
        "a default is not allowed: toy: param 'count' must be at least 1, not 0",
        id="default-out-of-range",
    ),
    pytest.param(
        "test_it_answers_several_threads_alike",
        analyzer("return {'main': threading.current_thread() is threading.main_thread()}"),
        "other answers when several threads call it at once: .*local variables",
        id="threads",
    ),
    pytest.param(
        "test_it_stops_when_it_is_cancelled",
        analyzer("threading.Event().wait(1); return {}", context=True),
        r"goes on for more than 0\.05 s after it was cancelled; call context\.check\(\)",
        id="goes-on",
    ),
    pytest.param(
        "test_it_leaves_the_process_as_it_was",
        analyzer("random.seed(7); os.environ['QUALIA_LEAK'] = '1'; return {}"),
        r"changes the environment \(os\.environ\), the state of the random module for everybody",
        id="leaks",
    ),
    pytest.param(
        "test_it_survives_any_params_it_declares",
        analyzer("return {'share': 1 / (params.count - 9)}"),
        r"toy fails on \{'count': 9\} and Document\(.*ZeroDivisionError",
        id="bound-of-a-param",
    ),
    pytest.param(
        "test_it_survives_any_params_it_declares",
        analyzer("assert params.count == 3 or params.count in (1, 9); return {}"),
        r"toy fails on \{'count': [2-8]\} and Document\(.*AssertionError",
        id="between-the-bounds",
    ),
    pytest.param(
        "test_it_survives_any_params_it_declares",
        analyzer("return {'end': params.mark[-1]}"),
        r"toy fails on \{'mark': ''\} and Document\(.*IndexError",
        id="empty-param",
    ),
]


class Toy(PluginContract):
    plugin = "toy"
    cancel_s = 0.05
    search_s = 10.0
    examples = 100


def hold(contract: PluginContract, test: str, folder: Path) -> None:
    """Run one test of a contract on the plugins in a folder."""
    getattr(contract, test)((folder,))


@pytest.mark.parametrize(("test", "code", "sentence"), FAULTS)
def test_a_fault_is_found_and_explained(tmp_path: Path, test: str, code: str, sentence: str) -> None:
    """Each test of the contract fails on the fault it looks for, and says what it is and what to do."""
    write_plugin(tmp_path, code)
    with pytest.raises(pytest.fail.Exception) as failed:
        hold(Toy(), test, tmp_path)
    assert re.search(sentence, str(failed.value), re.DOTALL), str(failed.value)


@pytest.mark.parametrize("test", sorted({name for name in vars(PluginContract) if name.startswith("test_")}))
def test_a_plugin_without_fault_passes(tmp_path: Path, test: str) -> None:
    """No test of the contract objects to a plugin that is right; one with a context is cancelled in time."""
    body = "[context.check() for _ in document.text]; return {'n': len(document.text)}"
    write_plugin(tmp_path, analyzer(body, context=True))
    hold(Toy(), test, tmp_path)


def test_a_call_that_only_ends_when_it_asks_is_ended(tmp_path: Path) -> None:
    """A loop without end that asks its context is over at once when it is cancelled."""
    write_plugin(tmp_path, analyzer("while True: context.check()", context=True))
    hold(Toy(), "test_it_stops_when_it_is_cancelled", tmp_path)


def test_a_plugin_without_a_context_is_left_out_of_the_cancelling(tmp_path: Path) -> None:
    """Nobody can ask it to stop, so that test is skipped with this as its reason."""
    write_plugin(tmp_path, analyzer("return {}"))
    with pytest.raises(pytest.skip.Exception, match="takes no context"):
        hold(Toy(), "test_it_stops_when_it_is_cancelled", tmp_path)


def test_what_a_call_changed_is_brought_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests that follow one that found a leak are not spoilt by it."""
    monkeypatch.delenv("QUALIA_LEAK", raising=False)
    before = Path.cwd()
    write_plugin(tmp_path, analyzer(f"os.chdir({str(tmp_path)!r}); return {{}}"))
    with pytest.raises(pytest.fail.Exception, match="the working folder"):
        hold(Toy(), "test_it_leaves_the_process_as_it_was", tmp_path)
    assert Path.cwd() == before


def test_documents_of_ones_own_are_taken_instead_of_the_samples(tmp_path: Path) -> None:
    """A plugin that reads one kind of text is held to the contract on texts of that kind."""

    class Particular(Toy):
        def documents(self) -> Iterable[Document]:
            return (Document("#1 yes"), Document("#2 no"))

    write_plugin(
        tmp_path,
        analyzer("if document.text[:1] != '#': raise UnsupportedInput('toy', 'no #')\n        return {}"),
    )
    hold(Particular(), "test_its_samples_are_not_all_refused", tmp_path)
    hold(Particular(), "test_it_gives_the_same_answer_again", tmp_path)


def test_a_plugin_that_cannot_be_used_says_why(tmp_path: Path) -> None:
    """A missing dependency fails the contract with the command that mends it."""
    write_plugin(tmp_path, analyzer("return {}"), more='dependencies = ["no-such-distribution>=9"]')
    with pytest.raises(pytest.fail.Exception, match=r"toy cannot be used: .*pip install 'no-such-distribution>=9'"):
        hold(Toy(), "test_it_survives_odd_and_long_text", tmp_path)


def test_a_contract_without_a_plugin_says_what_is_missing(tmp_path: Path) -> None:
    """Whoever forgets to name the plugin is told how."""
    with pytest.raises(pytest.fail.Exception, match=r'names no plugin; write: plugin = "the_id"'):
        hold(PluginContract(), "test_it_survives_odd_and_long_text", tmp_path)


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Count the documents a search tries."""
    from qualia.testing import trial

    calls: list[object] = []

    def told(*given: Any) -> str:
        calls.append(given)
        return trial.told(*given)

    monkeypatch.setattr("qualia.testing.contract.told", told)
    return lambda: len(calls)


def test_a_search_ends_in_time(tmp_path: Path, counting: Callable[[], int]) -> None:
    """No further case is tried once the time for them is over."""

    class Hurried(Toy):
        search_s = 0.0

    write_plugin(tmp_path, analyzer("return {}"))
    hold(Hurried(), "test_it_survives_any_params_it_declares", tmp_path)
    assert counting() == 0
