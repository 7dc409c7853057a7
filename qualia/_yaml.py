"""YAML as plain data, and what a reader of a file that somebody wrote found wrong with it."""

from __future__ import annotations

from typing import Any


class HasAlias(ValueError):
    """A YAML text in which something stands for what was written elsewhere."""


def parse_yaml(text: str) -> Any:
    """Read plain data from YAML; dates are what YAML makes of them.

    An alias of an alias of an alias is how a small file fills the memory, so there may be none.

    Raises:
        HasAlias: there is one.
        ValueError: the text is not YAML; it says where, as far as that is known.
        RecursionError: it is nested deeper than can be followed.
        ImportError: the library that reads YAML is not installed.
    """
    import yaml

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        for event in yaml.parse(text, Loader=loader):
            if isinstance(event, yaml.AliasEvent):
                raise HasAlias(f"aliases are not taken{_spot(event.start_mark)}")
        return yaml.load(text, Loader=loader)  # noqa: S506 - a safe loader, in C where there is one
    except yaml.YAMLError as error:
        told = getattr(error, "problem", None) or " ".join(str(error).split())
        raise ValueError(f"{told}{_spot(getattr(error, 'problem_mark', None))}") from error


def ill_formed(error: Exception) -> str:
    """Return in one line what a reader of JSON, TOML or YAML found wrong, and where."""
    from json import JSONDecodeError

    if isinstance(error, JSONDecodeError):
        return f"{error.msg} (at line {error.lineno}, column {error.colno})"
    return " ".join(str(error).split())


def _spot(mark: Any) -> str:
    return "" if mark is None else f" (at line {mark.line + 1}, column {mark.column + 1})"
