"""What every plugin must keep to, as tests that any plugin's test class inherits."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar, NoReturn

import attrs
import pytest

from qualia._values import from_plain, to_plain
from qualia.core import Core
from qualia.document import Document
from qualia.errors import InvalidParam, PluginFailed, QualiaError, UnsupportedInput
from qualia.plugin import ParamSpec
from qualia.result import Result
from qualia.testing.cancelling import overstays
from qualia.testing.leaks import changed, restore, shared_state
from qualia.testing.samples import long_line, odd_texts, sample
from qualia.testing.trial import Given, given_for, kind_of, open_core, told, told_elsewhere

_THREADS = 8


class PluginContract:
    """Tests that hold for every plugin; inherit them and name yours.

    ::

        class TestShout(PluginContract):
            plugin = "shout"

    Each test opens a Core of its own on the folders of the ``qualia_plugin_dirs`` fixture. A plugin that works on
    records gets sample records, one that works on documents gets `documents`.
    """

    plugin: ClassVar[str] = ""
    """The plugin's id."""
    params: ClassVar[Mapping[str, Any]] = {}
    """Params of every call, for a plugin that cannot do without; it gets its defaults otherwise."""
    cancel_s: ClassVar[float] = 1.0
    """Longest a call may go on after it was cancelled, in seconds."""
    search_s: ClassVar[float] = 0.5
    """How long the search for params and texts it fails on goes on, in seconds, not counting the last try."""
    examples: ClassVar[int] = 25
    """Most params and texts that search tries."""

    def documents(self) -> Iterable[Document]:
        """Return documents the plugin works on; override it when it refuses these."""
        return (sample("en"), sample("pt"), sample("short"))

    def test_its_samples_are_not_all_refused(self, qualia_plugin_dirs: tuple[Path, ...]) -> None:
        """It gives a result for at least one of the sample documents, so that the other tests mean something."""
        with self._opened(qualia_plugin_dirs) as core:
            answers = [self._told(core, given) for given in self._given(core)]
        if all(answer.startswith("refused: ") for answer in answers):
            pytest.fail(
                f"{self.plugin} refuses every sample document ({answers[0] if answers else 'there are none'}); "
                "give it some it reads: def documents(self): return [Document(...)]",
                pytrace=False,
            )

    def test_it_gives_the_same_answer_again(self, qualia_plugin_dirs: tuple[Path, ...]) -> None:
        """It gives the same bytes in a second Core and in another process, whose sets have another order."""
        with self._opened(qualia_plugin_dirs) as core:
            given = self._given(core)
            first = [self._told(core, each) for each in given]
        with self._opened(qualia_plugin_dirs) as core:
            second = [self._told(core, each) for each in given]
        try:
            third = told_elsewhere(qualia_plugin_dirs, self.plugin, given, self.params)
        except RuntimeError as error:
            pytest.fail(f"{self.plugin} fails in a process of its own:\n{error}", pytrace=False)
        for answer, where in ((second, "a second Core"), (third, "another process")):
            for one, other in zip(first, answer, strict=True):
                if one != other:
                    pytest.fail(
                        f"{self.plugin} gives another answer in {where}: {_difference(one, other)}\n"
                        "sort what comes out of sets, seed what is random, and take no time of day into the result",
                        pytrace=False,
                    )

    def test_it_survives_odd_and_long_text(self, qualia_plugin_dirs: tuple[Path, ...]) -> None:
        """It gives a result or raises UnsupportedInput for each of `odd_texts`, and for long texts."""
        with self._opened(qualia_plugin_dirs) as core:
            for oddity, text in odd_texts().items():
                self._survives(core, Document(text, title=oddity), oddity)
            self._survives(core, sample("odd"), "a meeting of odd names and texts")
            self._survives(core, Document(long_line()), "one line of 100,000 characters")
            self._survives(core, sample("long"), "a meeting of 400 turns")

    def test_its_result_comes_back_from_json(self, qualia_plugin_dirs: tuple[Path, ...]) -> None:
        """Its result, written as JSON in UTF-8 and read again, is equal to what it was."""
        with self._opened(qualia_plugin_dirs) as core:
            for given in (*self._given(core), given_for(core.plugins[self.plugin], sample("odd"))):
                try:
                    result: Result[Any] = core.run(self.plugin, given, self.params)
                except UnsupportedInput:
                    continue
                except PluginFailed as failed:
                    self._failed(failed, "this document")
                try:
                    back = Result.from_json(result.to_json().encode())
                except ValueError as error:
                    pytest.fail(f"the result of {self.plugin} cannot travel as JSON: {error}", pytrace=False)
                kind = kind_of(result.value)
                if (back.into(kind).value if attrs.has(kind) else back.value) != result.value:
                    pytest.fail(f"the result of {self.plugin} comes back from JSON as another one", pytrace=False)

    def test_it_leaves_its_input_alone(self, qualia_plugin_dirs: tuple[Path, ...]) -> None:
        """What it was given is equal afterwards to what it was before."""
        with self._opened(qualia_plugin_dirs) as core:
            for given in self._given(core):
                before: list[Any] = [from_plain(to_plain(each), kind_of(each)) for each in given]
                self._told(core, given)
                for was, now in zip(before, given, strict=True):
                    if was != now:
                        pytest.fail(
                            f"{self.plugin} changes the {type(now).__name__} it is given; others hold it too, so make "
                            "a new one: attrs.evolve(...) or document.edit(...)",
                            pytrace=False,
                        )

    def test_its_defaults_are_allowed(self, qualia_plugin_dirs: tuple[Path, ...]) -> None:
        """Each default is a value its own declaration allows, and giving them changes nothing."""
        with self._opened(qualia_plugin_dirs) as core:
            defaults = {spec.name: spec.default for spec in core.plugins.params(self.plugin)}
            for given in self._given(core)[:1]:
                try:
                    answer = told(core, self.plugin, given, {**defaults, **self.params})
                except InvalidParam as error:
                    pytest.fail(f"a default is not allowed: {error}", pytrace=False)
                except PluginFailed as failed:
                    self._failed(failed, "its defaults")
                if answer != self._told(core, given):
                    pytest.fail(f"{self.plugin} answers differently when its defaults are given", pytrace=False)

    def test_it_refuses_params_it_does_not_declare(self, qualia_plugin_dirs: tuple[Path, ...]) -> None:
        """An unknown param, a wrong type, a value out of range or not among the choices is refused."""
        with self._opened(qualia_plugin_dirs) as core:
            specs = core.plugins.params(self.plugin)
            given = self._given(core)[0]
            for name, value in _wrong(specs):
                try:
                    core.run(self.plugin, given, {**self.params, name: value})
                except InvalidParam:
                    continue
                except QualiaError as error:
                    pytest.fail(f"{self.plugin} meets {name}={value!r} with {type(error).__name__}", pytrace=False)
                pytest.fail(f"{self.plugin} takes {name}={value!r}, which it does not declare", pytrace=False)

    def test_it_answers_several_threads_alike(self, qualia_plugin_dirs: tuple[Path, ...]) -> None:
        """Eight threads that call it at the same time get what each gets alone."""
        with self._opened(qualia_plugin_dirs) as core:
            info = core.plugins[self.plugin]
            source = next(iter(self.documents()), None)
            many = [given_for(info, source, mark=number) for number in range(1, _THREADS + 1)]
            alone = [self._told(core, given) for given in many]
        start = threading.Barrier(_THREADS)
        with self._opened(qualia_plugin_dirs) as core, ThreadPoolExecutor(_THREADS) as pool:

            def run(given: Given) -> str:
                start.wait()
                return self._told(core, given)

            together = list(pool.map(run, many))
        if together != alone:
            pytest.fail(
                f"{self.plugin} gives other answers when several threads call it at once: one instance serves them "
                "all, so keep what belongs to a call in local variables, not on self or in a module",
                pytrace=False,
            )

    def test_it_stops_when_it_is_cancelled(self, qualia_plugin_dirs: tuple[Path, ...]) -> None:
        """A call that is cancelled, before or after it began, is over soon; only for plugins that take a context."""
        with self._opened(qualia_plugin_dirs) as core:
            info = core.plugins[self.plugin]
            late = overstays(info, given_for(info, sample("long")), self.params, within_s=self.cancel_s)
        if late is None:
            pytest.skip(f"{self.plugin} takes no context, so nobody can ask it to stop")
        if late:
            pytest.fail(
                f"{self.plugin} goes on for more than {self.cancel_s} s after it was cancelled; call context.check() "
                "in its longest loop and let what it raises pass",
                pytrace=False,
            )

    def test_it_leaves_the_process_as_it_was(self, qualia_plugin_dirs: tuple[Path, ...]) -> None:
        """A call changes neither the working folder, the environment, the locale nor other state that all share."""
        with self._opened(qualia_plugin_dirs) as core:
            given = self._given(core)
            core.plugins.params(self.plugin)
            before = shared_state()
            for each in given:
                self._told(core, each)
            leaks = changed(before, shared_state())
        if leaks:
            restore(before)
            pytest.fail(
                f"a call of {self.plugin} changes {', '.join(leaks)} for everybody; use arguments instead, or an "
                "object of its own such as random.Random(seed)",
                pytrace=False,
            )

    def test_it_survives_any_params_it_declares(self, qualia_plugin_dirs: tuple[Path, ...]) -> None:
        """It gives a result or raises UnsupportedInput whatever it is given of what it declares; needs hypothesis."""
        if find_spec("hypothesis") is None:
            pytest.skip("hypothesis is not installed; run: pip install 'qualia-core[testing]'")
        from qualia.testing.search import look_for_failure, try_edges
        from qualia.testing.strategies import params_of

        with ExitStack() as opened:
            core = opened.enter_context(self._opened(qualia_plugin_dirs))

            def attempt(params: Mapping[str, Any], document: Document) -> None:
                nonlocal core
                try:
                    self._survives(core, document, f"{params} and {document!r}", {**params, **self.params})
                except pytest.fail.Exception:
                    # Its breaker would refuse the calls that make this case simpler.
                    core = opened.enter_context(self._opened(qualia_plugin_dirs))
                    raise

            samples = tuple(self.documents())
            half_s = self.search_s / 2
            try_edges(attempt, core.plugins.params(self.plugin), samples[0], within_s=half_s)
            params = params_of(self.plugin, core)
            look_for_failure(attempt, params, documents=samples, within_s=half_s, most=self.examples)

    @contextmanager
    def _opened(self, plugin_dirs: Sequence[Path]) -> Generator[Core]:
        if not self.plugin:
            pytest.fail(f'{type(self).__name__} names no plugin; write: plugin = "the_id"', pytrace=False)
        with open_core(plugin_dirs) as core:
            info = core.plugins[self.plugin]
            if info.state == "unavailable":
                pytest.fail(f"{self.plugin} cannot be used: {info.reason}", pytrace=False)
            yield core

    def _given(self, core: Core) -> list[Given]:
        return [given_for(core.plugins[self.plugin], document) for document in self.documents()]

    def _told(self, core: Core, given: Given) -> str:
        try:
            return told(core, self.plugin, given, self.params)
        except PluginFailed as failed:
            self._failed(failed, "a sample")

    def _survives(self, core: Core, document: Document, what: str, params: Mapping[str, Any] | None = None) -> None:
        given = given_for(core.plugins[self.plugin], document)
        try:
            told(core, self.plugin, given, self.params if params is None else params)
        except PluginFailed as failed:
            self._failed(failed, what)

    def _failed(self, failed: PluginFailed, what: str) -> NoReturn:
        pytest.fail(
            f"{self.plugin} fails on {what}: {failed.error}\n  at {failed.place}\n"
            'give a result, or raise UnsupportedInput("...", "why") for what it cannot work on',
            pytrace=False,
        )


def _wrong(specs: Sequence[ParamSpec]) -> Iterator[tuple[str, Any]]:
    """Yield params that none of ``specs`` allows: a name and a value for each way to be wrong."""
    yield "no_such_param", 1
    stranger: Mapping[str, Any] = {"bool": "yes", "int": "1", "float": "1.0", "str": 1, "list": "one"}
    for spec in specs:
        yield spec.name, stranger[spec.kind]
        if spec.choices:
            yield spec.name, "\u2400" + "".join(spec.choices)
        kind: Callable[[float], Any] = int if spec.kind == "int" else float
        if spec.ge is not None:
            yield spec.name, kind(spec.ge) - 1
        if spec.le is not None:
            yield spec.name, kind(spec.le) + 1
        if spec.kind == "float":
            yield spec.name, 10**400


def _difference(one: str, other: str) -> str:
    at = next(
        (place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    begin = max(0, at - 30)
    return f"...{one[begin : at + 30]}... against ...{other[begin : at + 30]}..."
