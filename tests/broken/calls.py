"""Plugins that go wrong when they are called."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.broken.corpus import Case, of_call

NARROW: dict[str, Any] = {"limits": {"memory_mb": 512}}


def cases() -> Iterator[Case]:
    """Yield each of them."""
    yield from _wrong_results()
    yield from _meddling()
    yield from _raising()
    yield from _taking_down()
    yield from _changing_the_process()


def _wrong_results() -> Iterator[Case]:
    results = {
        "lambda": ("lambda: 1", "a function"),
        "object": ("object()", "a object"),
        "generator": ("(x for x in 'ab')", "a generator"),
        "set": ("{1, 2}", "a set"),
        "bytes": ("b'x'", "a bytes"),
        "complex": ("1j", "a complex"),
        "number_no_number": ("float('nan')", "is nan"),
        "infinity": ("[1.0, float('inf')]", "is inf"),
        "odd_key": ("{1: 2}", "has the key 1"),
    }
    for name, (value, told) in results.items():
        yield of_call(f"gives_{name}", f"return {value}", f"QP505: {told}", line=0)
    circle = "whole = []\nwhole.append(whole)\nreturn whole"
    yield of_call("gives_a_circle", circle, "QP505: ", line=0)
    deep = "whole = []\nfor _ in range(100_000):\n    whole = [whole]\nreturn whole"
    yield of_call("gives_a_bottomless_list", deep, "QP505: ", line=0)
    record = {"produces": "word-frequencies/1"}
    yield of_call("gives_no_record", "return {'total': 1}", "QP505: WordFrequencies was promised", line=0, keys=record)
    yield of_call("gives_nothing", "pass", "QP505: a NoneType", line=0, keys=record)
    kind = {"kind": "document"}
    yield of_call("gives_no_document", "return document.text", "QP505: Document was promised", line=0, **kind)
    kind = {"kind": "visualizer"}
    yield of_call("gives_no_artifact", "return b'drawn'", "QP505: Artifact was promised", line=0, **kind)
    body = "return Artifact(media_type='image/png', data=b'x', name='x.png')"
    yield of_call("gives_another_media_type", body, "QP505: not among what it produces", line=0, **kind)
    body = "return Artifact(media_type='text/plain', data='x', name='x.txt')"
    yield of_call("gives_text_for_bytes", body, "QP505: give bytes", line=0, **kind)
    told = "QP508: another result the second time"
    random = "import random\nreturn random.random()"
    yield of_call("gives_what_it_likes", random, told, line=0, outcome="answers")


def _meddling() -> Iterator[Case]:
    how: dict[str, Any] = {"outcome": "answers", "needs_process": True}
    yield of_call("changes_its_input", "document.text = 'x'", "QP504: FrozenInstanceError")
    body = "object.__setattr__(document, 'text', 'x')\nreturn {}"
    yield of_call("changes_its_input_by_force", body, "QP407: object.__setattr__", "QP507: its own input", **how)
    yield of_call("changes_its_metadata", "document.metadata['x'] = 1", "QP504: TypeError: this mapping")
    yield of_call("changes_its_params", "params.top = 3", "QP504: ")
    yield of_call("keeps_its_calls", "self.calls = 1\nreturn {}", "QP401: self.calls", outcome="answers")


def _raising() -> Iterator[Case]:
    yield of_call("raises", "raise ValueError('no luck')", "QP504: ValueError: no luck")
    yield of_call("raises_exit", "raise SystemExit(2)", "QP403: SystemExit", "QP504: SystemExit")
    exits = "import sys\nsys.exit('bye')"
    yield of_call("exits", exits, "QP403: sys.exit", "QP504: SystemExit: bye", line=2)
    for name in ("KeyboardInterrupt", "GeneratorExit"):
        says = (f"QP403: {name}", f"QP504: {name}")
        yield of_call(f"raises_{name.lower()}", f"raise {name}", *says, needs_process=True)
    own = "class Odd(BaseException): pass\nraise Odd('odd')"
    yield of_call("raises_its_own_base", own, "QP504: Odd: odd", line=2)
    mute = "class Mute(Exception):\n    def __str__(self): raise OSError\nraise Mute"
    yield of_call("raises_what_cannot_be_told", mute, "QP504: Mute", line=3)
    yield of_call("raises_a_novel", "raise ValueError('x' * 10_000_000)", "QP504: ValueError: xxx")
    group = "raise ExceptionGroup('all', [ValueError(1), OSError(2)])"
    yield of_call("raises_a_group", group, "QP504: ExceptionGroup: all")
    yield of_call("raises_stop", "raise StopIteration", "QP504: StopIteration")
    refuse = "from qualia.plugin import UnsupportedInput\nraise UnsupportedInput('it', 'does not like texts')"
    yield of_call("refuses_everything", refuse, "QP511: does not like texts", line=0, outcome="refuses")
    deep = "def f(n):\n    return f(n + 1)\nreturn f(0)"
    yield of_call("is_bottomless", deep, "QP504: RecursionError", line=2)


def _taking_down() -> Iterator[Case]:
    how: dict[str, Any] = {"needs_process": True}
    posix: dict[str, Any] = {**how, "needs": "posix"}
    yield of_call("segfaults", "import ctypes\nctypes.string_at(0)", "QP502: SIGSEGV", line=2, **posix)
    yield of_call("aborts", "import os\nos.abort()", "QP403: os.abort", "QP502: SIGABRT", line=2, **posix)
    kills = "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"
    yield of_call("kills_itself", kills, "QP403: os.kill", "QP502: SIGKILL", line=2, blind=True, **posix)
    yield of_call("vanishes", "import os\nos._exit(7)", "QP403: os._exit", "QP502: os._exit(7)", line=2, **how)
    yield of_call("hangs", "while True:\n    pass", "QP503: a talk with speakers", line=-1, timeout_s=1.0, **how)
    waits = "import threading\nthreading.Event().wait()"
    yield of_call("waits_for_ever", waits, "QP503: a talk", line=2, timeout_s=1.0, **how)
    regex = "import re\nreturn {'found': bool(re.match(r'(a+)+$', 'a' * 64 + 'b'))}"
    yield of_call("matches_for_ever", regex, "QP503: a talk", line=2, timeout_s=1.0, **how)
    bomb = "blocks = []\nwhile True:\n    blocks.append(b'x' * (1 << 25))"
    yield of_call("swallows_memory", bomb, "QP504: MemoryError", line=3, keys=NARROW, **posix)
    stack = "import sys\nsys.setrecursionlimit(10**8)\nf = lambda _: sorted([0], key=f)\nreturn f(0)"
    yield of_call("overflows_the_stack", stack, "QP405: sys.setrecursionlimit", "QP50", line=2, blind=True, **posix)
    forks = "import os, time\nfor _ in range(8):\n    if not os.fork():\n        time.sleep(60)\nreturn {}"
    yield of_call("forks", forks, "QP405: os.fork", line=3, outcome="answers", **posix)
    flood = "for _ in range(20_000):\n    print('x' * 99)\nreturn {}"
    yield of_call("floods", flood, "QP509: bytes to stdout", line=0, outcome="answers", **how)


def _changing_the_process() -> Iterator[Case]:
    how: dict[str, Any] = {"needs_process": True, "outcome": "answers"}
    changes = {
        "closes_stdout": ("import os\nos.close(1)\nos.close(2)\nreturn {}", "os.close", "another standard output"),
        "changes_folder": ("import os\nos.chdir('/')\nreturn {}", "os.chdir", "another working folder"),
        "changes_path": ("import sys\nsys.path.insert(0, 'x')\nreturn {}", "sys.path.insert", "another sys.path"),
        "changes_locale": ("import locale\nlocale.setlocale(locale.LC_ALL, 'C')\nreturn {}", "locale.setlocale", ""),
        "changes_builtins": ("import builtins\nbuiltins.ascii = repr\nreturn {}", "builtins.ascii", "builtins"),
        "changes_signals": (
            "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nreturn {}",
            "signal.signal",
            "another handler",
        ),
        "seeds_chance": ("import random\nrandom.seed(1)\nreturn {}", "random.seed", ""),
    }
    for name, (body, call, trace) in changes.items():
        says = (f"QP405: {call}", *([f"QP510: {trace}"] if trace else []))
        yield of_call(name, body, *says, line=2, **how)
    body = "import builtins\nbuiltins.len = max\nreturn {}"
    yield of_call("breaks_builtins", body, "QP405: builtins.len", "QP502: ", line=2, needs_process=True, blind=True)
    body = "import atexit\natexit.register(print)\nreturn {}"
    yield of_call("outlives_its_reload", body, "QP406: atexit.register", line=2, **how)
    body = "return {'sum': eval('1 + 1')}"
    yield of_call("evaluates_text", body, "QP404: eval", outcome="answers")
