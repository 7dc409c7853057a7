"""Requirements as PEP 508 writes them, URLs apart."""

from __future__ import annotations

import re
from collections.abc import Callable

from attrs import frozen

from qualia._plugins.marker import Marker, value_here
from qualia._plugins.version import Clauses, in_range, parse_range

_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[[A-Za-z0-9,._\s-]*\])?\s*(.*)")
_LONGEST = 1000


@frozen
class Requirement:
    """A distribution and the versions of it that will do."""

    name: str
    """Normalised as PEP 503 says."""
    clauses: Clauses
    """Operator and version; all must hold."""
    marker: str = ""
    """Where it is needed, such as ``sys_platform == "win32"``; empty for everywhere."""

    @classmethod
    def parse(cls, text: str) -> Requirement:
        """Read ``name>=1,<2; marker`` (a PEP 508 requirement without a URL).

        Raises:
            ValueError: it is something else.
        """
        wanted, semicolon, marker = text.partition(";")
        match = _REQUIREMENT.fullmatch(wanted.strip()) if len(text) <= _LONGEST else None
        if match is None or (semicolon and not marker.strip()):
            raise ValueError(f"{text[:_LONGEST]!r} is not a requirement; write it like 'name>=1,<2'")
        if marker:
            Marker(marker.strip()).holds()
        return cls(normalised(match[1]), parse_range(match[2]), marker.strip())

    def allows(self, version: str) -> bool:
        """Tell whether a version will do."""
        return in_range(version, self.clauses)

    def applies(self, value_of: Callable[[str], str] = value_here) -> bool:
        """Tell whether it is needed where ``value_of`` gives the variables of markers; as it is, on this machine."""
        return not self.marker or Marker(self.marker, value_of).holds()


def normalised(name: str) -> str:
    """Write a distribution's name as PEP 503 does, so that ``A_b`` and ``a-b`` are one."""
    return re.sub(r"[-_.]+", "-", name).lower()
