"""What a plugin does that works today and hurts later, seen in its code."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from qualia.validation.findings import Finding, finding
from qualia.validation.sources import Module, Sources, dotted, imported_names, meaning, runs_at_import, targets_of
from qualia.validation.state import check_state

_ENDING = frozenset("sys.exit os._exit os.abort os.kill exit quit os.execv signal.raise_signal".split())
_RUNNING = frozenset(
    """
    eval exec code.interact pickle.load pickle.loads pickle.Unpickler marshal.load marshal.loads shelve.open
    dill.load dill.loads joblib.load cloudpickle.load cloudpickle.loads
    """.split()
)
_CHANGING = frozenset(
    """
    signal.signal signal.alarm signal.setitimer os.chdir os.fchdir os.umask os.close os.dup2 os.fork os.setuid
    os.putenv os.unsetenv os.environ.update os.environ.setdefault os.environ.pop os.environ.clear
    locale.setlocale random.seed numpy.random.seed torch.manual_seed
    sys.path.append sys.path.insert sys.path.extend sys.path.remove sys.setrecursionlimit
    sys.settrace sys.setprofile sys.setswitchinterval sys.stdout.close socket.setdefaulttimeout
    gc.disable gc.set_threshold resource.setrlimit multiprocessing.set_start_method
    logging.basicConfig logging.disable matplotlib.use matplotlib.rcParams.update matplotlib.rc
    """.split()
)
_CHANGING_AT_IMPORT = frozenset("warnings.simplefilter warnings.filterwarnings sys.meta_path.append".split())
_OUTLIVING = frozenset(
    """
    atexit.register sys.addaudithook codecs.register copyreg.pickle faulthandler.register
    cattrs.structure cattrs.unstructure cattrs.register_structure_hook cattrs.register_unstructure_hook
    cattrs.global_converter.structure cattrs.global_converter.unstructure
    cattrs.global_converter.register_structure_hook cattrs.global_converter.register_unstructure_hook
    """.split()
)
_AT_IMPORT = frozenset(
    """
    open print input os.system os.popen os.makedirs os.mkdir shutil.rmtree time.sleep
    socket.socket socket.create_connection urllib.request.urlopen urllib.request.urlretrieve sqlite3.connect
    threading.Thread threading.Timer multiprocessing.Process concurrent.futures.ThreadPoolExecutor
    concurrent.futures.ProcessPoolExecutor nltk.download spacy.load pandas.read_csv
    """.split()
)
_MODULES_AT_IMPORT = ("requests.", "httpx.", "subprocess.", "aiohttp.")
_METHODS_AT_IMPORT = ("read_text", "read_bytes", "write_text", "write_bytes", "mkdir", "unlink")
_BY_NAME = (("QP403", _ENDING), ("QP404", _RUNNING), ("QP405", _CHANGING), ("QP406", _OUTLIVING))
_SHARED = ("os.environ", "sys.path", "sys.modules", "matplotlib.rcParams")


def check_habits(sources: Sources) -> Iterator[Finding]:
    """Say what in a plugin's code harms its users, though it may work."""
    for module in sources.code:
        known = imported_names(module)
        yield from _check_calls(module, known)
        yield from _check_import(module, known)
        yield from check_state(module)


def _check_calls(module: Module, known: Mapping[str, str]) -> Iterator[Finding]:
    for node in _walk(module.tree):
        if isinstance(node, ast.Raise) and node.exc is not None:
            raised = dotted(node.exc.func if isinstance(node.exc, ast.Call) else node.exc)
            if raised in ("SystemExit", "KeyboardInterrupt", "GeneratorExit"):
                yield finding("QP403", module.place(node), call=f"raise {raised}")
        elif isinstance(node, ast.Call):
            yield from _check_call(node, module, known)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            for each in node.decorator_list:
                if isinstance(each, ast.Attribute) and each.attr == "register" and _is_foreign(each, known):
                    yield finding("QP406", module.place(each), call=f"@{meaning(each, known)}")
        else:
            for target in targets_of(node):
                if _is_of_module(target, module, known):
                    yield finding("QP405", module.place(node), call=f"{ast.unparse(target)} = ...")


def _check_call(node: ast.Call, module: Module, known: Mapping[str, str]) -> Iterator[Finding]:
    name, place = meaning(node.func, known), module.place(node)
    for rule, names in _BY_NAME:
        if name in names:
            yield finding(rule, place, call=f"{name}()")
    if name.endswith(".register") and name not in _OUTLIVING and _is_foreign(node.func, known):
        yield finding("QP406", place, call=f"{name}()")
    if name == "object.__setattr__" and node.args and dotted(node.args[0]) != "self":
        yield finding("QP407", place, call="object.__setattr__()")


def _is_foreign(node: ast.AST, known: Mapping[str, str]) -> bool:
    return dotted(node).partition(".")[0] in known


def _is_of_module(target: ast.expr, module: Module, known: Mapping[str, str]) -> bool:
    """Tell whether an assignment changes something in a module that is not the plugin's own."""
    inner = target
    while isinstance(inner, ast.Subscript):
        inner = inner.value
    head = dotted(inner).partition(".")[0]
    if not head or (inner is target and not isinstance(target, ast.Attribute)):
        return False
    if meaning(inner, known) in _SHARED:
        return True
    whole = {alias.asname or alias.name.partition(".")[0] for alias in _imported_whole(module)}
    return isinstance(target, ast.Attribute) and head in whole


def _imported_whole(module: Module) -> Iterator[ast.alias]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from node.names


def _walk(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield every node, those below ``if __name__ == "__main__"`` left out."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and isinstance(node.test, ast.Compare) and dotted(node.test.left) == "__name__":
            continue
        yield node
        waiting.extend(ast.iter_child_nodes(node))


def _check_import(module: Module, known: Mapping[str, str]) -> Iterator[Finding]:
    for statement in runs_at_import(module.tree.body):
        for node in _expressions(statement):
            if not isinstance(node, ast.Call):
                continue
            name = meaning(node.func, known)
            method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            if name in _AT_IMPORT or name.startswith(_MODULES_AT_IMPORT) or method in _METHODS_AT_IMPORT:
                yield finding("QP402", module.place(node), call=f"{name or method}()")
            elif name in _CHANGING_AT_IMPORT:
                yield finding("QP405", module.place(node), call=f"{name}()")


def _expressions(statement: ast.stmt) -> Iterator[ast.AST]:
    """Yield what a statement itself evaluates at import: no statements inside it, and no bodies of functions."""
    waiting: list[ast.AST] = [statement]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, ast.Lambda):
            continue
        children = ast.iter_child_nodes(node)
        waiting.extend(each for each in children if not isinstance(each, (ast.stmt, ast.ExceptHandler)))
