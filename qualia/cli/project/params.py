"""Files of one plugin's params: how they are known, what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from qualia.cli.project.problems import Problem
from qualia.cli.project.reading import Source
from qualia.errors import InvalidParam
from qualia.plugin import ParamSpec
from qualia.plugin._params import check_params

_MARK = re.compile(r"^[ \t]*#[ \t]*qualia: params of (\w+)[ \t]*$", re.MULTILINE)


def mark_of(plugin: str) -> str:
    """Return the comment by which a file of a plugin's params is known."""
    return f"# qualia: params of {plugin}"


def marked_plugin(text: str) -> str | None:
    """Return the plugin whose params a text says it holds; None when it says nothing."""
    match = _MARK.search(text)
    return None if match is None else match[1]


def param_problems(
    source: Source, specs: tuple[ParamSpec, ...], params: Mapping[Any, Any], plugin: str, *, at: tuple[str | int, ...]
) -> Iterator[Problem]:
    """Yield what is wrong with each param of a mapping that stands at ``at`` in a file."""
    for name, value in params.items():
        try:
            check_params(specs, {name: value}, plugin=plugin)
        except InvalidParam as error:
            yield source.problem(str(error), *at, str(name))
