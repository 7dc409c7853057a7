"""Version ranges and what is installed, read from folder names alone (``importlib.metadata`` costs 50 ms to import)."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping

from attrs import frozen

_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[A-Za-z0-9,._ -]*\])?\s*(.*)")
_CLAUSE = re.compile(r"\s*(>=|<=|==|!=|~=|>|<)\s*([0-9][0-9A-Za-z.+!-]*)\s*")
_RELEASE = re.compile(r"[0-9]+(?:\.[0-9]+)*")
_INSTALLED = re.compile(r"(.+?)-([0-9][^-]*)(?:-.*)?\.(?:dist-info|egg-info)")


@frozen
class Requirement:
    """A distribution and the versions of it that will do."""

    name: str
    """Normalised as PEP 503 says."""
    clauses: tuple[tuple[str, str], ...]
    """Operator and version; all must hold."""

    @classmethod
    def parse(cls, text: str) -> Requirement:
        """Read ``name>=1,<2`` (a PEP 508 requirement without markers and URLs).

        Raises:
            ValueError: it is something else.
        """
        match = _REQUIREMENT.fullmatch(text)
        if match is None:
            raise ValueError(f"{text!r} is not a requirement; write it like 'name>=1,<2'")
        return cls(normalised(match[1]), parse_range(match[2]))

    def allows(self, version: str) -> bool:
        """Tell whether a version will do."""
        return in_range(version, self.clauses)


def parse_range(text: str) -> tuple[tuple[str, str], ...]:
    """Read a version range such as ``>=1,<2``; empty text allows everything.

    Raises:
        ValueError: it is no range.
    """
    clauses: list[tuple[str, str]] = []
    for part in filter(None, (each.strip() for each in text.strip(" ()").split(","))):
        match = _CLAUSE.fullmatch(part)
        if match is None or (match[1] == "~=" and "." not in match[2]):
            raise ValueError(f"{text!r} is not a version range; write it like '>=1,<2'")
        clauses.append((match[1], match[2]))
    return tuple(clauses)


def in_range(version: str, clauses: Iterable[tuple[str, str]]) -> bool:
    """Tell whether a version satisfies every clause; only its release number is compared."""
    return all(_holds(_release(version), operator, _release(bound)) for operator, bound in clauses)


def _holds(version: tuple[int, ...], operator: str, bound: tuple[int, ...]) -> bool:
    width = max(len(version), len(bound))
    left = version + (0,) * (width - len(version))
    right = bound + (0,) * (width - len(bound))
    if operator == "~=":
        return left >= right and left[: len(bound) - 1] == bound[:-1]
    outcomes = {">=": left >= right, "<=": left <= right, "==": left == right}
    return outcomes.get(
        operator,
        {"!=": left != right, ">": left > right, "<": left < right}.get(operator, False),
    )


def _release(version: str) -> tuple[int, ...]:
    match = _RELEASE.match(version)
    return tuple(int(part) for part in match[0].split(".")) if match else (0,)


def normalised(name: str) -> str:
    """Write a distribution's name as PEP 503 does, so that ``A_b`` and ``a-b`` are one."""
    return re.sub(r"[-_.]+", "-", name).lower()


def installed_versions(search_path: Iterable[str]) -> Mapping[str, str]:
    """Return the version of every distribution installed on a search path, by normalised name."""
    found: dict[str, str] = {}
    for folder in search_path:
        try:
            names = os.listdir(folder or ".")  # noqa: PTH208 - names are all that is needed
        except OSError:
            continue
        for name in names:
            match = _INSTALLED.fullmatch(name) if name.endswith("-info") else None
            if match is not None:
                found.setdefault(normalised(match[1]), match[2])
    return found
