"""Versions and ranges of them as PEP 440 orders them (``packaging`` is no dependency, and 30 ms to import)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from attrs import evolve, frozen

_VERSION = re.compile(
    r"""\s*v?
    (?:(?P<epoch>[0-9]+)!)?
    (?P<release>[0-9]+(?:\.[0-9]+)*)
    (?:[._-]?(?P<phase>alpha|a|beta|b|preview|pre|c|rc)[._-]?(?P<pre>[0-9]*))?
    (?P<after>-(?P<post>[0-9]+)|[._-]?(?:post|rev|r)[._-]?(?P<named_post>[0-9]*))?
    (?P<before>[._-]?dev[._-]?(?P<dev>[0-9]*))?
    (?:\+(?P<local>[a-z0-9]+(?:[._-][a-z0-9]+)*))?\s*""",
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
_PHASES = {"alpha": "a", "beta": "b", "c": "rc", "pre": "rc", "preview": "rc"}.get
_CLAUSE = re.compile(r"\s*(===|>=|<=|==|!=|~=|>|<)\s*(\S+)\s*")
_LONGEST = 200

Clauses = tuple[tuple[str, str], ...]
"""Operators and versions; all must hold."""


@frozen
class Version:
    """A version number, taken apart."""

    epoch: int
    release: tuple[int, ...]
    """As it was written, zeros at the end included."""
    pre: tuple[str, int] | None
    """Phase ("a", "b" or "rc") and number; None for no pre-release."""
    post: int | None
    dev: int | None
    local: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Version | None:
        """Read a version; None for a text that is none."""
        match = _VERSION.fullmatch(text) if len(text) <= _LONGEST else None
        if match is None:
            return None
        phase = (match["phase"] or "").lower()
        return cls(
            int(match["epoch"] or 0),
            tuple(int(part) for part in match["release"].split(".")),
            (_PHASES(phase, phase), int(match["pre"] or 0)) if phase else None,
            int(match["post"] or match["named_post"] or 0) if match["after"] else None,
            int(match["dev"] or 0) if match["before"] else None,
            tuple(re.split(r"[._-]", match["local"].lower())) if match["local"] else (),
        )

    @property
    def key(self) -> tuple[Any, ...]:
        """What versions are ordered by, its local part apart: 1.dev1 < 1a1 < 1rc1 < 1 < 1.post1.dev1 < 1.post1."""
        phase: tuple[Any, ...] = (1, *self.pre) if self.pre else (2,)
        if self.pre is None and self.post is None and self.dev is not None:
            phase = (0,)
        after = -1 if self.post is None else self.post
        return *self.base, phase, after, (1, 0) if self.dev is None else (0, self.dev)

    @property
    def full_key(self) -> tuple[Any, ...]:
        """What versions are ordered by, their local parts included."""
        return *self.key, tuple((1, int(part), "") if part.isdigit() else (0, 0, part) for part in self.local)

    @property
    def base(self) -> tuple[int, tuple[int, ...]]:
        """Epoch and release; zeros at its end do not count."""
        length = len(self.release)
        while length and self.release[length - 1] == 0:
            length -= 1
        return self.epoch, self.release[:length]

    def begins(self, epoch: int, release: tuple[int, ...]) -> bool:
        """Tell whether epoch and the beginning of the release are these."""
        padded = self.release + (0,) * (len(release) - len(self.release))
        return self.epoch == epoch and padded[: len(release)] == release


def parse_range(text: str) -> Clauses:
    """Read a version range such as ``>=1,<2``; empty text allows everything.

    Raises:
        ValueError: it is no range.
    """
    clauses: list[tuple[str, str]] = []
    for part in filter(None, (each.strip() for each in text.strip(" ()").split(","))):
        match = _CLAUSE.fullmatch(part)
        if match is None or not _is_bound(match[1], match[2]):
            raise ValueError(f"{text[:_LONGEST]!r} is not a version range; write it like '>=1,<2'")
        clauses.append((match[1], match[2]))
    return tuple(clauses)


def _is_bound(operator: str, text: str) -> bool:
    if operator == "===":
        return True
    if operator in ("==", "!="):
        bound = Version.parse(text.removesuffix(".*"))
        return bound is not None and (not text.endswith(".*") or _is_plain(bound))
    bound = Version.parse(text)
    return bound is not None and not bound.local and (operator != "~=" or len(bound.release) > 1)


def _is_plain(version: Version) -> bool:
    return version.pre is None and version.post is None and version.dev is None and not version.local


def in_range(version: str, clauses: Iterable[tuple[str, str]]) -> bool:
    """Tell whether a version satisfies every clause; a text that is no version satisfies only the identity ``===``.

    Pre-releases count as what they are, for the version asked about is installed already: 1.0rc1 is before 1.0, and
    after 0.9. The rules are those of PEP 440.
    """
    parsed = Version.parse(version)
    return all(
        version.lower() == bound.lower()
        if operator == "==="
        else parsed is not None and _holds(parsed, operator, bound)
        for operator, bound in clauses
    )


def _holds(version: Version, operator: str, text: str) -> bool:
    bound = Version.parse(text.removesuffix(".*"))
    if bound is None:
        return False
    if operator in ("==", "!="):
        return _equals(version, bound, is_prefix=text.endswith(".*")) is (operator == "==")
    if operator == "~=":
        return version.key >= bound.key and version.begins(bound.epoch, bound.release[:-1])
    if operator in (">=", "<="):
        return version.key >= bound.key if operator == ">=" else version.key <= bound.key
    if operator == "<":
        # What comes before a final release begins with its own first development release, which does not count.
        is_final = bound.pre is None and bound.dev is None
        return version.key < (evolve(bound, dev=0) if is_final else bound).key
    is_its_post_release = version.post is not None and evolve(version, post=None, dev=None).key == bound.key
    return version.key > bound.key and not is_its_post_release


def _equals(version: Version, bound: Version, *, is_prefix: bool) -> bool:
    if is_prefix:
        return version.begins(bound.epoch, bound.release)
    return version.full_key == bound.full_key if bound.local else version.key == bound.key
