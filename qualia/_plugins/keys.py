"""What a ``plugin.toml`` may say, declared once as data.

The reader checks by `KEYS` and `LIMIT_KEYS`; editors' schema and the reference page are made of them too.
"""

from __future__ import annotations

from typing import Literal

from attrs import frozen

Kind = Literal["document", "analyzer", "visualizer"]
Isolation = Literal["inline", "thread", "process"]
Lifecycle = Literal["experimental", "stable", "deprecated"]
Shape = Literal["text", "texts", "text or texts", "count", "seconds", "table", "conditions"]

SCHEMAS = ("word-frequencies/1", "sentiment/1")
"""The records there are, by name: listing plugins must not load the records' classes, which takes 9 ms."""
FILE_NAME = "plugin.toml"
MAX_BYTES = 64 * 1024
"""Largest file that is read."""


@frozen(kw_only=True)
class Key:
    """One key of a manifest: what it takes and what it means."""

    name: str
    shape: Shape
    """What TOML value it takes; "seconds" is a number, "count" a whole one, "conditions" a table of records with a text
    each."""
    help: str
    required: bool = False
    default: str = ""
    """What holds where it is left out, in words; empty when it is required or means nothing."""
    choices: tuple[str, ...] = ()
    """The texts it may be; empty for any."""
    pattern: str = ""
    """Regular expression the whole text must match; empty for any."""
    rule: str = ""
    """What the pattern asks for, in words that follow "must be"."""
    least: float = 0
    """Smallest number."""
    holds: Literal["", "range", "requirement", "record", "media type", "id"] = ""
    """What its text or each of its texts is; empty for plain text. An analyzer `produces` a record."""
    kinds: tuple[Kind, ...] = ()
    """The kinds of plugin it is for; empty for all."""
    example: str = ""
    """A value as it is written in TOML."""

    def must(self, value: object) -> str:
        """Say what the key's value must be where ``value`` is not."""
        if isinstance(value, str) and self.choices:
            return f"must be {', '.join(self.choices[:-1])} or {self.choices[-1]}"
        if isinstance(value, str) and self.pattern:
            return f"must be {self.rule}"
        if isinstance(value, str) and self.shape == "text" and value.strip():
            return "must be one line without control characters"
        return {
            "text": "must be a text that is not empty",
            "texts": "must be a list of texts",
            "text or texts": "must be a list of texts",
            "count": f"must be a whole number of at least {self.least:g}",
            "seconds": f"must be a number of seconds of at least {self.least:g}",
            "table": "must be a table",
            "conditions": f"must be {self.rule}",
        }[self.shape]


KEYS: tuple[Key, ...] = (
    Key(
        name="id",
        shape="text",
        required=True,
        pattern="[a-z][a-z0-9_]{0,63}",
        rule="lower-case letters, digits and _, at most 64 of them, a letter first",
        holds="id",
        help="The plugin's one name, by which it is run, configured and logged.",
        example='"word_frequency"',
    ),
    Key(
        name="kind",
        shape="text",
        required=True,
        choices=("document", "analyzer", "visualizer"),
        help="What it does: turns files into documents, documents into results, or results into pictures.",
        example='"analyzer"',
    ),
    Key(
        name="version",
        shape="text",
        required=True,
        help="Its own version. It is part of every result's provenance.",
        example='"1.0.0"',
    ),
    Key(
        name="api",
        shape="text",
        required=True,
        holds="range",
        help="Range of plugin API versions it was written for.",
        example='">=1,<2"',
    ),
    Key(
        name="summary",
        shape="text",
        required=True,
        help="What it does, in one sentence.",
        example='"How often each word occurs."',
    ),
    Key(
        name="entry",
        shape="text",
        required=True,
        pattern=r"[^\W\d]\w*",
        rule="the name of a class in the plugin's package",
        help="The plugin's class in its `__init__.py`.",
        example='"WordFrequency"',
    ),
    Key(
        name="produces",
        shape="text or texts",
        default="plain data",
        help="The one record an analyzer gives, or the media types a visualizer makes, of which it needs at least one.",
        example='"word-frequencies/1"',
    ),
    Key(
        name="consumes",
        shape="texts",
        default="none",
        holds="record",
        kinds=("analyzer", "visualizer"),
        help="Records it needs. The engine finds and runs a plugin that produces each.",
        example='["word-frequencies/1"]',
    ),
    Key(
        name="consumes_when",
        shape="conditions",
        default="none",
        pattern=r"[^\s=]+=.+",
        rule='a table of records, each with a text like "param=value"',
        holds="record",
        kinds=("analyzer", "visualizer"),
        help="Records it needs for one value of a param only; its method gives them the default None.",
        example='{ "sentiment/1" = "colour=sentiment" }',
    ),
    Key(
        name="accepts",
        shape="texts",
        default="none",
        holds="media type",
        kinds=("document",),
        help="Media types it turns into plain documents.",
        example='["text/vtt"]',
    ),
    Key(
        name="dependencies",
        shape="texts",
        default="none",
        holds="requirement",
        help="Distributions it imports, as PEP 508 requirements without URLs. Checked before anything is imported.",
        example='["plotly>=6.0"]',
    ),
    Key(
        name="optional",
        shape="texts",
        default="none",
        holds="requirement",
        help="Distributions it uses when they are installed. Their versions are part of what a result is known by.",
        example='["simplemma>=1.1"]',
    ),
    Key(
        name="lifecycle",
        shape="text",
        default="stable",
        choices=("experimental", "stable", "deprecated"),
        help="How far it can be relied on. A deprecated plugin works as before and is shown as such.",
        example='"deprecated"',
    ),
    Key(
        name="replaced_by",
        shape="text",
        default="nothing",
        pattern="[a-z][a-z0-9_]{0,63}",
        rule="the id of a plugin",
        holds="id",
        help="Id of the plugin to use instead of a deprecated one.",
        example='"better_words"',
    ),
    Key(
        name="limits",
        shape="table",
        default="the engine's settings",
        help="What it asks of the engine.",
        example="{ max_failures = 3 }",
    ),
)
"""The keys of a manifest, in the order they are best written."""

_SETTING = "the engine's setting"
LIMIT_KEYS: tuple[Key, ...] = (
    Key(
        name="max_failures",
        shape="count",
        least=1,
        default=_SETTING,
        help="Consecutive failures that open its circuit.",
        example="5",
    ),
    Key(
        name="timeout_seconds",
        shape="seconds",
        least=0,
        default=_SETTING,
        help="How long the circuit stays open.",
        example="300",
    ),
    Key(
        name="isolation",
        shape="text",
        default="inline",
        choices=("inline", "thread", "process"),
        help="Where its calls run: in the caller's thread, in one of its own, or in a process that can be killed.",
        example='"process"',
    ),
    Key(
        name="call_seconds",
        shape="seconds",
        least=0.001,
        default=_SETTING,
        help="Longest a call may take, unless it runs inline.",
        example="60",
    ),
    Key(
        name="max_concurrent",
        shape="count",
        least=1,
        default=_SETTING,
        help="Calls that may be under way at the same time.",
        example="4",
    ),
    Key(
        name="memory_mb",
        shape="count",
        least=64,
        default=_SETTING,
        help="Memory its process may use, in MiB of address space.",
        example="1024",
    ),
    Key(
        name="cpu_seconds",
        shape="seconds",
        least=1,
        default="no bound but `call_seconds`",
        help="Processor time one call may use in a process of its own.",
        example="30",
    ),
)
"""The keys of a manifest's ``limits`` table."""
