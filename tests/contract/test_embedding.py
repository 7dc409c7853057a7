"""What a program that embeds Qualia can rely on, seen from fresh interpreters that turn warnings into errors."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

MANIFEST = """
id = "letters"
kind = "analyzer"
version = "1.0.0"
api = ">=1,<2"
summary = "How many letters a text has, and where it was counted."
entry = "Letters"
"""
CODE = """
import os, threading
from qualia.plugin import Analyzer, NoParams

class Letters(Analyzer[NoParams, dict]):
    def analyze(self, document, params):
        return {"letters": len(document.text), "pid": os.getpid(), "thread": threading.current_thread().name}
"""
HEAD = """
import gc, json, os, threading, warnings
from pathlib import Path
from qualia import Core, Document, Settings
PLUGINS = [{plugins!r}]
STATE = {state!r}
def core(**settings):
    return Core(PLUGINS, settings=Settings(**settings))
def told(**facts):
    print(json.dumps(facts))
"""
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
needs_proc = pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="descriptors and memory are read in /proc")


@pytest.fixture
def embed(fresh: Callable[[str], Any], tmp_path: Path) -> Callable[[str], Any]:
    """Run code that may make Cores with one small plugin; return what it told."""
    folder = tmp_path / "plugins" / "letters"
    folder.mkdir(parents=True)
    (folder / "plugin.toml").write_text(MANIFEST, encoding="utf-8")
    (folder / "__init__.py").write_text(CODE, encoding="utf-8")
    head = HEAD.format(plugins=str(folder.parent), state=str(tmp_path / "state"))
    return lambda code: fresh(f"{head}\n{code}")


def test_no_thread_runs_before_something_is_run(embed: Callable[[str], Any]) -> None:
    """Neither an import, nor a Core with its files, nor listing, nor a plain run starts a thread."""
    seen = embed("""
counts = [threading.active_count()]
with core(state_dir=STATE) as one:
    counts.append(threading.active_count())
    list(one.plugins.values())
    counts.append(threading.active_count())
    one.run("letters", Document("abc"))
    counts.append(threading.active_count())
told(counts=counts)
""")
    assert seen == {"counts": [1, 1, 1, 1]}


def test_several_cores_run_at_once_and_share_nothing(embed: Callable[[str], Any]) -> None:
    """Each Core has its own cache and events, and closing one leaves the others at work."""
    seen = embed("""
first, second, third = (core() for _ in range(3))
heard = []
second.subscribe(lambda event: heard.append(event.kind.value))
document = Document("abc")
cached = [first.run("letters", document).cached, first.run("letters", document).cached]
first.close()
cached += [second.run("letters", document).cached, third.run("letters", document).cached]
second.close()
cached += [third.run("letters", document).cached]
third.close()
told(cached=cached, runs=heard.count("run_started"))
""")
    assert seen == {"cached": [False, True, False, False, True], "runs": 1}


def test_a_core_made_in_one_thread_is_used_and_closed_in_others(embed: Callable[[str], Any]) -> None:
    """Files, locks and plugins of a Core belong to no thread: eight threads use one that a ninth closes."""
    seen = embed("""
def in_thread(action):
    thread = threading.Thread(target=action)
    thread.start()
    return thread
made, found = [], []
in_thread(lambda: made.append(core(state_dir=STATE))).join()
def work(number):
    found.append(made[0].run("letters", Document("a" * (number % 4 + 1))).value["letters"])
for thread in [in_thread(lambda number=number: work(number)) for number in range(8)]:
    thread.join()
in_thread(made[0].close).join()
told(found=sorted(found))
""")
    assert seen == {"found": [1, 1, 2, 2, 3, 3, 4, 4]}


@needs_fork
@pytest.mark.parametrize("settings", ["", "state_dir=STATE"], ids=["memory", "disk"])
def test_a_forked_child_uses_its_parents_core(embed: Callable[[str], Any], settings: str) -> None:
    """A child forked after the Core was used runs plugins with it, and so does the parent afterwards."""
    seen = embed(f"""
one = core({settings})
one.run("letters", Document("a"))
read, write = os.pipe()
# From 3.12 on, Python warns of forking with threads; which there are is the host program's business.
warnings.simplefilter("ignore", DeprecationWarning)
child = os.fork()
if child == 0:
    results = [one.run("letters", Document(text)) for text in ("a", "bc")]
    pipeline = {{"steps": [{{"plugin": "letters", "id": id_, "needs": []}} for id_ in ("x", "y")]}}
    results += one.run_pipeline(pipeline, Document("def")).values()
    facts = [[each.value["letters"], each.value["pid"] == os.getpid()] for each in results]
    os.write(write, json.dumps(facts).encode())
    one.close()
    os._exit(0)
status = os.waitpid(child, 0)[1]
facts = json.loads(os.read(read, 10_000))
own = one.run("letters", Document("ghij")).value
one.close()
told(status=status, child=facts, parent=[own["letters"], own["pid"] == os.getpid()])
""")
    assert seen["status"] == 0
    assert [count for count, _ in seen["child"]] == [1, 2, 3, 3]
    # What the parent had computed is a hit in the child; the rest the child computed itself.
    assert [own for _, own in seen["child"]] == [False, True, True, True]
    assert seen["parent"] == [4, True]


@needs_fork
def test_a_child_forked_while_a_run_is_under_way_does_not_hang(embed: Callable[[str], Any]) -> None:
    """Locks of a Core that a thread of the parent holds at the moment of the fork do not stop the child.

    Python's own import locks and SQLite's would: the first run loads what there is to load, and nothing is on disk.
    """
    seen = embed("""
one = core()
one.run("letters", Document("first"))
stop = threading.Event()
def work():
    number = 0
    while not stop.is_set():
        number += 1
        one.run("letters", Document("a" * (number % 50) + str(number)))
threads = [threading.Thread(target=work) for _ in range(2)]
for thread in threads:
    thread.start()
warnings.simplefilter("ignore", DeprecationWarning)
statuses = []
for number in range(5):
    child = os.fork()
    if child == 0:
        import signal
        signal.alarm(5)
        value = one.run("letters", Document("b" * 100)).value["letters"]
        os._exit(0 if value == 100 else 3)
    statuses.append(os.waitpid(child, 0)[1])
stop.set()
for thread in threads:
    thread.join()
one.close()
told(statuses=statuses)
""")
    assert seen == {"statuses": [0] * 5}


@pytest.mark.parametrize(
    "method", ["spawn", pytest.param("forkserver", marks=pytest.mark.skipif(sys.platform == "win32", reason="no fork"))]
)
def test_worker_processes_started_after_the_core_work(embed: Callable[[str], Any], method: str) -> None:
    """Processes that inherit nothing are given what they need: a map over them works like one over threads."""
    seen = embed(f"""
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
with core() as one:
    one.run("letters", Document("a"))
    context = multiprocessing.get_context({method!r})
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        steps = {{"steps": [{{"plugin": "letters"}}]}}
        mapped = list(one.map([Document("a" * n) for n in (1, 2, 3)], steps, executor=pool))
    values = [each.outcome["letters"].value for each in mapped]
told(letters=[each["letters"] for each in values], here=os.getpid() in [each["pid"] for each in values])
""")
    assert seen == {"letters": [1, 2, 3], "here": False}


@pytest.mark.whole
@needs_proc
@pytest.mark.parametrize("settings", ["", "state_dir=STATE"], ids=["memory", "disk"])
def test_making_and_closing_200_cores_leaks_nothing(embed: Callable[[str], Any], settings: str) -> None:
    """After 200 Cores that each ran something, there is no thread, descriptor, module or megabyte more than before."""
    seen = embed(f"""
def once(number):
    with core({settings}) as one:
        one.run("letters", Document(str(number)))
def megabytes():
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
def counts():
    return [threading.active_count(), len(os.listdir("/proc/self/fd")), len(sys.modules), len(sys.meta_path)]
for number in range(50):
    once(number)
before, memory = counts(), megabytes()
for number in range(200):
    once(number)
told(before=before, after=counts(), grown=megabytes() - memory)
""")
    assert seen["after"] == seen["before"]
    assert seen["grown"] < 1.0


@pytest.mark.parametrize(
    ("call", "action"),
    [
        ("one.run('letters', document)", "run plugins"),
        ("one.run_pipeline({'steps': [{'plugin': 'letters'}]}, document)", "run pipelines"),
        ("one.plan({'steps': [{'plugin': 'letters'}]}, document)", "plan pipelines"),
        ("one.map([document], {'steps': [{'plugin': 'letters'}]})", "map"),
        ("one.rerun(result, document)", "run again"),
        ("one.__enter__()", "be entered"),
        ("asyncio.run(one.arun('letters', document))", "run plugins"),
        ("asyncio.run(one.arun_pipeline({'steps': [{'plugin': 'letters'}]}, document))", "run pipelines"),
    ],
)
def test_a_closed_core_says_so(embed: Callable[[str], Any], call: str, action: str) -> None:
    """Every method of a closed Core raises one error that says what it can no longer do; closing twice is fine."""
    seen = embed(f"""
import asyncio
document = Document("a")
with core() as one:
    result = one.run("letters", document)
one.close()
try:
    {call}
except Exception as error:
    told(error=type(error).__name__, text=str(error))
""")
    assert seen["error"] == "CoreClosed"
    assert seen["text"] == f"this Core was closed and cannot {action} any more; create a new one"


def test_what_a_closed_core_found_can_still_be_read(embed: Callable[[str], Any]) -> None:
    """The list of plugins and the settings outlive the Core; loading another plugin does not."""
    seen = embed("""
with core() as one:
    pass
try:
    one.plugins.params("letters")
except Exception as error:
    told(ids=len(one.plugins), failures=one.settings.max_failures, error=type(error).__name__)
""")
    assert seen == {"ids": 8, "failures": 5, "error": "CoreClosed"}


@pytest.mark.parametrize("settings", ["", "state_dir=STATE"], ids=["memory", "disk"])
def test_a_core_that_is_forgotten_warns(embed: Callable[[str], Any], settings: str) -> None:
    """Whoever drops a Core without closing it gets a ResourceWarning that says how to do better."""
    seen = embed(f"""
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    one = core({settings})
    one.run("letters", Document("a"))
    del one
    gc.collect()
told(warned=[[each.category.__name__, str(each.message)] for each in caught])
""")
    assert ["ResourceWarning", "a Core was not closed; use 'with Core() as core:'"] in seen["warned"]
    assert {name for name, _ in seen["warned"]} == {"ResourceWarning"}


def test_a_core_that_could_not_be_made_does_not_warn(embed: Callable[[str], Any]) -> None:
    """A wrong setting raises its own error and nothing else."""
    seen = embed("""
os.environ["QUALIA_OPEN_S"] = "soon"
try:
    Core()
except Exception as error:
    name = type(error).__name__
gc.collect()
told(error=name)
""")
    assert seen == {"error": "InvalidSetting"}


def test_one_core_serves_several_event_loops(embed: Callable[[str], Any]) -> None:
    """``asyncio.run`` may be called again with the same Core: nothing of it belongs to a loop."""
    seen = embed("""
import asyncio
with core() as one:
    async def both(texts):
        found = await asyncio.gather(*(one.arun("letters", Document(text)) for text in texts))
        return [each.value["letters"] for each in found]
    counts = [asyncio.run(both(texts)) for texts in (("a", "bb"), ("ccc", "a"))]
told(counts=counts)
""")
    assert seen == {"counts": [[1, 2], [3, 1]]}


def test_leaving_the_interpreter_with_an_open_core_ends_it(fresh: Callable[[str], Any]) -> None:
    """A program that never closes its Core still ends, and its exit code is its own."""
    seen = fresh("""
import subprocess
code = f'''
import sys; sys.path[:] = {sys.path!r}
from qualia import Core, Document
core = Core()
core.run_pipeline({{"steps": [{{"plugin": "word_frequency", "id": i}} for i in "ab"]}}, Document("a b"))
sys.exit(3)
'''
done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, timeout=30)
print(done.returncode)
""")
    assert seen == 3
