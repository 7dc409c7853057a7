"""Version ranges: what they allow, checked against the reference implementation where it is installed."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualia._plugins.requirement import Requirement, in_range, installed_versions, normalised, parse_range

RELEASES = st.lists(st.integers(0, 2), min_size=1, max_size=3).map(lambda parts: ".".join(map(str, parts)))
CLAUSES = st.tuples(st.sampled_from((">=", "<=", "==", "!=", "~=", ">", "<")), RELEASES).filter(
    lambda clause: clause[0] != "~=" or "." in clause[1]
)


@pytest.mark.properties
@given(version=RELEASES, clauses=st.lists(CLAUSES, max_size=2))
def test_a_range_allows_what_packaging_allows(version: str, clauses: list[tuple[str, str]]) -> None:
    """For release numbers every operator means what PEP 440 says."""
    specifiers = pytest.importorskip("packaging.specifiers")
    text = ",".join(operator + bound for operator, bound in clauses)
    assert in_range(version, parse_range(text)) == specifiers.SpecifierSet(text).contains(version)


@pytest.mark.parametrize(
    ("text", "name", "clauses"),
    [
        ("plotly", "plotly", ()),
        ("plotly>=6.0", "plotly", ((">=", "6.0"),)),
        (" Text_Blob >= 0.18 , < 1 ", "text-blob", ((">=", "0.18"), ("<", "1"))),
        ("a.b-c[x,y] ~= 1.4", "a-b-c", (("~=", "1.4"),)),
        ("spacy (>=3)", "spacy", ((">=", "3"),)),
    ],
)
def test_a_requirement_is_a_name_and_a_range(text: str, name: str, clauses: tuple[tuple[str, str], ...]) -> None:
    """Names are normalised; extras and spaces do not matter."""
    assert Requirement.parse(text) == Requirement(name, clauses)


@pytest.mark.parametrize(
    "text", ["", ">=1", "a b", "a=1", "a>=", "a>=x", "a; python_version < '3'", "a @ https://x", "a~=1"]
)
def test_what_is_no_requirement_is_refused(text: str) -> None:
    """Markers, URLs and misspellings are refused with an example."""
    with pytest.raises(ValueError, match="write it like"):
        Requirement.parse(text)


@pytest.mark.parametrize(
    ("version", "allowed"), [("1.4", True), ("1.4.0rc1", True), ("1!1.4", False), ("2.0", False), ("x", False)]
)
def test_only_the_release_number_is_compared(version: str, allowed: bool) -> None:
    """A pre-release counts as its release; what has no number is version 0."""
    assert Requirement.parse("a>=1.4,<2").allows(version) is allowed


def test_names_are_one_however_they_are_spelled() -> None:
    """PEP 503: case and separators do not matter."""
    assert {normalised(name) for name in ("Foo.Bar", "foo-bar", "FOO__bar", "foo-.-bar")} == {"foo-bar"}


def test_what_is_installed_is_read_from_folder_names(tmp_path: Path) -> None:
    """The first place on the path wins; places that are not there and files of other kinds do not matter."""
    first, second = tmp_path / "1", tmp_path / "2"
    for path in (first / "Foo_Bar-1.0.dist-info", second / "foo_bar-2.0.dist-info", second / "old-0.1-py3.egg-info"):
        path.mkdir(parents=True)
    (second / "noise.txt").touch()
    (second / "broken.dist-info").mkdir()
    found = installed_versions([str(tmp_path / "none"), str(first), str(second)])
    assert found == {"foo-bar": "1.0", "old": "0.1"}
