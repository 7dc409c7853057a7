"""Loading: a plugin is a real package from bytes read once, and leaves nothing behind."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from qualia import Document
from qualia._plugins.catalog import read_manifest
from qualia._plugins.loader import Package, Source, load
from qualia.errors import InvalidManifest
from qualia.plugin import NoParams

TEXT = Document("Oi")


def loaded(folder: Path) -> Package:
    """Load a plugin folder."""
    return load(read_manifest(folder / "plugin.toml"), Source.read(folder))


def answer(generation: Package, **params: Any) -> Any:
    """Call an analyzer."""
    plugin: Any = generation.plugin
    return plugin.analyze(TEXT, plugin.Params(**params))


@pytest.fixture(autouse=True)
def nothing_left() -> Any:
    """Check that a test leaves no module and no finder of a plugin behind."""
    before = list(sys.meta_path)
    yield
    for name in [each for each in sys.modules if each.startswith("_qualia_plugin_")]:
        del sys.modules[name]
    left = [each for each in sys.meta_path if each not in before]
    for each in left:
        sys.meta_path.remove(each)


def test_a_plugin_imports_its_own_modules_relatively(write: Callable[..., Path]) -> None:
    """Modules and packages beside ``__init__.py`` are imported as in any package."""
    folder = write(
        "a",
        "return WORD + inner.WORD + deep.WORD",
        head="from .parse import WORD\nfrom . import inner\nfrom .inner import deep",
        files={
            "parse.py": "from .inner.deep import WORD as D\nWORD = 'p' + D",
            "inner/__init__.py": "WORD = 'i'",
            "inner/deep.py": "from .. import __name__ as top\nWORD = 'd'",
        },
    )
    generation = loaded(folder)
    assert answer(generation) == "pdid"
    generation.unload()


def test_a_relative_import_inside_a_function_works_later(write: Callable[..., Path]) -> None:
    """Heavy modules may be imported at the first call, even after the files on disk have gone."""
    folder = write("a", "from .late import WORD\nreturn WORD", files={"late.py": "WORD = 'late'"})
    generation = loaded(folder)
    (folder / "late.py").unlink()
    assert answer(generation) == "late"
    generation.unload()


def test_unloading_leaves_the_interpreter_as_it_was(write: Callable[..., Path]) -> None:
    """No module, no finder and no path entry of a plugin stays; unloading twice is fine."""
    folder = write("a", "return x.__name__", head="from . import x", files={"x.py": ""})
    before = set(sys.modules), list(sys.meta_path), list(sys.path)
    generation = loaded(folder)
    assert generation.module in sys.modules
    assert f"{generation.module}.x" in sys.modules
    generation.unload()
    generation.unload()
    assert (set(sys.modules), list(sys.meta_path), list(sys.path)) == before


def test_a_running_call_keeps_its_references_after_unloading(write: Callable[..., Path]) -> None:
    """An instance that somebody still holds goes on answering."""
    generation = loaded(write("a", "return len(document.text)"))
    generation.unload()
    assert answer(generation) == 2


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("def broken(:", SyntaxError),
        ("import no_such_module_anywhere", ModuleNotFoundError),
        ("from .none import x", ModuleNotFoundError),
        ("raise SystemExit(3)", SystemExit),
        ("1 / 0", ZeroDivisionError),
        ("raise KeyboardInterrupt", KeyboardInterrupt),
    ],
    ids=["syntax", "import", "relative import", "exit", "raise", "interrupt"],
)
def test_a_load_that_fails_leaves_nothing_behind(
    write: Callable[..., Path], code: str, error: type[BaseException]
) -> None:
    """What the plugin raises passes through, and no half-loaded module stays."""
    folder = write("a", code=f"from . import before\n{code}", files={"before.py": ""})
    before = set(sys.modules), list(sys.meta_path)
    with pytest.raises(error):
        loaded(folder)
    assert (set(sys.modules), list(sys.meta_path)) == before


def test_a_syntax_error_names_file_and_line(write: Callable[..., Path]) -> None:
    """The place is that of the source on disk."""
    folder = write("a", code="from . import bad", files={"bad.py": "x = 1\ny = (\n"})
    with pytest.raises(SyntaxError) as caught:
        loaded(folder)
    assert (caught.value.filename, caught.value.lineno) == (str(folder / "bad.py"), 2)


def test_a_traceback_shows_the_plugins_own_lines(write: Callable[..., Path]) -> None:
    """Frames carry the path of the file, and `__file__` says where a plugin's data files stand."""
    folder = write("a", "return (Path(__file__).parent / 'data.txt').read_text() + str(1 / 0)", files={"data.txt": "d"})
    generation = loaded(folder)
    with pytest.raises(ZeroDivisionError) as caught:
        answer(generation)
    assert traceback.extract_tb(caught.tb)[-1].filename == str(folder / "__init__.py")
    generation.unload()


def test_no_bytecode_is_written_or_read(write: Callable[..., Path]) -> None:
    """Two saves within one second are two versions: only the source counts."""
    folder = write("a", "return 1", files={"x.py": ""}, head="from . import x")
    first = loaded(folder)
    source = (folder / "__init__.py").read_text(encoding="utf-8")
    (folder / "__init__.py").write_text(source.replace("return 1", "return 2"), encoding="utf-8")
    second = loaded(folder)
    assert (answer(first), answer(second)) == (1, 2)
    assert list(folder.rglob("*.pyc")) == []
    assert first.source.code_hash != second.source.code_hash
    first.unload()
    second.unload()


def test_two_loads_share_no_module(write: Callable[..., Path]) -> None:
    """Loading the same files twice gives two packages with state of their own."""
    folder = write("a", "SEEN.append(1)\nreturn len(SEEN)", head="SEEN = []")
    one, other = loaded(folder), loaded(folder)
    assert one.module != other.module
    assert (answer(one), answer(one), answer(other)) == (1, 2, 1)
    one.unload()
    assert other.module in sys.modules
    other.unload()


@pytest.mark.parametrize("name", ["BaselineX", "Base", "Ação", "_Hidden"])
def test_the_entry_may_have_any_class_name(write: Callable[..., Path], name: str) -> None:
    """The manifest decides which class it is; the name means nothing."""
    code = "from qualia.plugin import Analyzer, NoParams\n"
    code += f"class {name}(Analyzer[NoParams, int]):\n    def analyze(self, document, params): return 1\n"
    generation = loaded(write("a", code=code, entry=name))
    assert (type(generation.plugin).__name__, generation.plugin.Params) == (name, NoParams)
    generation.unload()


def test_params_may_be_annotated_as_text(write: Callable[..., Path]) -> None:
    """Under ``from __future__ import annotations`` the params class is found and its types resolved."""
    folder = write("a", "return params.top", params="top: int | None = param(3, ge=1, help='N.')")
    generation = loaded(folder)
    assert answer(generation, top=4) == 4
    generation.unload()


def test_the_params_class_is_found_beside_other_type_arguments(write: Callable[..., Path]) -> None:
    """A mixin with type arguments of its own does not hide the params."""
    code = (
        "from typing import Generic, TypeVar\nfrom attrs import frozen\nfrom qualia.plugin import Analyzer, param\n"
        "T = TypeVar('T')\nclass Mixin(Generic[T]): pass\n@frozen\nclass Params:\n    top: int = param(1, help='N.')\n"
        "class Base(Analyzer[Params, int], Mixin[int]):\n    def analyze(self, document, params): return params.top\n"
        "class Entry(Base): pass\n"
    )
    generation = loaded(write("a", code=code))
    assert answer(generation, top=2) == 2
    generation.unload()


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("", "entry 'Entry' is no Analyzer in"),
        ("class Entry: pass", "entry 'Entry' is no Analyzer in"),
        ("Entry = 3", "entry 'Entry' is no Analyzer in"),
        ("from qualia.plugin import Visualizer as Entry", "entry 'Entry' is no Analyzer in"),
    ],
    ids=["nothing", "plain class", "number", "other kind"],
)
def test_an_entry_that_is_no_plugin_is_a_wrong_manifest(write: Callable[..., Path], code: str, sentence: str) -> None:
    """The sentence names the manifest, the entry and where it was looked for."""
    folder = write("a", code=code)
    with pytest.raises(InvalidManifest, match=sentence) as caught:
        loaded(folder)
    assert caught.value.path == str(folder / "plugin.toml")


def test_a_folder_without_code_is_a_wrong_manifest(write: Callable[..., Path]) -> None:
    """A manifest needs a package beside it."""
    folder = write("a")
    (folder / "__init__.py").unlink()
    with pytest.raises(InvalidManifest, match=r"there is no __init__\.py beside it"):
        loaded(folder)


def test_a_plugin_inherits_no_future_of_the_loader(write: Callable[..., Path]) -> None:
    """Code is compiled as it stands: annotations are values unless the plugin itself says otherwise."""
    code = "from qualia.plugin import Analyzer, NoParams\nx: int = 1\nKIND = __annotations__['x']\n"
    code += "class Entry(Analyzer[NoParams, int]):\n    def analyze(self, document, params): return KIND\n"
    generation = loaded(write("a", code=code))
    assert answer(generation) is int
    generation.unload()


def test_the_code_hash_tells_a_name_from_its_content(write: Callable[..., Path]) -> None:
    """A letter that moves from a file's content into its name is a change."""
    folder = write("a", files={"b": "cd"})
    first = Source.read(folder).code_hash
    (folder / "b").unlink()
    (folder / "bc").write_text("d", encoding="utf-8")
    assert Source.read(folder).code_hash != first


def test_the_code_hash_covers_every_file_and_name(write: Callable[..., Path]) -> None:
    """Data files count, caches and hidden files do not, and moving a byte between files is a change."""
    folder = write("a", files={"data.txt": "ab", "more.txt": "c"})
    first = Source.read(folder).code_hash
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "x.pyc").touch()
    (folder / ".hidden").touch()
    assert Source.read(folder).code_hash == first
    (folder / "data.txt").write_text("a", encoding="utf-8")
    (folder / "more.txt").write_text("bc", encoding="utf-8")
    assert Source.read(folder).code_hash != first
