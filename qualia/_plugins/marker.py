"""Environment markers: the condition behind the semicolon of a requirement, as PEP 508 defines them."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable

from qualia._plugins.version import in_range, parse_range

_TOKEN = re.compile(r"""\s*(?:(not\s+in\b|===|[<>=!~]=|[<>()]|[a-z_]+)|'([^']*)'|"([^"]*)")""")
_OPERATORS = ("===", "==", "~=", "!=", "<=", ">=", "<", ">", "in", "not in")
_VERSIONS = ("python_version", "python_full_version", "implementation_version", "platform_release")
_VARIABLES = (
    *_VERSIONS,
    *("os_name", "sys_platform", "platform_system", "platform_machine", "platform_version"),
    *("platform_python_implementation", "implementation_name", "extra"),
)
_DEEPEST = 20


def value_here(variable: str) -> str:
    """Return what a marker's variable is for this interpreter on this machine."""
    if variable == "python_version":
        return f"{sys.version_info.major}.{sys.version_info.minor}"
    if variable == "implementation_version":
        version = sys.implementation.version
        text = f"{version.major}.{version.minor}.{version.micro}"
        return text if version.releaselevel == "final" else f"{text}{version.releaselevel[0]}{version.serial}"
    known = {"os_name": os.name, "sys_platform": sys.platform, "implementation_name": sys.implementation.name}
    if variable in known or variable == "extra":
        return known.get(variable, "")
    import platform

    name = {"python_full_version": "python_version", "platform_python_implementation": "python_implementation"}
    return str(getattr(platform, name.get(variable, variable.removeprefix("platform_")))())


class Marker:
    """One marker, read and evaluated in one go, from left to right."""

    def __init__(self, text: str, value_of: Callable[[str], str] = value_here) -> None:
        self._text: str = text
        self._value_of: Callable[[str], str] = value_of
        self._tokens: list[tuple[str, bool]] = []
        position = 0
        while text[position:].strip():
            match = _TOKEN.match(text, position)
            if match is None:
                raise self._wrong()
            is_text = match[1] is None
            self._tokens.append((match[2] or match[3] or "", True) if is_text else (" ".join(match[1].split()), False))
            position = match.end()
        self._tokens.reverse()

    def holds(self) -> bool:
        """Tell whether the marker holds; this uses it up.

        Raises:
            ValueError: it is no marker.
        """
        outcome = self._any(0)
        if self._tokens:
            raise self._wrong()
        return outcome

    def _any(self, depth: int) -> bool:
        outcome = self._all(depth)
        while self._takes("or"):
            outcome = self._all(depth) or outcome
        return outcome

    def _all(self, depth: int) -> bool:
        outcome = self._one(depth)
        while self._takes("and"):
            outcome = self._one(depth) and outcome
        return outcome

    def _one(self, depth: int) -> bool:
        if self._takes("("):
            if depth == _DEEPEST:
                raise self._wrong()
            outcome = self._any(depth + 1)
            if not self._takes(")"):
                raise self._wrong()
            return outcome
        (left, left_is_text), (operator, is_text), (right, right_is_text) = self._next(), self._next(), self._next()
        variable = right if left_is_text else left
        if is_text or operator not in _OPERATORS or left_is_text is right_is_text or variable not in _VARIABLES:
            raise self._wrong()
        left, right = (left, self._value_of(right)) if left_is_text else (self._value_of(left), right)
        return self._compare(left, operator, right, variable)

    def _compare(self, left: str, operator: str, right: str, variable: str) -> bool:
        if operator in ("in", "not in"):
            return (left in right) is (operator == "in")
        if variable in _VERSIONS:
            try:
                return in_range(left, parse_range(operator + right))
            except ValueError:
                pass
        if operator in ("===", "~="):
            raise self._wrong()
        # Texts have no order: PEP 508 leaves it open, and what installers do is to take them as equal or not.
        return (operator in ("==", "<=", ">=") and left == right) or (operator == "!=" and left != right)

    def _next(self) -> tuple[str, bool]:
        if not self._tokens:
            raise self._wrong()
        return self._tokens.pop()

    def _takes(self, word: str) -> bool:
        if self._tokens and self._tokens[-1] == (word, False):
            self._tokens.pop()
            return True
        return False

    def _wrong(self) -> ValueError:
        return ValueError(f"{self._text!r} is not a marker; write it like 'python_version < \"3.12\"'")
