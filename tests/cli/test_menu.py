"""The menu's branches build commands that mean what was answered, and lead back when they are left."""

from __future__ import annotations

import json
import re
import string
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qualia import Core
from qualia.cli import main
from qualia.cli.arguments import parse
from qualia.cli.exit_codes import ExitCode
from qualia.cli.menu.lessons import lessons
from qualia.cli.menu.main import asker_for, visit
from qualia.cli.menu.plain import PlainAsker
from qualia.cli.menu.spelling import pipeline_words, run_words
from qualia.cli.menu.wizard import file_stem, free_id, moved_up
from qualia.cli.quoting import path_word
from qualia.cli.usage import ExtraMissing
from qualia.document import Document
from qualia.pipeline import Pipeline, Step
from tests.cli.menu_hands import END, EVERY, INTERRUPT, KEEP, Hands, visit_of

NAMES = st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=20)
LEAVE = "back"


class Kitchen:
    """Visits in one folder; commands are noted instead of run."""

    def __init__(self, folder: Path, plugin_dir: Path) -> None:
        self.folder: Path = folder
        self.plugin_dir: Path = plugin_dir
        self.ran: list[list[str]] = []
        self.code: int = 0

    def note(self, words: Sequence[str]) -> int:
        """Note a command."""
        assert list(words[:3]) == ["--no-pager", "--plugin-dir", str(self.plugin_dir)]
        self.ran.append(list(words[3:]))
        return self.code

    def visit(self, *answers: str, names: Sequence[str] = EVERY) -> Hands:
        """Visit the menu with these answers, which are all needed, and leave it at the end."""
        hands = Hands(*answers, LEAVE)
        session = visit_of(hands, self.folder / "state", run=self.note, plugin_dirs=[self.plugin_dir], names=names)
        assert visit(session) == ExitCode.OK
        assert hands.answers == []
        return hands


def noted(ran: list[list[str]]) -> Callable[[Sequence[str]], int]:
    """Return what notes commands in a list instead of running them."""

    def note(words: Sequence[str]) -> int:
        ran.append(list(words))
        return 0

    return note


@pytest.fixture
def kitchen(document: Path, plugin_dir: Path) -> Kitchen:
    """Return visits in a folder with one document."""
    return Kitchen(document.parent, plugin_dir)


def local(kitchen: Kitchen, name: str) -> tuple[str, str]:
    """Return the answers that choose a file of the working folder."""
    return "here", str(kitchen.folder / name)


def test_analysing_takes_a_document_a_plugin_and_what_was_changed(kitchen: Kitchen) -> None:
    """Params that keep their default are not typed, those that were changed are."""
    kitchen.visit("analyse", *local(kitchen, "notes.txt"), "toy_count", "=top", "7", "=mode", "=some", "go", "screen")
    assert kitchen.ran == [["analyze", "notes.txt", "-p", "toy_count", "-P", "top=7", "-P", "mode=some"]]


def test_a_param_set_back_to_its_default_is_not_typed(kitchen: Kitchen) -> None:
    """What counts is the difference at the end."""
    changes = ("=top", "7", "=case", "=true", "=top", "3", "=case", "=false")
    kitchen.visit("analyse", *local(kitchen, "notes.txt"), "toy_count", *changes, "go", "screen")
    assert kitchen.ran == [["analyze", "notes.txt", "-p", "toy_count"]]


def test_leaving_a_param_keeps_its_value(kitchen: Kitchen) -> None:
    """Ctrl-D and Ctrl-C in a value lead back to the form."""
    changes = ("=top", "7", "=top", END, "=case", INTERRUPT)
    kitchen.visit("analyse", *local(kitchen, "notes.txt"), "toy_count", *changes, "go", "screen")
    assert kitchen.ran == [["analyze", "notes.txt", "-p", "toy_count", "-P", "top=7"]]


def test_a_result_goes_into_a_file_that_is_remembered(kitchen: Kitchen) -> None:
    """What an analysis wrote is offered first when something is to be drawn or exported."""
    kitchen.visit("analyse", *local(kitchen, "notes.txt"), "toy_plain", "file", KEEP)
    assert kitchen.ran == [["analyze", "notes.txt", "-p", "toy_plain", "-o", "notes-toy_plain.json"]]
    (kitchen.folder / "notes-toy_plain.json").write_text("{}", encoding="utf-8")
    hands = kitchen.visit("draw", LEAVE)
    assert hands.offered[1][0] == "notes-toy_plain.json"


def test_a_file_that_is_there_is_replaced_only_when_somebody_says_so(kitchen: Kitchen) -> None:
    """No is the answer Enter gives, and the question for a name comes again."""
    (kitchen.folder / "old.json").write_text("old", encoding="utf-8")
    answers = ("file", "old.json", KEEP, "old.json", "no", "new.json")
    kitchen.visit("analyse", *local(kitchen, "notes.txt"), "toy_plain", *answers)
    assert kitchen.ran[-1][-2:] == ["-o", "new.json"]
    kitchen.visit("analyse", "here", str(kitchen.folder / "notes.txt"), "toy_plain", "file", "old.json", "yes")
    assert kitchen.ran[-1][-2:] == ["-o", "old.json"]


def test_cleaning_runs_a_document_plugin(kitchen: Kitchen) -> None:
    """Only document plugins are offered."""
    hands = kitchen.visit("clean", *local(kitchen, "notes.txt"), "toy_upper", "=mark", "a b", "go", "file", KEEP)
    assert kitchen.ran == [["process", "notes.txt", "-p", "toy_upper", "-P", "mark=a b", "-o", "notes-clean.txt"]]
    assert not {"toy_count", "toy_draw"} & {label for offered in hands.offered for label in offered}


def test_drawing_asks_for_the_kind_of_file_in_place_of_the_param(kitchen: Kitchen) -> None:
    """The suffix says the format; a plugin with one format is not asked about it."""
    hands = kitchen.visit("draw", *local(kitchen, "notes.txt"), "toy_draw", ".svg", KEEP)
    assert kitchen.ran == [["visualize", "notes.txt", "-p", "toy_draw", "-o", "notes-toy_draw.svg"]]
    assert not any("format" in label for offered in hands.offered for label in offered)
    kitchen.visit("draw", *local(kitchen, "notes.txt"), "toy_fixed", KEEP)
    assert kitchen.ran[-1] == ["visualize", "notes.txt", "-p", "toy_fixed", "-o", "notes-toy_fixed.png"]


def test_a_path_may_be_typed_and_examples_come_along(kitchen: Kitchen) -> None:
    """A file can be named, or be one of the meetings that ship."""
    kitchen.visit("analyse", "type", "notes.txt", "toy_plain", "screen")
    assert kitchen.ran[-1][1] == "notes.txt"
    kitchen.visit("analyse", "examples", "meeting.vtt", "toy_plain", "screen")
    assert Path(kitchen.ran[-1][1]).is_file()


def test_folders_are_walked_through(kitchen: Kitchen) -> None:
    """Folders below and above are lines of the list."""
    (kitchen.folder / "deep").mkdir()
    (kitchen.folder / "deep" / "-x y.txt").write_text("a", encoding="utf-8")
    deep = str(kitchen.folder / "deep")
    kitchen.visit("analyse", "here", deep, "..", deep, f"{deep}/-x y.txt", "toy_plain", "screen")
    assert kitchen.ran[-1][1] == "deep/-x y.txt"


def test_plugins_that_cannot_be_used_are_shown_with_the_reason(kitchen: Kitchen) -> None:
    """They stand at the end and cannot be chosen."""
    from qualia.cli.menu.choosing import plugin_choices

    with Core(kitchen.plugin_dir) as core:
        found = {choice.key: choice for choice in plugin_choices(list(core.plugins.values()))}
    assert "no-such-distribution" in found["toy_absent"].why_not
    assert found["toy_count"].why_not == ""
    assert list(found)[-1] == "toy_absent"


def test_a_plugin_that_cannot_be_loaded_is_told_of_and_the_menu_goes_on(
    kitchen: Kitchen, capsys: pytest.CaptureFixture[str]
) -> None:
    """The error is one sentence, and the first list comes again."""
    kitchen.visit("analyse", *local(kitchen, "notes.txt"), "toy_broken")
    assert "toy_broken" in capsys.readouterr().err
    assert kitchen.ran == []


@pytest.mark.parametrize("leaving", [END, INTERRUPT, LEAVE])
def test_every_branch_can_be_left_at_its_first_question(kitchen: Kitchen, leaving: str) -> None:
    """Ctrl-D, Ctrl-C and the way back lead to the first list, from each of its branches."""
    first = ("analyse", "clean", "draw", "pipelines", "many", "export", "plugins", "settings", "learn")
    kitchen.visit(*(answer for branch in first for answer in (branch, leaving)))
    assert kitchen.ran == []


def test_the_first_list_ends_the_menu(kitchen: Kitchen) -> None:
    """Ctrl-D ends it with 0, Ctrl-C with 130."""
    for answer, code in ((END, ExitCode.OK), (INTERRUPT, ExitCode.INTERRUPTED), (LEAVE, ExitCode.OK)):
        assert visit(visit_of(Hands(answer), kitchen.folder, run=kitchen.note)) == code


def test_a_terminal_that_is_gone_ends_the_menu(kitchen: Kitchen) -> None:
    """End of input at every question leads out, however deep one was."""
    hands = Hands("settings", "cache", *[END] * 3)
    assert visit(visit_of(hands, kitchen.folder, run=kitchen.note)) == ExitCode.OK


def test_a_command_that_failed_is_told_of_with_its_code(kitchen: Kitchen) -> None:
    """The menu says so in a sentence and goes on."""
    for code, told in ((1, "it did not work"), (3, "some of it"), (130, "it was interrupted")):
        kitchen.code = code
        hands = kitchen.visit("plugins", "list", LEAVE)
        assert any(line.startswith(told) for line in hands.told)


def test_the_command_is_shown_as_it_could_have_been_typed(kitchen: Kitchen, capsys: pytest.CaptureFixture[str]) -> None:
    """The folders the menu was called with are part of it, how it is paged is not."""
    kitchen.visit("plugins", "list", LEAVE)
    assert f"  qualia --plugin-dir {kitchen.plugin_dir} list\n" in capsys.readouterr().out


def test_a_branch_is_there_when_its_command_is(kitchen: Kitchen) -> None:
    """What is not installed is not offered."""
    hands = kitchen.visit("settings", LEAVE, names=("config", "analyze"))
    assert hands.offered[0] == ("analyse a document", "settings and upkeep", "leave")
    assert "the cache" not in hands.offered[1]


def test_a_pipeline_is_run_into_a_folder_or_shown(kitchen: Kitchen) -> None:
    """A folder that holds files is used only when somebody says that they may be replaced."""
    (kitchen.folder / "two.toml").write_text('[[steps]]\nplugin = "toy_count"\n', encoding="utf-8")
    chosen = ("pipelines", "run", *local(kitchen, "two.toml"), *local(kitchen, "notes.txt"))
    kitchen.visit(*chosen, "screen", LEAVE)
    assert kitchen.ran[-1] == ["pipeline", "notes.txt", "-c", "two.toml"]
    kitchen.visit(*chosen, "folder", KEEP, LEAVE)
    assert kitchen.ran[-1] == ["pipeline", "notes.txt", "-c", "two.toml", "-o", "notes-two"]
    (kitchen.folder / "notes-two").mkdir()
    (kitchen.folder / "notes-two" / "x").write_text("", encoding="utf-8")
    kitchen.visit(*chosen, "folder", "notes-two", "no", LEAVE)
    assert len(kitchen.ran) == 2
    kitchen.visit(*chosen, "folder", "notes-two", "yes", LEAVE)
    assert kitchen.ran[-1][-1] == "--force"


def test_many_files_are_listed_before_they_are_done(kitchen: Kitchen) -> None:
    """A batch is tried out first, and done when the list was agreed to."""
    asked = ("many", "batch", KEEP, "*.txt", "yes", "plugin", "toy_count", "=top", "7", "go", KEEP, "yes")
    kitchen.visit(*asked, "yes", LEAVE)
    words = ["batch", ".", "-p", "toy_count", "-P", "top=7", "-o", "results", "--pattern", "*.txt", "-r"]
    assert kitchen.ran == [[*words, "--dry-run"], [*words, "--continue-on-error"]]
    kitchen.visit(*asked, "no", LEAVE)
    assert kitchen.ran[2:] == [[*words, "--dry-run"]]


def test_a_folder_is_watched_with_a_pipeline(kitchen: Kitchen) -> None:
    """Every document counts when no pattern is given."""
    (kitchen.folder / "two.toml").write_text("", encoding="utf-8")
    kitchen.visit("many", "watch", KEEP, "", "no", "pipeline", *local(kitchen, "two.toml"), "out", LEAVE)
    assert kitchen.ran == [["watch", ".", "--pipeline", "two.toml", "-o", "out"]]


def test_a_result_is_exported(kitchen: Kitchen) -> None:
    """The form gives the suffix of the suggested name."""
    (kitchen.folder / "words.json").write_text("{}", encoding="utf-8")
    kitchen.visit("export", *local(kitchen, "words.json"), "xlsx", KEEP)
    assert kitchen.ran == [["export", "words.json", "-f", "xlsx", "-o", "words.xlsx"]]


def test_plugins_are_looked_at_and_switched(kitchen: Kitchen) -> None:
    """Only those that are off can be switched on."""
    hands = kitchen.visit("plugins", "list", "inspect", "toy_draw", "disable", "toy_count", "enable", LEAVE)
    assert kitchen.ran == [["list"], ["inspect", "toy_draw"], ["plugins", "disable", "toy_count"]]
    assert "none is switched off" in hands.told


def test_upkeep_runs_its_commands(kitchen: Kitchen) -> None:
    """Clearing the cache is confirmed here, so that the command need not ask."""
    kept = ("cache", "stats", "cache", "clear", "no", "cache", "clear", "yes")
    runs = ("history", "list", "history", "show", "history", "methods")
    names = (*EVERY, "init", "doctor", "cache", "history")
    kitchen.visit("settings", "show", "doctor", *kept, *runs, "init", LEAVE, names=names)
    assert kitchen.ran == [
        ["config", "show"],
        ["doctor"],
        ["cache", "stats"],
        ["cache", "clear", "--yes"],
        ["history", "list"],
        ["history", "show", "last"],
        ["history", "methods", "last"],
        ["init"],
    ]


def test_the_language_changes_at_once_and_is_kept(kitchen: Kitchen) -> None:
    """The list it was changed in speaks it, and so does every command behind it."""
    hands = Hands("settings", "language", "pt-BR", "show", LEAVE, LEAVE)
    ran: list[list[str]] = []
    session = visit_of(hands, kitchen.folder, run=noted(ran))
    visit(session)
    assert hands.asked[-1] == "O que você quer fazer?"
    assert ran == [["--no-pager", "--lang", "pt-BR", "config", "show"]]
    assert session.memory.read().language == "pt-BR"


def test_a_language_is_part_of_a_command_only_where_it_is_not_the_systems(kitchen: Kitchen) -> None:
    """Short names of languages mean the same as long ones."""
    for short, system, words in (("pt", "en", ["--lang", "pt-BR"]), ("pt", "pt-BR", []), ("en", "en", [])):
        session = visit_of(Hands(), kitchen.folder, run=kitchen.note, language=short, system=system)
        assert session.words(["list"]) == [*words, "list"]


def test_files_can_be_forgotten_and_never_remembered(kitchen: Kitchen) -> None:
    """Switched off, nothing is kept any more; switched on again, it is."""
    visited = ("analyse", *local(kitchen, "notes.txt"), "toy_plain", "screen")
    memory = visit_of(Hands(), kitchen.folder / "state", run=kitchen.note).memory
    kitchen.visit(*visited)
    assert memory.read().files == (str(kitchen.folder / "notes.txt"),)
    kitchen.visit("settings", "recent", "clear", LEAVE)
    assert memory.read().files == ()
    kitchen.visit("settings", "recent", "off", LEAVE, *visited)
    assert memory.read().files == ()
    kitchen.visit("settings", "recent", "on", LEAVE, *visited)
    assert memory.read().files == (str(kitchen.folder / "notes.txt"),)


def test_every_command_of_every_tutorial_is_one(kitchen: Kitchen) -> None:
    """Five tutorials, each of at least three screens, whose commands the command line takes."""
    found = lessons("practice")
    assert len(found) == 5
    for lesson in found:
        assert len(lesson.screens) >= 3
        for screen in lesson.screens:
            assert not screen.command or parse(screen.command) is not None


def test_a_tutorial_runs_its_commands_one_by_one(kitchen: Kitchen) -> None:
    """Each waits for Enter; the meeting lies in a folder of its own."""
    kitchen.visit("learn", "analysis", KEEP, *[KEEP] * 5, LEAVE)
    assert [words[0] for words in kitchen.ran] == ["analyze", "analyze", "inspect", "analyze"]
    assert (kitchen.folder / "qualia-tutorial" / "meeting.vtt").is_file()
    kitchen.visit("learn", "pipelines", "again", KEEP, END, "demo", KEEP, LEAVE)
    assert kitchen.ran[4:] == [["demo", "-o", "qualia-demo"]]


# ------------------------------------------------------------------------------------------------------ the wizard


def test_the_wizard_writes_what_was_answered(kitchen: Kitchen) -> None:
    """Name, steps and params are in the file, which is checked and run."""
    step = ("add", "toy_count", "=top", "7", "=skip", "a, b", "go", KEEP)
    new = ("pipelines", "write", "My Plan", "what for", "add", "toy_upper", "go", "loud", *step, *step, "done", "yes")
    kitchen.visit(*new, KEEP, "yes", *local(kitchen, "notes.txt"), "screen", LEAVE)
    assert kitchen.ran == [["pipeline", "check", "my-plan.toml"], ["pipeline", "notes.txt", "-c", "my-plan.toml"]]
    params = {"top": 7, "skip": ["a", "b"]}
    assert Pipeline.from_path("my-plan.toml") == Pipeline(
        name="My Plan",
        description="what for",
        steps=[
            Step(plugin="toy_upper", id="loud"),
            Step(plugin="toy_count", params=params),
            Step(plugin="toy_count", id="toy_count_2", params=params),
        ],
    )


def test_steps_can_be_moved_renamed_and_removed(kitchen: Kitchen) -> None:
    """What is wrong is mended before the file is saved, also after a look at it."""
    first = ("add", "toy_count", "go", KEEP, "add", "toy_upper", "go", KEEP, "add", "toy_plain", KEEP)
    edits = ("=1", "up", "=2", "remove", "done", "no", "=0", "rename", "big", END, LEAVE)
    hands = Hands("pipelines", "write", "p", "", *first, *edits, LEAVE)
    visit(visit_of(hands, kitchen.folder / "state", run=kitchen.note, plugin_dirs=[kitchen.plugin_dir]))
    assert hands.offered[-3][2:4] == ("big: toy_upper", "toy_count")
    assert not list(kitchen.folder.glob("*.toml"))


def test_a_pipeline_that_is_there_is_not_overwritten_unasked(kitchen: Kitchen) -> None:
    """The wizard asks, and takes another name; one without suffix gets it."""
    (kitchen.folder / "p.toml").write_text("old", encoding="utf-8")
    steps = ("pipelines", "write", "p", "", "add", "toy_plain", KEEP, "done", "yes")
    kitchen.visit(*steps, "p.toml", "no", "q", "no", LEAVE)
    assert (kitchen.folder / "p.toml").read_text(encoding="utf-8") == "old"
    assert kitchen.ran == [["pipeline", "check", "q.toml"]]
    kitchen.visit(*steps, "p", "no", "r", "no", LEAVE)
    assert (kitchen.folder / "p.toml").read_text(encoding="utf-8") == "old"


PLANS = st.lists(
    st.one_of(
        st.tuples(
            st.just("toy_upper"), st.fixed_dictionaries({}, optional={"mark": st.sampled_from(["x ", "ç", "="])})
        ),
        st.tuples(
            st.just("toy_count"),
            st.fixed_dictionaries(
                {},
                optional={
                    "top": st.integers(1, 50).filter(lambda top: top != 3),
                    "share": st.sampled_from([0.0, 0.25, 1e-05, 1.0]),
                    "case": st.just(True),
                    "mode": st.just("some"),
                    "skip": st.lists(st.sampled_from(["a", "b", "João"]), min_size=1, unique=True),
                },
            ),
        ),
    ),
    min_size=1,
    max_size=4,
)


def typed(name: str, value: Any) -> tuple[str, str]:
    """Return the answers that set a param in the form."""
    text = ",".join(value) if isinstance(value, list) else str(value)
    is_listed = isinstance(value, bool) or name == "mode"
    return f"={name}", f"={text.lower()}" if is_listed else text


@pytest.mark.properties
@settings(max_examples=15)
@given(plan=PLANS)
def test_a_pipeline_gives_the_same_from_python_the_command_line_and_the_menu(
    plan: list[tuple[str, dict[str, Any]]], plugin_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The wizard's file is the pipeline as Python would write it, and its run gives Python's values."""
    folder = tmp_path_factory.mktemp("plan")
    source, path, results = folder / "notes.txt", folder / "p.toml", folder / "results"
    source.write_text("a a a b b c João\n", encoding="utf-8")
    steps: tuple[Step, ...] = ()
    answers: list[str] = []
    for plugin, params in plan:
        changes = [answer for item in params.items() for answer in typed(*item)]
        answers += ["add", plugin, *changes, "go", KEEP]
        steps = (*steps, Step(plugin=plugin, id=free_id(plugin, steps), params=params))
    run = ("yes", "type", str(source), "folder", str(results), LEAVE, LEAVE)
    hands = Hands("pipelines", "write", "p", "", *answers, "done", "yes", str(path), *run)
    ran: list[list[str]] = []
    visit(visit_of(hands, folder, run=noted(ran), plugin_dirs=[plugin_dir]))
    assert Pipeline.from_path(path) == Pipeline(name="p", steps=steps)
    assert main([*ran[-1], "-q"]) == 0
    with Core(plugin_dir) as core:
        outcome = core.run_pipeline(Pipeline(name="p", steps=steps), Document.from_path(source))
    written = {step: json.loads((results / f"{step}.json").read_text(encoding="utf-8"))["value"] for step in outcome}
    assert written == {step: json.loads(result.to_json())["value"] for step, result in outcome.items()}


@given(name=st.text(max_size=30))
def test_a_name_becomes_the_name_of_a_file(name: str) -> None:
    """It has letters, digits and hyphens alone, and is never empty."""
    assert re.fullmatch(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?", file_stem(name)) is not None


@given(st.lists(st.sampled_from("abc"), max_size=6), st.data())
def test_moving_a_step_keeps_every_step(names: list[str], data: st.DataObject) -> None:
    """Only two neighbours change places."""
    steps: tuple[Step, ...] = ()
    for name in names:
        steps = (*steps, Step(plugin=name, id=free_id(name, steps)))
    assert len({step.id for step in steps}) == len(steps)
    if steps:
        place = data.draw(st.integers(0, len(steps) - 1))
        moved = moved_up(steps, place)
        assert moved[max(place - 1, 0)] == steps[place]
        assert sorted(step.id for step in moved) == sorted(step.id for step in steps)


# --------------------------------------------------------------------------------------------- what is built is taken


@given(file=NAMES, name=st.text(string.ascii_lowercase, min_size=1), text=st.text(max_size=20), output=NAMES)
def test_the_command_line_reads_the_words_as_they_were_meant(file: str, name: str, text: str, output: str) -> None:
    """Whatever a file or a value is called, no word is taken for an option or for standard input."""
    asked = parse(run_words("analyze", file, "p", params={name: text}, output=output))
    assert asked is not None
    assert asked.params == [f"{name}={text}"]
    assert same(asked.output, output)
    assert [file] == [each.removeprefix("./") if file.startswith("-") else each for each in given_files(asked)]


@given(file=NAMES, pipeline=NAMES, folder=st.none() | NAMES, replaces=st.booleans())
def test_a_pipelines_words_are_read_as_they_were_meant(
    file: str, pipeline: str, folder: str | None, replaces: bool
) -> None:
    """Replacing is asked for only where something is written."""
    asked = parse(pipeline_words(file, pipeline, folder=folder, replaces=replaces))
    assert asked is not None
    assert same(asked.output, folder) and asked.force == (replaces and folder is not None)


def same(asked: str | None, meant: str | None) -> bool:
    """Tell whether a path is the one that was meant."""
    return asked == (None if meant is None else path_word(meant))


def given_files(asked: Any) -> list[str]:
    """Return the files a command was given, however it calls them."""
    found = getattr(asked, "files", None) or asked.file
    return [found] if isinstance(found, str) else list(found)


def test_the_menu_needs_a_terminal(qualia: Callable[..., Any]) -> None:
    """In a pipe it says so, and what to do."""
    ran = qualia("menu", plugins=False)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "qualia: error: the menu needs a terminal; `qualia --help` shows the commands that do without\n"


def test_without_the_library_that_draws_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plain questions need none."""
    from importlib import util

    monkeypatch.setattr(util, "find_spec", lambda _name: None)
    monkeypatch.setenv("TERM", "xterm")
    with pytest.raises(ExtraMissing, match=r"pip install 'qualia-core\[cli\]'"):
        asker_for(is_plain=False, has_colour=True)
    assert isinstance(asker_for(is_plain=True, has_colour=True), PlainAsker)
