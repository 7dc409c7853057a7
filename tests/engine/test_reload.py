"""Hot reload: generations, the one swap, and what stays when it fails."""

from __future__ import annotations

import gc
import linecache
import sys
import threading
import traceback
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from qualia import Core, Document, Event
from qualia.errors import CircuitOpen, InvalidManifest, NoEarlierGeneration, PluginFailed, UnknownPlugin

TEXT = Document("Oi")
Write = Callable[..., Path]
MakeCore = Callable[..., Core]
Notes = Callable[[], list[str]]
Listen = Callable[[Core], list[Event]]


def kinds(heard: list[Event], *wanted: str) -> list[str]:
    """Return the kinds of events heard, those wanted only."""
    return [each.kind.value for each in heard if each.kind.value in wanted]


def plugin_modules() -> list[str]:
    """Return the modules of plugins that are loaded now, those of this test last."""
    return [name for name in list(sys.modules) if name.startswith("_qualia_plugin_a_")]


class Retirements:
    """Counts the generations of a Core that were retired."""

    def __init__(self, core: Core) -> None:
        self._changed: threading.Condition = threading.Condition()
        self.numbers: list[int] = []
        core.subscribe(self._hear, wait=True)

    def _hear(self, event: Event) -> None:
        if event.kind == "plugin_retired":
            with self._changed:
                self.numbers.append(event.details["generation"])
                self._changed.notify_all()

    def wait_for(self, count: int) -> list[int]:
        """Wait until so many were, and return their numbers."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.numbers) >= count, 10)
            return sorted(self.numbers)


def test_a_reload_swaps_in_what_the_folder_holds_now(write: Write, make_core: MakeCore, listen: Listen) -> None:
    """The next call runs the new code, and everybody hears of it."""
    write("a", "return 'old'")
    core = make_core()
    heard = listen(core)
    assert core.run("a", TEXT).value == "old"
    write("a", "return 'new'", version="1.1.0")
    info = core.reload("a")
    assert (core.run("a", TEXT).value, info.version, info.generation, info.state) == ("new", "1.1.0", 2, "loaded")
    assert kinds(heard, "plugin_loaded", "plugin_reloaded") == ["plugin_loaded", "plugin_reloaded"]


def test_a_save_of_the_same_size_in_the_same_moment_is_seen(write: Write, make_core: MakeCore) -> None:
    """Bytes decide, never times: twenty quick saves give twenty versions."""
    folder = write("a", "return 0")
    source = (folder / "__init__.py").read_text(encoding="utf-8")
    core = make_core()
    for number in range(1, 10):
        (folder / "__init__.py").write_text(source.replace("return 0", f"return {number}"), encoding="utf-8")
        core.reload("a")
        assert core.run("a", TEXT).value == number


def test_the_same_content_is_no_new_version(write: Write, make_core: MakeCore, listen: Listen) -> None:
    """After touch, chmod or a save without a change the same generation answers."""
    folder = write("a", "return 1")
    core = make_core()
    core.run("a", TEXT)
    heard = listen(core)
    (folder / "__init__.py").touch()
    (folder / "__init__.py").chmod(0o600)
    assert (core.reload("a").generation, heard) == (1, [])


def test_a_plugin_that_was_not_loaded_is_loaded_by_a_reload(write: Write, make_core: MakeCore, listen: Listen) -> None:
    """Its first version is the one that lies there now, and that is told."""
    write("a", "return 1")
    core = make_core()
    heard = listen(core)
    assert core.reload("a").state == "loaded"
    assert kinds(heard, "plugin_loaded", "plugin_reloaded") == ["plugin_loaded"]


def test_submodules_and_deleted_names_are_reloaded_too(write: Write, make_core: MakeCore) -> None:
    """The whole package is made anew: a changed submodule counts, and a name that was deleted is gone."""
    folder = write(
        "a",
        "return [deep.WORD, 'GONE' in globals()]",
        head="from . import deep\nGONE = 1",
        files={"deep.py": "WORD = 1"},
    )
    core = make_core()
    assert core.run("a", TEXT).value == (1, True)
    write("a", "return [deep.WORD, 'GONE' in globals()]", head="from . import deep", files={"deep.py": "WORD = 2"})
    core.reload("a")
    assert core.run("a", TEXT).value == (2, False)
    assert folder.is_dir()


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("x = (\n", 1),
        ("import nothing_of_this_name\n", 1),
        ("\n\nraise ValueError('no')\n", 3),
        ("import sys\nsys.exit(3)\n", 2),
    ],
    ids=["syntax", "import", "raises", "exit"],
)
def test_a_failed_reload_keeps_the_old_version(
    write: Write, make_core: MakeCore, listen: Listen, code: str, line: int
) -> None:
    """The error names file and line; calls, breaker and modules are as before, and the next good load mends it."""
    folder = write("a", "return 'old'")
    core = make_core()
    core.run("a", TEXT)
    heard, modules = listen(core), plugin_modules()
    (folder / "__init__.py").write_text(code, encoding="utf-8")
    with pytest.raises(PluginFailed) as caught:
        core.reload("a")
    assert caught.value.place == f"{folder / '__init__.py'}:{line}"
    assert (core.run("a", Document("more")).value, plugin_modules()) == ("old", modules)
    failure = next(each for each in heard if each.kind == "reload_failed")
    assert (failure.details["place"], failure.details["generation"]) == (caught.value.place, 1)
    assert failure.details["excerpt"] == code.splitlines()[line - 1].strip()
    write("a", "return 'new'")
    core.reload("a")
    assert core.run("a", TEXT).value == "new"


def test_taking_a_mistake_back_is_told(write: Write, make_core: MakeCore, listen: Listen) -> None:
    """The same generation answers, and whoever heard of the failure hears that it is over; once."""
    write("a", "return 1")
    core = make_core()
    core.run("a", TEXT)
    folder = write("a", head="x = (")
    with pytest.raises(PluginFailed):
        core.reload("a")
    heard = listen(core)
    write("a", "return 1")
    assert (core.reload("a").generation, core.reload("a").generation, folder.is_dir()) == (1, 1, True)
    assert kinds(heard, "plugin_reloaded", "plugin_loaded", "reload_failed") == ["plugin_reloaded"]


def test_a_broken_manifest_keeps_the_old_version(write: Write, make_core: MakeCore) -> None:
    """A plugin.toml that cannot be read is a failed reload with its place, even where the folder has another name."""
    folder = write("a", "return 'old'", name="elsewhere")
    core = make_core()
    core.run("a", TEXT)
    (folder / "plugin.toml").write_text('id = "a"\nkind = \n', encoding="utf-8")
    with pytest.raises(InvalidManifest, match=r"plugin\.toml:2"):
        core.reload("a")
    assert (core.run("a", Document("more")).value, sorted(core.plugins)) == ("old", ["a"])


def test_an_unknown_plugin_cannot_be_reloaded(write: Write, make_core: MakeCore) -> None:
    """The nearest id is named."""
    write("counter")
    with pytest.raises(UnknownPlugin, match="counter"):
        make_core().reload("countr")


def test_a_new_plugin_is_found_by_its_id(write: Write, make_core: MakeCore, listen: Listen) -> None:
    """A folder that came after the Core was made is there once it is reloaded."""
    write("a")
    core = make_core()
    heard = listen(core)
    write("b", "return 2")
    assert (core.reload("b").state, core.run("b", TEXT).value) == ("loaded", 2)
    assert kinds(heard, "plugin_found") == ["plugin_found"]


def test_a_call_ends_on_the_version_it_began_on(write: Write, make_core: MakeCore, gate: Any) -> None:
    """A call under way sees one version; its package stays whole until then, and is retired afterwards."""
    body = (
        "from gate import entered, leave\nentered.set()\nleave.wait(10)\nfrom .late import WORD\nreturn [FIRST, WORD]"
    )
    write("a", body, head="FIRST = 1", files={"late.py": "WORD = 1"})
    core = make_core()
    retirements = Retirements(core)
    answers: list[Any] = []
    caller = threading.Thread(target=lambda: answers.append(core.run("a", TEXT).value))
    caller.start()
    assert gate.entered.wait(10)
    write("a", body, head="FIRST = 2", files={"late.py": "WORD = 2"})
    core.reload("a")
    assert retirements.numbers == []
    gate.leave.set()
    caller.join(10)
    assert answers == [(1, 1)]
    assert core.run("a", TEXT).value == (2, 2)
    assert retirements.wait_for(1) == [1]


def test_a_pipeline_runs_on_one_snapshot(write: Write, make_core: MakeCore, gate: Any) -> None:
    """What is reloaded while a pipeline runs does not reach its later steps."""
    write("first", "from gate import entered, leave\nentered.set()\nleave.wait(10)\nreturn 1")
    write("second", "return 'old'")
    core = make_core()
    core.run("second", Document("x"))
    answers: list[Any] = []
    steps = [{"plugin": "first"}, {"plugin": "second", "needs": ["first"]}]
    caller = threading.Thread(target=lambda: answers.append(core.run_pipeline({"steps": steps}, TEXT)["second"].value))
    caller.start()
    assert gate.entered.wait(10)
    write("second", "return 'new'")
    core.reload("second")
    assert core.run("second", TEXT).value == "new"
    gate.leave.set()
    caller.join(10)
    assert answers == ["old"]


def test_a_retired_version_is_closed_last_first(write: Write, make_core: MakeCore, notes: Notes) -> None:
    """What calls asked for is done in reverse, then the plugin closes, once; the new one has been opened by then."""
    methods = "def open(self): note('open')\ndef close(self): note('close')\n"
    asks = """def analyze(self, document, params, *, context):
    context.on_close(one)
    context.on_close(two)
    return VERSION
"""
    head = "VERSION = 1\ndef one(): note('one')\ndef two(): note('two')"
    code = (write("a", methods=methods, head=head) / "__init__.py").read_text(encoding="utf-8")
    code = code[: code.index("    def analyze")] + "\n".join(f"    {line}" for line in asks.splitlines()) + "\n"
    folder = write("a", code=code)
    core = make_core()
    retirements = Retirements(core)
    core.run("a", TEXT)
    (folder / "__init__.py").write_text(code.replace("VERSION = 1", "VERSION = 2"), encoding="utf-8")
    core.reload("a")
    retirements.wait_for(1)
    assert notes() == ["open", "two", "one", "close"]
    assert core.run("a", TEXT).value == 2


def test_an_ending_that_raises_is_told_and_hinders_nothing(write: Write, make_core: MakeCore, listen: Listen) -> None:
    """The other endings run, the version is unloaded, and the error is an event."""
    write("a", "return 1", methods="def close(self): raise ValueError('stuck')")
    before, core = plugin_modules(), make_core()
    core.run("a", TEXT)
    heard, retirements = listen(core), Retirements(core)
    write("a", "return 2")
    core.reload("a")
    retirements.wait_for(1)
    assert next(each.details["error"] for each in heard if each.kind == "step_failed").endswith("ValueError: stuck")
    assert len(plugin_modules()) == len(before) + 1


def test_an_ending_that_hangs_holds_up_nobody(write: Write, make_core: MakeCore, gate: Any) -> None:
    """The reload returns, and the new version answers, while the old one is still closing."""
    write("a", "return 1", methods="def close(self):\n    import gate\n    gate.entered.set()\n    gate.leave.wait(10)")
    core = make_core()
    core.run("a", TEXT)
    write("a", "return 2")
    core.reload("a")
    assert gate.entered.wait(10)
    assert core.run("a", TEXT).value == 2


def test_a_third_version_at_work_is_told(write: Write, make_core: MakeCore, listen: Listen, gate: Any) -> None:
    """When two older generations are still busy, a warning names them."""
    body = "from gate import entered, leave\nentered.set()\nleave.wait(10)\nreturn {}"
    write("a", body.format(1))
    core = make_core()
    heard = listen(core)
    callers = []
    for number in (2, 3):
        gate.entered.clear()
        callers.append(threading.Thread(target=core.run, args=("a", Document(str(number)))))
        callers[-1].start()
        assert gate.entered.wait(10)
        write("a", body.format(number))
        core.reload("a")
    told = [each.details["message"] for each in heard if each.kind == "warning"]
    assert len(told) == 1
    assert "generations 1 and 2 of plugin 'a'" in told[0]
    gate.leave.set()
    for caller in callers:
        caller.join(10)


def test_a_new_version_begins_with_a_fresh_breaker(write: Write, make_core: MakeCore) -> None:
    """An open circuit of the old code lets the new code try; if it works the circuit is closed."""
    write("a", "raise ValueError(document.text)")
    core = make_core(max_failures=2)
    for text in "xy":
        with pytest.raises(PluginFailed):
            core.run("a", Document(text))
    with pytest.raises(CircuitOpen):
        core.run("a", TEXT)
    write("a", "return 'mended'")
    core.reload("a")
    assert core.run("a", TEXT).value == "mended"


def test_late_failures_of_old_code_do_not_count_against_the_new(write: Write, make_core: MakeCore, gate: Any) -> None:
    """A call that began on the old version fails after the swap; the new one has a clean slate."""
    write("a", "from gate import entered, leave\nentered.set()\nleave.wait(10)\nraise ValueError(document.text)")
    core = make_core(max_failures=1)
    callers = [threading.Thread(target=_swallow, args=(core, text)) for text in "xy"]
    for caller in callers:
        gate.entered.clear()
        caller.start()
        assert gate.entered.wait(10)
    write("a", "return 'good'")
    core.reload("a")
    gate.leave.set()
    for caller in callers:
        caller.join(10)
    assert core.run("a", TEXT).value == "good"


def _swallow(core: Core, text: str) -> None:
    with pytest.raises(PluginFailed):
        core.run("a", Document(text))


def test_a_failed_reload_does_not_touch_the_breaker(write: Write, make_core: MakeCore, listen: Listen) -> None:
    """Ten failed loads count for nothing."""
    folder = write("a", "return document.text")
    core = make_core(max_failures=1)
    core.run("a", TEXT)
    heard = listen(core)
    (folder / "__init__.py").write_text("raise ValueError", encoding="utf-8")
    for _ in range(10):
        with pytest.raises(PluginFailed):
            core.reload("a")
    assert (core.run("a", Document("x")).value, kinds(heard, "breaker_moved")) == ("x", [])


def test_the_cache_keeps_versions_apart(write: Write, make_core: MakeCore, notes: Notes) -> None:
    """New code is another call; going back finds what the old code gave."""
    write("a", "note('old')\nreturn 'old'")
    core = make_core()
    core.run("a", TEXT)
    write("a", "note('new')\nreturn 'new'")
    core.reload("a")
    core.run("a", TEXT)
    core.rollback("a")
    assert (core.run("a", TEXT).value, core.run("a", TEXT).cached, notes()) == ("old", True, ["old", "new"])


def test_a_changed_data_file_is_a_new_version(write: Write, make_core: MakeCore) -> None:
    """Every file of the folder counts, not only code."""
    body = "return (Path(__file__).parent / 'words.txt').read_text()"
    folder = write("a", body, files={"words.txt": "um"})
    core = make_core()
    assert core.run("a", TEXT).value == "um"
    (folder / "words.txt").write_text("dois", encoding="utf-8")
    assert (core.reload("a").generation, core.run("a", TEXT).value) == (2, "dois")


def test_rolling_back_returns_to_the_code_before_and_forward_again(write: Write, make_core: MakeCore) -> None:
    """What answered before the last swap answers again, whatever lies in the folder; twice is forward."""
    write("a", "return 'old'", version="1.0.0")
    core = make_core()
    core.run("a", TEXT)
    write("a", "return 'new'", version="2.0.0")
    core.reload("a")
    back = core.rollback("a")
    assert (back.version, back.generation, core.run("a", TEXT).value) == ("1.0.0", 3, "old")
    forward = core.rollback("a")
    assert (forward.version, core.run("a", TEXT).value) == ("2.0.0", "new")


def test_rolling_back_takes_code_back_and_says_so_in_the_hash(write: Write, make_core: MakeCore) -> None:
    """Data files are what lies there now, so a result made after going back never passes for one made before."""
    body = "return (Path(__file__).parent / 'words.txt').read_text()"
    folder = write("a", body, files={"words.txt": "um"})
    core = make_core()
    before = core.run("a", TEXT)
    (folder / "words.txt").write_text("dois", encoding="utf-8")
    core.reload("a")
    core.rollback("a")
    after = core.run("a", TEXT)
    assert (after.value, after.provenance.code_hash == before.provenance.code_hash) == ("dois", False)


def test_there_is_nothing_to_go_back_to_before_a_reload(write: Write, make_core: MakeCore) -> None:
    """The sentence says why."""
    write("a")
    with pytest.raises(NoEarlierGeneration, match="'a' has no earlier version"):
        make_core().rollback("a")


def test_a_traceback_of_old_code_shows_the_lines_that_ran(write: Write, make_core: MakeCore) -> None:
    """Each version keeps its own source, however often the file has changed since."""
    folder = write("a", "raise ValueError('first')  # line of the first version")
    core = make_core()
    seen = [_traceback(core, "1")]
    for word in ("second", "third"):
        write("a", f"\nraise ValueError('{word}')  # line of the {word} version")
        core.reload("a")
        seen.append(_traceback(core, word))
    for word, text in zip(("first", "second", "third"), seen, strict=True):
        assert f"# line of the {word} version" in text
    with pytest.raises(PluginFailed) as caught:
        core.run("a", Document("place"))
    assert caught.value.place.startswith(f"{folder / '__init__.py'}:")


def _traceback(core: Core, text: str) -> str:
    with pytest.raises(PluginFailed) as caught:
        core.run("a", Document(text))
    assert caught.value.__cause__ is not None
    return "".join(traceback.format_exception(caught.value.__cause__))


def test_two_cores_reload_apart(write: Write, make_core: MakeCore) -> None:
    """Reloading in one leaves the other on the version it has."""
    write("a", "return 'old'")
    one, two = make_core(), make_core()
    one.run("a", TEXT)
    two.run("a", TEXT)
    write("a", "return 'new'")
    one.reload("a")
    assert (one.run("a", Document("x")).value, two.run("a", Document("x")).value) == ("new", "old")


def test_ten_thousand_calls_during_two_hundred_reloads_see_one_version_each(write: Write, make_core: MakeCore) -> None:
    """From eight threads: no error, and no call that mixes two versions."""
    body = "return [first(), deep.VERSION, int(document.text)]"
    head = "from . import deep\nVERSION = {0}\ndef first(): return VERSION"
    write("a", body, head=head.format(0), files={"deep.py": "VERSION = 0"})
    core = make_core(cache_max_bytes=0)
    core.run("a", Document("0"))
    wrong: list[Any] = []

    def call(thread: int) -> None:
        for number in range(1250):
            first, second, text = core.run("a", Document(str(thread * 1250 + number))).value
            if first != second or text != thread * 1250 + number:
                wrong.append((first, second))

    callers = [threading.Thread(target=call, args=(thread,)) for thread in range(8)]
    for caller in callers:
        caller.start()
    for version in range(1, 201):
        write("a", body, head=head.format(version), files={"deep.py": f"VERSION = {version}"})
        try:
            core.reload("a")
        except PluginFailed:
            pytest.fail("a reload failed")
    for caller in callers:
        caller.join(60)
    assert (wrong, core.plugins["a"].generation, core.run("a", Document("1")).value[0]) == ([], 201, 200)


def test_retired_versions_leave_nothing_behind(write: Write, make_core: MakeCore) -> None:
    """After a hundred reloads there is one package, no class of an older one, and no source of it."""
    count = 100
    head = "@frozen\nclass Own:\n    x: int = {0}"
    write("a", "return Own().x", head=head.format(0))
    before, core = plugin_modules(), make_core()
    retirements, classes = Retirements(core), []
    for version in range(1, count + 1):
        core.run("a", Document(str(version)))
        module = sys.modules[plugin_modules()[-1]]
        classes.append(weakref.ref(vars(module)["Own"]))
        write("a", "return Own().x", head=head.format(version))
        core.reload("a")
        del module
    retirements.wait_for(count)
    gc.collect()
    alive = [each for each in classes if each() is not None]
    modules = [each for each in plugin_modules() if each not in before]
    assert (len(alive), len(modules)) == (0, 1)
    assert [
        each for each in linecache.cache if "_qualia_plugin_a" in each and not _is_of(each, (*before, *modules))
    ] == []
    assert len([each for each in linecache.cache if "#g" in each]) <= 2


def _is_of(file: str, modules: tuple[str, ...]) -> bool:
    return any(module in file for module in modules)


def test_the_watch_reloads_what_is_saved(write: Write, make_core: MakeCore) -> None:
    """Inside the block a save is enough; afterwards it is not."""
    write("a", "return 'old'")
    core = make_core()
    core.run("a", TEXT)
    reloaded = threading.Event()
    core.subscribe(lambda event: reloaded.set() if event.kind == "plugin_reloaded" else None, wait=True)
    with core.watch():
        write("a", "return 'new'")
        assert reloaded.wait(10)
        assert core.run("a", TEXT).value == "new"
    assert [each.name for each in threading.enumerate() if each.name == "qualia-watch"] == []


def test_the_watch_finds_removes_and_swaps_all_at_once(
    write: Write, make_core: MakeCore, plugin_folder: Path, listen: Listen
) -> None:
    """Two plugins that change together change in one swap; a new one comes, a deleted one goes."""
    import shutil

    for name in "abc":
        write(name, "return 1")
    core = make_core()
    for name in "abc":
        core.run(name, TEXT)
    heard, done = listen(core), threading.Event()
    wanted = {("plugin_reloaded", "a"), ("plugin_reloaded", "b"), ("plugin_removed", "c"), ("plugin_found", "d")}
    left = set(wanted)

    def hear(event: Event) -> None:
        left.discard((event.kind.value, str(event.plugin)))
        if not left:
            done.set()

    core.subscribe(hear, wait=True)
    with core.watch():
        write("a", "return 2")
        write("b", "return 2")
        write("d", "return 4")
        shutil.rmtree(plugin_folder / "c")
        assert done.wait(10), left
    assert [core.run(name, TEXT).value for name in "abd"] == [2, 2, 4]
    with pytest.raises(UnknownPlugin):
        core.run("c", TEXT)
    assert heard


def test_the_watch_tells_of_a_failure_once_and_of_the_mending(write: Write, make_core: MakeCore) -> None:
    """A save that cannot be loaded is told with its place; the old version answers until the next good save."""
    folder = write("a", "return 'old'")
    core = make_core()
    core.run("a", TEXT)
    heard: list[Event] = []
    failed, mended = threading.Event(), threading.Event()

    def hear(event: Event) -> None:
        heard.append(event)
        if event.kind == "reload_failed":
            failed.set()
        if event.kind == "plugin_reloaded":
            mended.set()

    core.subscribe(hear, wait=True)
    with core.watch():
        (folder / "__init__.py").write_text("x = (\n", encoding="utf-8")
        assert failed.wait(10)
        assert core.run("a", Document("x")).value == "old"
        write("a", "return 'new'")
        assert mended.wait(10)
    assert core.run("a", Document("x")).value == "new"
    failures = [each for each in heard if each.kind == "reload_failed"]
    assert [each.details["place"] for each in failures] == [f"{folder / '__init__.py'}:1"]


def test_closing_a_core_ends_its_watch(write: Write, make_core: MakeCore) -> None:
    """Nobody has to stop it first, and stopping it afterwards is fine."""
    write("a")
    core = make_core()
    watching = core.watch()
    core.close()
    assert [each.name for each in threading.enumerate() if each.name == "qualia-watch"] == []
    watching.stop()
