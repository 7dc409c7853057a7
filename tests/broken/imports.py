"""Plugins that do not parse, do not import, or are not what their manifest says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.broken.corpus import Case, code, manifest, of_code, of_import

BARE = "from qualia.plugin import Analyzer, NoParams, Visualizer\n"


def cases() -> Iterator[Case]:
    """Yield each of them."""
    yield from _no_python()
    yield from _no_entry()
    yield from _bad_imports()
    yield from _bad_params()
    yield from _bad_at_import()


def _no_python() -> Iterator[Case]:
    yield of_code("syntax_error", "x = 1\ndef f(:\n    pass\n", "QP201: invalid syntax", at="__init__.py:2:7")
    yield of_code("bad_indentation", "def f():\nreturn 1\n", "QP201: indented block", at="__init__.py:2:1")
    yield of_code("open_bracket", "x = [\n1,\n", "QP201: never closed", at="__init__.py:1:5")
    yield of_code("nul_byte", b"x = 1\x00\n", "QP201: null bytes", at="__init__.py:1")
    yield of_code("not_utf8", b"x = '\xe9'\n", "QP201: utf-8", at="__init__.py:1")
    yield of_code("binary_garbage", bytes(range(256)) * 9, "QP201: this is no Python", at="__init__.py:1")
    yield of_code("bottomless_brackets", "x = " + "(" * 5000 + ")" * 5000, "QP201: ", at="__init__.py:1")
    name = "broken_part"
    parts = {"parts.py": "import (\n"}
    yield Case(
        name=name,
        says=("QP201: ",),
        at="parts.py:1:8",
        files={"plugin.toml": manifest(name), "__init__.py": code(head="from .parts import x"), **parts},
    )


def _no_entry() -> Iterator[Case]:
    yield of_code("no_entry", "x = 1\n", "QP203: defines no Entry", at="plugin.toml:6")
    yield of_code("entry_a_function", "def Entry():\n    pass\n", "QP204: no class", at="__init__.py:1:1")
    yield of_code("entry_a_number", "Entry = 5\n", "QP204: no class", at="__init__.py:1:1")
    plain = "class Entry:\n    def analyze(self, document, params):\n        return {}\n"
    yield of_code("entry_without_base", plain, "QP204: derived from Analyzer", at="__init__.py:1:1")
    drawing = f"{BARE}class Entry(Visualizer[NoParams]):\n    def render(self, params):\n        return None\n"
    yield of_code("entry_of_another_kind", drawing, "QP204: a Visualizer", at="__init__.py:2:1")
    abstract = f"{BARE}class Entry(Analyzer[NoParams, object]):\n    pass\n"
    yield of_code("entry_abstract", abstract, "QP205: no method analyze", at="__init__.py:2:1")
    raising = f"{BARE}class Entry(Analyzer[NoParams, object]):\n    def __init__(self):\n        raise OSError('no')\n"
    raising += "    def analyze(self, document, params):\n        return {}\n"
    yield of_code("init_raises", raising, "QP501: OSError: no", at="__init__.py:4")
    asking = f"{BARE}class Entry(Analyzer[NoParams, object]):\n    def __init__(self, model):\n        pass\n"
    asking += "    def analyze(self, document, params):\n        return {}\n"
    yield of_code("init_asks", asking, "QP501: missing 1 required", at="")
    strange = f"{BARE}class Entry(Analyzer[NoParams, object]):\n    def analyze(self, document, params, *, model):\n"
    yield of_code("asks_for_a_stranger", f"{strange}        return {{}}\n", "QP206: model", at="__init__.py:3:5")
    short = f"{BARE}class Entry(Analyzer[NoParams, object]):\n    def analyze(self, document):\n        return {{}}\n"
    yield of_code("takes_too_little", short, "QP206: takes 2 arguments", at="__init__.py:3:5")
    awaited = f"{BARE}class Entry(Analyzer[NoParams, object]):\n    async def analyze(self, document, params):\n"
    yield of_code("async_method", f"{awaited}        return {{}}\n", "QP206: async", at="__init__.py:3:5")
    opening = (
        f"{BARE}class Entry(Analyzer[NoParams, object]):\n    def open(self):\n        raise OSError('no model')\n"
    )
    opening += "    def analyze(self, document, params):\n        return {}\n"
    yield of_code("open_raises", opening, "QP504: OSError: no model", at="__init__.py:4")


def _bad_imports() -> Iterator[Case]:
    yield of_import(
        "import_nowhere", "import no_such_module", "QP301: nothing that is installed", "QP501: no_such_module"
    )
    yield of_import("import_undeclared", "import pygments", "QP301: pygments", outcome="answers")
    yield of_import("import_no_part", "from .parts import x", "QP308: .parts", "QP501: import_no_part.parts")
    yield of_import("import_above", "from ..other import x", "QP308: ..other", "QP501: ImportError")
    own = {"parts.py": "x = 1\n"}
    yield of_import("import_itself", "from parts import x", "QP307: from . import parts", "QP501: 'parts'", more=own)
    yield of_import("import_a_plugin", "import other", "QP305: another plugin", "QP501: 'other'")
    yield of_import("import_the_engine", "from qualia import Core", "QP304: qualia.Core", outcome="answers")
    inside = "from qualia._engine import guard"
    yield of_import("import_the_machinery", inside, "QP304: qualia._engine", outcome="answers")
    circle = {"one.py": "from .two import b\na = 1\n", "two.py": "from .one import a\nb = 1\n"}
    name = "import_in_a_circle"
    files = {"plugin.toml": manifest(name), "__init__.py": code(head="from .one import a"), **circle}
    yield Case(name=name, says=("QP501: partially initialized",), at="two.py:1", files=files)
    name = "declared_in_vain"
    files = {"plugin.toml": manifest(name, dependencies=["attrs", "hypothesis>=6"]), "__init__.py": code()}
    yield Case(name=name, says=("QP302: hypothesis>=6",), at="plugin.toml:7", outcome="answers", files=files)


def _bad_params() -> Iterator[Case]:
    def params(name: str, lines: str, *says: str, line: int, head: str = "@frozen", **how: Any) -> Case:
        source = "from attrs import define, frozen\nfrom qualia.plugin import Analyzer, param\n"
        source += f"{head}\nclass Params:\n    {lines}\nclass Entry(Analyzer[Params, object]):\n"
        source += "    def analyze(self, document, params):\n        return {}\n"
        return of_code(name, source, *says, at=f"__init__.py:{line}", **how)

    yield params("params_plain", "top: int = 5", "QP207: Params", line=4, head="")
    yield params("params_odd_type", "top: bytes = param(b'', help='x')", "QP209: bytes", line=5)
    yield params("params_list", "top: list[str] = param((), help='x')", "QP209: list[str]", line=5)
    out = "top: int = param(5, ge=10, help='How many.')"
    yield params("params_out_of_bounds", out, "QP210: is 5 and less than 10", line=5, outcome="answers")
    wrong = "top: int = param('five', help='How many.')"
    yield params("params_wrong_default", wrong, "QP210: a str and no int", line=5, outcome="answers")
    mute = "top: int = param(5, help='')"
    yield params("params_mute", mute, "QP211: says nothing", line=5, outcome="answers")
    loose = "top: int = param(5, help='How many.')"
    yield params("params_loose", loose, "QP208: not frozen", line=4, head="@define", outcome="answers")
    raising = "top: int = param(1 / 0, help='How many.')"
    yield params("params_raise", raising, "QP501: ZeroDivisionError", line=5)


def _bad_at_import() -> Iterator[Case]:
    yield of_import("import_raises", "x = 1\nraise ValueError('no luck')", "QP501: ValueError: no luck", line=2)
    yield of_import("import_exits", "import sys\nsys.exit(3)", "QP403: sys.exit", "QP501: SystemExit", line=2)
    deep = "def f():\n    return f()\nf()"
    yield of_import("import_bottomless", deep, "QP501: RecursionError", line=2)
    stop = "raise KeyboardInterrupt"
    yield of_import(
        "import_interrupts", stop, "QP403: KeyboardInterrupt", "QP501: KeyboardInterrupt", needs_process=True
    )
    gone = "import os\nos._exit(0)"
    yield of_import("import_vanishes", gone, "QP403: os._exit", "QP502: os._exit(0)", line=2, needs_process=True)
    forever = "while True:\n    pass"
    yield of_import("import_endless", forever, "QP503: while it is imported", line=0, timeout_s=1.0, needs_process=True)
    crash = "import ctypes\nctypes.string_at(0)"
    yield of_import("import_segfaults", crash, "QP502: SIGSEGV", line=2, needs_process=True, needs="posix")
    bomb = "blocks = []\nwhile True:\n    blocks.append(b'x' * (1 << 25))"
    name = "import_swallows_memory"
    files = {"plugin.toml": manifest(name, limits={"memory_mb": 512}), "__init__.py": code(head=bomb)}
    yield Case(
        name=name, says=("QP501: MemoryError",), at="__init__.py:3", files=files, needs_process=True, needs="posix"
    )
    thread = "import threading\nthreading.Thread(target=threading.Event().wait, daemon=True).start()"
    says = ("QP402: threading.Thread", "QP510: a thread")
    yield of_import("import_leaves_a_thread", thread, *says, line=2, outcome="answers", needs_process=True)
    flood = "for _ in range(20_000):\n    print('x' * 99)"
    yield of_import(
        "import_floods", flood, "QP402: print", "QP509: 2000000 bytes", line=2, outcome="answers", needs_process=True
    )
