"""Commands that installed distributions bring."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen

from qualia.cancel import CancelToken
from qualia.cli.consent import agreed
from qualia.cli.output import Face
from qualia.cli.shell.answering import answer
from qualia.cli.shell.operating import Telling
from qualia.errors import OperationFailed, OperationUnavailable, RunCancelled
from qualia.operations import Finished, Operation, OperationContext, Progress, Steps, offered, perform
from qualia.plugin import NoParams, param
from qualia.settings import Settings
from tests.cli.brought import install
from tests.cli.conftest import Run


@pytest.fixture
def toy(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Install the toy distribution."""
    return install(home, monkeypatch)


def context(token: CancelToken | None = None) -> OperationContext[Any]:
    return OperationContext(params=NoParams(), project=None, settings=Settings(), token=token or CancelToken())


def operation(run: Callable[[Any], Steps], **more: Any) -> Operation:
    return Operation(name="toy", summary="A toy.", run=run, **more)


def test_help_lists_what_a_distribution_brings_without_importing_it(toy: Path, qualia: Run) -> None:
    """A command is listed under this machine with what its module says of itself, and nothing of it is loaded."""
    ran = qualia("--help")
    machine = ran.out.partition("this machine:")[2].partition("options:")[0]
    assert "  attic             tidy the attic\n" in machine
    assert "  tidy              tidy the attic\n" in machine
    assert "toy_operations" not in sys.modules


def test_help_of_a_command_is_made_of_its_declaration(toy: Path, qualia: Run) -> None:
    """Params are arguments and options with their help and defaults; a flag that is on by default can be put off."""
    text = qualia("tidy", "--help").out
    assert text.startswith("usage: qualia tidy")
    for told in ("ROOM", "--times NUMBER", "how many times, 100% sure (default: 1)", "--gently", "--no-loud", "--skip"):
        assert told in text
    assert "--yes" not in text
    assert "qualia tidy hall" in text


def test_what_an_operation_returns_is_the_commands_data(toy: Path, qualia: Run) -> None:
    """Params arrive typed, and the value is written as asked."""
    ran = qualia("tidy", "hall", "--skip", "a", "--skip", "b", "--depth", "1.5", "--format", "json")
    assert (ran.code, ran.data) == (0, {"room": "hall", "skip": ["a", "b"], "depth": 1.5})
    assert "room" in qualia("tidy").out
    assert qualia("tidy", "--format", "yaml").out.startswith("room: attic\n")


def test_data_before_the_end_are_written_where_lines_stand_alone(toy: Path, qualia: Run) -> None:
    """JSON lines come as they are made; one JSON value stays one."""
    lines = qualia("tidy", "--times", "2", "--format", "jsonl").out.splitlines()
    assert [json.loads(line).get("round") for line in lines] == [1, 2, None]
    assert qualia("tidy", "--times", "2", "--format", "json").data["room"] == "attic"


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["tidy", "--times", "0"], 2, "tidy: param 'times' must be at least 1"),
        (["tidy", "--times", "x"], 2, "tidy: param 'times' must be an int"),
        (["tidy", "--tims", "2"], 2, "did you mean --times"),
        (["tidy", "cellar"], 1, "operation 'tidy' failed: ValueError: the light is broken"),
        (["tidy", "locked"], 11, "operation 'tidy' failed: somebody else is in there"),
        (["tidy", "wrong"], 2, "that is no room"),
        (["attic"], 2, "required"),
        (["attic", "burn"], 2, "qualia attic burn wants to be sure and nobody is here to be asked; add --yes"),
    ],
)
def test_a_failure_has_its_code_and_sentence(toy: Path, qualia: Run, words: list[str], code: int, told: str) -> None:
    """What goes wrong ends with the code of the error, or the one the operation chose."""
    ran = qualia(*words)
    assert (ran.code, ran.out) == (code, "")
    assert told in ran.err


def test_a_failure_with_json_is_an_object(toy: Path, qualia: Run) -> None:
    """The error object has the class and the operation."""
    ran = qualia("tidy", "locked", "--format", "json")
    assert (ran.code, ran.data["error"], ran.data["operation"]) == (11, "OperationFailed", "tidy")


def test_something_destructive_is_done_with_yes(toy: Path, qualia: Run) -> None:
    """--yes stands for somebody's word; the operation's own text and code are the command's."""
    ran = qualia("attic", "burn", "--yes")
    assert (ran.code, ran.out) == (3, "all gone\n")
    assert qualia("attic", "burn", "--yes", "--format", "jsonl").out == '"ashes"\n"smoke"\n'


@pytest.mark.parametrize(("typed", "code", "out"), [("y\n", 3, "all gone\n"), ("n\n", 1, ""), ("", 1, "")])
def test_somebody_at_the_terminal_is_asked(
    toy: Path, qualia: Run, monkeypatch: pytest.MonkeyPatch, typed: str, code: int, out: str
) -> None:
    """Anything but a yes leaves everything as it is, and what was asked for was not done."""

    class Terminal(StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdin", Terminal(typed))
    monkeypatch.setattr(type(sys.stderr), "isatty", lambda stream: stream is sys.stderr, raising=False)
    ran = qualia("attic", "burn")
    assert (ran.code, ran.out) == (code, out)
    assert "Go on? [y/N]" in ran.err


def test_a_question_cannot_steer_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What a distribution says of its operation is somebody else's text."""
    monkeypatch.setattr("qualia.cli.consent.is_terminal", lambda _stream: True)
    monkeypatch.setattr(sys, "stdin", StringIO("y\n"))
    assert agreed("burn\x1b[2J? [y/N]", nobody="")
    assert capsys.readouterr().err == "burn\\u001b[2J? [y/N] "


def test_it_disappears_with_the_distribution(toy: Path, qualia: Run) -> None:
    """Once it is removed nothing is left of the command."""
    assert qualia("tidy").code == 0
    shutil.rmtree(toy)
    sys.path_importer_cache.clear()
    assert "tidy" not in qualia("--help").out
    ran = qualia("tidy")
    assert (ran.code, "there is no command 'tidy'" in ran.err) == (2, True)


@pytest.mark.parametrize(
    ("name", "extra"),
    [("alerts", "ops"), ("backup", "ops"), ("log", "ops"), ("metrics", "ops"), ("serve", "server")],
)
def test_what_comes_with_an_extra_is_not_installed(
    monkeypatch: pytest.MonkeyPatch, qualia: Run, name: str, extra: str
) -> None:
    """A command of the operators' package that is not there names the extra to install."""
    monkeypatch.setattr("qualia._plugins.entries.module_file", lambda _module, _path: None)
    ran = qualia(name, "create")
    assert ran.code == 5
    assert (
        ran.err
        == f"qualia: error: '{name}' is not available: it is not installed; run: pip install 'qualia-core[{extra}]'\n"
    )
    assert f"\n  {name} " not in qualia("--help").out


def test_a_command_whose_package_was_left_out_is_not_installed(
    home: Path, monkeypatch: pytest.MonkeyPatch, qualia: Run
) -> None:
    """Where the operators' package was removed and its names are still noted, the extra is named all the same."""
    install(home, monkeypatch, {"serve.gone": "qualia_ops.gone.commands:GONE"})
    ran = qualia("serve", "gone")
    assert (ran.code, "pip install 'qualia-core[server]'" in ran.err) == (5, True)
    assert "\n  serve" not in qualia("--help").out


def test_what_was_left_out_is_offered_to_nobody(tmp_path: Path) -> None:
    """The console and other clients of a host see that it is not installed, not that it is broken."""
    site = tmp_path / "site"
    info = site / "qualia_core-0.1.0.dist-info"
    info.mkdir(parents=True)
    (info / "entry_points.txt").write_text("[qualia.operations]\nbackup = gone_ops.commands:X\n", encoding="utf-8")
    assert offered([str(site)]) == ()
    (site / "gone_ops").mkdir()
    (site / "gone_ops" / "commands.py").write_text("", encoding="utf-8")
    assert [each.name for each in offered([str(site)])] == ["backup"]


def test_how_it_is_needs_no_extra(monkeypatch: pytest.MonkeyPatch, qualia: Run) -> None:
    """Without the operators' package health and status answer as they do with it, and are listed."""
    monkeypatch.setattr("qualia._plugins.entries.module_file", lambda _module, _path: None)
    assert (qualia("health").code, qualia("status").code) == (0, 0)
    assert "\n  health " in qualia("--help").out


def test_a_dry_run_needs_nobodys_word(home: Path, monkeypatch: pytest.MonkeyPatch, qualia: Run) -> None:
    """What only tells is done without asking, though the operation is destructive otherwise."""
    install(home, monkeypatch, {"attic.clear": "toy_operations:CLEAR"})
    assert qualia("attic", "clear", "--dry-run").out == "would clear\n"
    assert qualia("attic", "clear").code == 2


def test_a_broken_one_costs_only_itself(home: Path, monkeypatch: pytest.MonkeyPatch, qualia: Run) -> None:
    """One that cannot be imported, is no operation or calls itself otherwise says so; the others work."""
    entries = {
        "tidy": "toy_operations:TIDY",
        "gone": "toy_operations:GONE",
        "away": "no_such_module:X",
        "number": "toy_operations:ENOUGH",
        "odd": "toy_operations:STRANGE",
        "attic.look": "toy_operations:LOOK",
        "attic.gone": "toy_operations:GONE",
    }
    install(home, monkeypatch, entries)
    assert qualia("tidy").code == 0
    for name, told in {"gone": "AttributeError", "away": "ModuleNotFoundError", "odd": "'strange'"}.items():
        ran = qualia(name, "x", "--y")
        assert (ran.code, ran.out) == (5, "")
        assert told in ran.err
        assert "pip install --upgrade --force-reinstall toy-ops" in ran.err
    assert "look into the attic" in qualia("attic", "--help").out
    assert qualia("attic", "gone").code == 5
    assert qualia("spec").code == 0


def test_a_name_that_is_taken_is_refused_and_told(home: Path, monkeypatch: pytest.MonkeyPatch, qualia: Run) -> None:
    """A distribution cannot replace a built-in command; help says that it tried."""
    install(home, monkeypatch, {"list": "toy_operations:LIST", "cache.scrub": "toy_operations:LIST"})
    ran = qualia("--help")
    assert "warning: toy-ops brings a command 'list', which there is already; its own is left out" in ran.err
    assert "'cache.scrub'" in ran.err
    assert qualia("list", "--format", "json").data


def test_two_of_one_name_are_both_left_alone(home: Path, monkeypatch: pytest.MonkeyPatch, qualia: Run) -> None:
    """Nobody can tell which is meant, so neither runs."""
    install(home, monkeypatch, {"tidy": "toy_operations:TIDY"})
    install(home, monkeypatch, {"tidy": "toy_operations:TIDY"}, name="other-ops")
    ran = qualia("tidy")
    assert ran.code == 5
    assert "other-ops and toy-ops bring it" in ran.err


def test_the_spec_has_what_is_brought(toy: Path, qualia: Run) -> None:
    """Programs see such a command like any other, with where it comes from."""
    told = qualia("spec", "tidy").data
    assert (told["origin"], told["arguments"][0]["names"]) == ("tidy", ["ROOM"])
    attic = qualia("spec", "attic").data
    assert [each["name"] for each in attic["commands"]] == ["attic burn", "attic look"]
    assert attic["origin"] == "attic.burn"


def test_completion_has_what_is_brought(toy: Path, qualia: Run) -> None:
    """Its name, its commands and its options complete."""
    assert [word.text for word in answer(["ti"]).words] == ["tidy"]
    assert [word.text for word in answer(["attic", ""]).words] == ["burn", "look"]
    assert [word.text for word in answer(["tidy", "--ti"]).words] == ["--times"]


def test_an_offer_is_known_without_being_loaded(toy: Path) -> None:
    """What is offered is read from files; loading imports it."""
    names = {offer.name: (offer.distribution, offer.version, offer.target) for offer in offered([str(toy)])}
    assert names["tidy"] == ("toy-ops", "1.2.3", "toy_operations:TIDY")
    assert "toy_operations" not in sys.modules
    assert offered([str(toy)])[-1].load().name == "tidy"
    assert offered([str(toy / "absent")]) == ()


def test_an_offer_with_trouble_does_not_load(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry point whose name is none is refused."""
    site = install(home, monkeypatch, {"Not A Name": "toy_operations:TIDY"})
    with pytest.raises(OperationUnavailable, match="that is no name of an operation"):
        offered([str(site)])[0].load()


def test_performing_tells_of_progress_and_returns_the_value() -> None:
    """Each progress is told in order; plain data become a finished value."""

    def run(_context: OperationContext[Any]) -> Steps:
        yield Progress("one")
        yield Progress("two", done=0.5)
        return 7

    heard: list[Progress] = []
    assert perform(operation(run), context(), heard.append) == Finished(7)
    assert heard == [Progress("one"), Progress("two", done=0.5)]


def test_performing_stops_where_it_yields_and_cleans_up() -> None:
    """A cancelled operation ends as cancelled after its own clean-up."""
    token, cleaned = CancelToken(), []

    def run(_context: OperationContext[Any]) -> Steps:
        try:
            yield Progress("one")
            raise AssertionError("it went on")
        finally:
            cleaned.append(True)

    with pytest.raises(RunCancelled):
        perform(operation(run), context(token), lambda _progress: token.cancel())
    assert cleaned == [True]


def test_an_operation_can_ask_whether_to_stop() -> None:
    """One that cannot yield for long asks its context."""
    token = CancelToken()
    token.cancel()
    context().check()
    with pytest.raises(RunCancelled):
        context(token).check()


def test_what_an_operation_raises_by_accident_is_its_failure() -> None:
    """A stranger's error becomes the cause of one of ours; what the listener raises stays what it is."""

    def run(_context: OperationContext[Any]) -> Steps:
        yield Progress("one")
        raise SystemExit(3)

    with pytest.raises(OperationFailed, match="operation 'toy' failed: SystemExit: 3"):
        perform(operation(run), context(), lambda _progress: None)

    def leave(_progress: Progress) -> None:
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        perform(operation(run), context(), leave)


def test_a_declaration_that_no_face_could_show_is_refused() -> None:
    """Names and arguments are checked when the operation is made."""

    @frozen
    class Params:
        room: str = param("attic", help="Which room.")

    def run(_context: OperationContext[Any]) -> Steps:
        yield Progress()

    with pytest.raises(ValueError, match="is no name of an operation"):
        Operation(name="Tidy Up", summary="x", run=run)
    with pytest.raises(ValueError, match="rom is no param"):
        operation(run, params=Params, arguments=("rom",))
    with pytest.raises(TypeError, match="is not an attrs class"):
        operation(run, params=dict)


def test_progress_is_told_once_it_takes_a_while() -> None:
    """Nothing within the first second, then each new line at most once a second, and only to a terminal."""

    class Terminal(StringIO):
        def isatty(self) -> bool:
            return True

    stderr, now = Terminal(), [0.0]
    telling = Telling(Face(StringIO(), stderr), "json", clock=lambda: now[0])
    for at, told in ((0.5, "early"), (1.5, "copying"), (1.6, "copying"), (1.7, "soon"), (3.0, "checking")):
        now[0] = at
        telling(Progress(told, done=0.25))
    assert stderr.getvalue() == "copying 25% ...\nchecking 25% ...\n"
    silent = Telling(Face(StringIO(), StringIO()), "json", clock=lambda: 99.0)
    silent(Progress("never"))


@pytest.mark.parametrize("kind", [ZeroDivisionError, SystemExit])
def test_a_clean_up_that_fails_is_told_as_the_operations_failure(kind: type[BaseException]) -> None:
    """An operation that is cancelled and cannot put away what it began says so; nothing strange escapes."""

    def run(_context: OperationContext[Any]) -> Steps:
        try:
            yield Progress("working")
        finally:
            raise kind("the broom broke")

    token = CancelToken()
    with pytest.raises(OperationFailed, match=f"cleaning up ended with {kind.__name__}: the broom broke") as caught:
        perform(operation(run), context(token), lambda _progress: token.cancel())
    assert isinstance(caught.value.__cause__, kind)


def test_an_operation_that_goes_on_when_it_is_ended_is_told_of() -> None:
    """One that yields again while it is to clean up has failed."""

    def run(_context: OperationContext[Any]) -> Steps:
        try:
            yield Progress("working")
        except GeneratorExit:
            yield Progress("not yet")

    token = CancelToken()
    with pytest.raises(OperationFailed, match="cleaning up ended with RuntimeError"):
        perform(operation(run), context(token), lambda _progress: token.cancel())


def test_what_went_wrong_first_is_what_counts() -> None:
    """When telling fails and the clean-up too, the first is raised and has a note of the second."""

    def run(_context: OperationContext[Any]) -> Steps:
        try:
            yield Progress("working")
        finally:
            raise OSError("the broom broke")

    def tell(_progress: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as caught:
        perform(operation(run), context(), tell)
    assert "the broom broke" in str(caught.value.__notes__)
