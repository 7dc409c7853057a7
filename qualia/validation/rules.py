"""What a plugin is checked for: one table that findings, the reference page and SARIF are all made from."""

from __future__ import annotations

from typing import Literal

from attrs import frozen

Severity = Literal["error", "warning", "note"]


@frozen
class Rule:
    """One thing that can be wrong with a plugin. Its id never changes its meaning."""

    id: str
    """"QP" and three digits: 0 folder, 1 manifest, 2 code, 3 imports, 4 habits, 5 the run on samples."""
    name: str
    """The same in words, for SARIF and the reference."""
    severity: Severity
    """"error": it will not work, here or anywhere; "warning": it harms or surprises; "note": it is worth knowing."""
    message: str
    """What is wrong, with placeholders for the facts."""
    remedy: str
    """What to do, with placeholders."""


RULES: tuple[Rule, ...] = (
    Rule(
        "QP001",
        "manifest-missing",
        "error",
        "there is no plugin.toml in this folder",
        "add one; `qualia validate --schema` shows what it holds",
    ),
    Rule(
        "QP002",
        "file-unreadable",
        "error",
        "{file} cannot be read: {told}",
        "mend or remove it; the engine reads every file of a plugin",
    ),
    Rule(
        "QP003",
        "link-leaves-folder",
        "warning",
        "{file} is a link to {target}, outside the plugin",
        "copy the file into the plugin's folder; elsewhere the link leads nowhere",
    ),
    Rule(
        "QP004",
        "file-large",
        "warning",
        "{file} has {size} MB, and every load reads the whole folder",
        "keep large data in a distribution the plugin depends on, or outside its folder",
    ),
    Rule(
        "QP005",
        "bytecode",
        "note",
        "{file} is compiled code, which the engine never runs",
        "delete it and keep it out of version control",
    ),
    Rule(
        "QP006",
        "secret-inside",
        "warning",
        "{file} looks like something secret",
        "take it out of the folder, and change what it holds if the plugin was shared",
    ),
    Rule(
        "QP007",
        "readme-missing",
        "note",
        "there is no README",
        "say in README.md what the plugin does and what its figures mean",
    ),
    Rule(
        "QP008", "test-missing", "note", "there is no test", "add test_{plugin}.py; `qualia.testing` has what it needs"
    ),
    Rule(
        "QP009",
        "shadows-standard-library",
        "warning",
        "{file} has the name of a standard module, which a plain import of that name gets instead",
        "rename it, or import it as `from . import {module}` everywhere",
    ),
    Rule(
        "QP010",
        "folder-name",
        "warning",
        "the folder is called {folder} and the plugin {plugin}",
        "give both one name, so that people find the one by the other",
    ),
    Rule(
        "QP011",
        "nested-deeply",
        "warning",
        "{file} lies {depth} folders deep",
        "keep the package flat; some systems allow no path of more than 260 characters",
    ),
    Rule("QP101", "manifest-unreadable", "error", "plugin.toml cannot be read: {told}", "mend it at this place"),
    Rule("QP102", "key-unknown", "error", "key {key} is unknown; {hint}", "rename or remove the key"),
    Rule("QP103", "key-missing", "error", "key {key} is missing", 'add {key} = "..." to plugin.toml'),
    Rule(
        "QP104",
        "value-wrong",
        "error",
        "{told}",
        "write the value as the reference of plugin.toml says",
    ),
    Rule(
        "QP105",
        "api-range",
        "error",
        "the plugin was written for plugin API {range} and this engine offers {offered}",
        'try it with this engine and then write api = ">=1,<2"',
    ),
    Rule(
        "QP106",
        "id-taken",
        "error",
        "another plugin is called {plugin} too, in {other}",
        "rename one of the two; only one of them can be used",
    ),
    Rule(
        "QP107",
        "producer-missing",
        "warning",
        "no plugin here produces {schema}",
        "install one that does, or say in the README which plugin it needs",
    ),
    Rule(
        "QP108",
        "replacement-missing",
        "warning",
        "the plugin is deprecated and nothing says what replaces it",
        "add replaced_by with the id of its successor",
    ),
    Rule(
        "QP109",
        "needs-itself",
        "error",
        "these plugins need each other: {cycle}",
        "remove one of these records from consumes",
    ),
    Rule("QP201", "syntax", "error", "this is no Python: {told}", "mend it at this place"),
    Rule(
        "QP202",
        "package-missing",
        "error",
        "there is no __init__.py beside plugin.toml",
        "add it, with the class in it",
    ),
    Rule(
        "QP203",
        "entry-missing",
        "error",
        "the package defines no {entry}, which entry names",
        "define the class in __init__.py, or name the one that is there",
    ),
    Rule(
        "QP204",
        "entry-wrong",
        "error",
        "{entry} is {found}, and a plugin of kind {kind} is a class derived from {base}",
        "write `class {entry}({base}[...]):`",
    ),
    Rule(
        "QP205",
        "method-missing",
        "error",
        "{entry} has no method {method}",
        "write `def {method}({signature}):` in the class",
    ),
    Rule(
        "QP206",
        "argument-wrong",
        "error",
        "{method} {told}",
        "write `def {method}({signature}):`",
    ),
    Rule(
        "QP207",
        "params-no-attrs",
        "error",
        "the params class {params} is no attrs class",
        "put @frozen above it",
    ),
    Rule(
        "QP208",
        "params-can-change",
        "warning",
        "the params class {params} is not frozen, and one object serves every step of a run",
        "put @frozen above it instead",
    ),
    Rule(
        "QP209",
        "param-type",
        "error",
        "param {param} is a {told}, which no face can ask for",
        "use bool, int, float, str, Literal of texts or tuple[str, ...], each perhaps | None",
    ),
    Rule(
        "QP210",
        "param-default",
        "error",
        "the default of param {param} {told}",
        "give a default that the param itself would take",
    ),
    Rule(
        "QP211",
        "param-help",
        "warning",
        "param {param} says nothing about itself",
        'declare it with param(..., help="One sentence for people.")',
    ),
    Rule(
        "QP301",
        "import-undeclared",
        "error",
        "it imports {module}, which {told}",
        "add the distribution to dependencies in plugin.toml",
    ),
    Rule(
        "QP302",
        "dependency-unused",
        "warning",
        "{distribution} is declared and nothing imports it",
        "remove it from dependencies; everybody who installs the plugin has to install it",
    ),
    Rule(
        "QP303",
        "dependency-missing",
        "error",
        "{requirement} is not installed here ({told})",
        "run: pip install {quoted}",
    ),
    Rule(
        "QP304",
        "engine-internal",
        "error",
        "it imports {module}, which is no part of what plugins may use",
        "import from qualia.plugin, qualia.records, qualia.text or qualia.draw alone",
    ),
    Rule(
        "QP305",
        "other-plugin",
        "error",
        "it imports {module}, which is another plugin",
        "consume the record that plugin produces, or keep what both need in a distribution",
    ),
    Rule(
        "QP306",
        "import-optional",
        "note",
        "it does without {module} when that is missing, so two machines can give two results",
        "declare the distribution, or leave it out",
    ),
    Rule(
        "QP307",
        "own-module",
        "error",
        "it imports {module}, which is a module of its own folder",
        "write `from . import {module}` or `from .{module} import ...`",
    ),
    Rule(
        "QP308",
        "relative-import",
        "error",
        "it imports {module}, and there is no such module in the folder",
        "mend the name; a plugin cannot reach above its own folder",
    ),
    Rule(
        "QP401",
        "state-in-module",
        "warning",
        "{name} is shared by all calls and changes, so calls on several threads meet in it",
        "keep it in a local variable, or pass it along",
    ),
    Rule(
        "QP402",
        "work-at-import",
        "warning",
        "{call} runs when the plugin is imported",
        "do it in open(), which runs once before the first call, or in the call",
    ),
    Rule(
        "QP403",
        "ends-process",
        "warning",
        "{call} ends the program of whoever uses the plugin",
        "raise UnsupportedInput for an input that cannot be used, and any other exception for a failure",
    ),
    Rule(
        "QP404",
        "runs-data",
        "warning",
        "{call} runs whatever its data says",
        "read data with json, tomllib or ast.literal_eval",
    ),
    Rule(
        "QP405",
        "changes-process",
        "warning",
        "{call} changes the whole process, which is not the plugin's own",
        "leave it alone; use an object of your own, such as random.Random(seed)",
    ),
    Rule(
        "QP406",
        "outlives-reload",
        "warning",
        "{call} keeps this version of the plugin alive after it was reloaded",
        "use close() or context.on_close, and registries of your own",
    ),
    Rule(
        "QP407",
        "changes-frozen",
        "warning",
        "{call} changes a value that others share and believe frozen",
        "make a new value with attrs.evolve or document.edit",
    ),
    Rule("QP501", "import-fails", "error", "importing it fails: {told}", "mend it at this place"),
    Rule(
        "QP502",
        "crash",
        "error",
        "it takes its process down {phase}: {told}",
        'mend it at this place; until then give it [limits] isolation = "process"',
    ),
    Rule(
        "QP503",
        "hang",
        "error",
        "it is not done {phase} after {seconds} s",
        "mend the loop or the pattern at this place; call context.check() in long ones",
    ),
    Rule("QP504", "call-fails", "error", "it fails on {sample}: {told}", "mend it at this place"),
    Rule(
        "QP505",
        "result-wrong",
        "error",
        "on {sample} it gives what its manifest does not promise: {told}",
        "return what the manifest says, or change the manifest",
    ),
    Rule("QP506", "params-fail", "error", "its params cannot be read: {told}", "mend the declaration at this place"),
    Rule(
        "QP507",
        "input-changed",
        "error",
        "on {sample} it changes its own input",
        "make a new document with document.edit or attrs.evolve",
    ),
    Rule(
        "QP508",
        "not-reproducible",
        "warning",
        "on {sample} it gives another result the second time",
        "take no time, no random number and no order of a set into the result",
    ),
    Rule(
        "QP509",
        "prints",
        "warning",
        "it writes {size} bytes to stdout or stderr, which belong to the program that uses it",
        "use context.log, or say it in the result",
    ),
    Rule(
        "QP510",
        "leaves-traces",
        "warning",
        "it changes the process that calls it: {told}",
        "leave the process as you found it",
    ),
    Rule(
        "QP511",
        "refuses-all",
        "note",
        "it refuses every sample: {told}",
        "nothing, if that is meant; its own test has to show what it does then",
    ),
    Rule(
        "QP512",
        "sample-missing",
        "note",
        "there is no sample of {media_type} to try it on",
        "try it in a test of its own",
    ),
)
"""Every rule, in order of its id."""


def rule(id_: str) -> Rule:
    """Return a rule by its id.

    Raises:
        KeyError: there is none.
    """
    return {each.id: each for each in RULES}[id_]
