"""Versions, ranges, markers and requirements: checked against the reference implementation where it is installed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from qualia._plugins.marker import Marker, value_here
from qualia._plugins.requirement import Requirement, normalised
from qualia._plugins.version import Version, in_range, parse_range

RELEASES = st.lists(st.integers(0, 2), min_size=1, max_size=3).map(lambda parts: ".".join(map(str, parts)))


def either(*texts: str) -> st.SearchStrategy[str]:
    return st.sampled_from(("", *texts))


PUBLIC = st.tuples(
    either("0!", "1!"),
    RELEASES,
    either("a", "b1", "rc0", ".alpha1", "-c1", "pre", "_beta.2"),
    either(".post1", "-1", "post", ".rev0", "r2"),
    either(".dev0", "dev1", "-dev"),
).map("".join)
VERSIONS = st.tuples(PUBLIC, either("+1", "+a", "+a.1", "+1.10", "+Ubuntu-1")).map("".join)
CLAUSES = st.one_of(
    st.tuples(st.sampled_from((">=", "<=", ">", "<", "~=", "==", "!=", "===")), VERSIONS).map("".join),
    st.tuples(st.sampled_from(("==", "!=")), either("1!"), RELEASES, st.just(".*")).map("".join),
)
VARIABLES = {
    "python_version": ("3.9", "3.11"),
    "python_full_version": ("3.11.7", "3.13.0rc1"),
    "os_name": ("posix", "nt"),
    "sys_platform": ("linux", "win32"),
    "platform_release": ("6.5.0-1025-azure", "10"),
    "platform_machine": ("x86_64", "arm64"),
    "implementation_name": ("cpython",),
    "extra": ("",),
}
ENVIRONMENTS = st.fixed_dictionaries({name: st.sampled_from(values) for name, values in VARIABLES.items()})
QUOTED = st.tuples(
    st.sampled_from("'\""), st.sampled_from(("3.11", "3.9", "3.*", "linux", "nt", "x86_64", "10", "x"))
).map(lambda pair: f"{pair[0]}{pair[1]}{pair[0]}")
COMPARISONS = st.sampled_from(("==", "!=", "<", "<=", ">", ">=", "~=", "===", "in", "not in", "not  in"))
MARKERS = st.recursive(
    st.one_of(
        st.tuples(st.sampled_from(tuple(VARIABLES)), COMPARISONS, QUOTED),
        st.tuples(QUOTED, COMPARISONS, st.sampled_from(tuple(VARIABLES))),
    ).map(" ".join),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(("and", "or")), inner).map(" ".join), inner.map(lambda text: f"({text})")
    ),
    max_leaves=4,
)


def or_none(action: Any, *errors: type[Exception]) -> Any:
    """Return what an action gives; None when it raises one of these errors."""
    try:
        return action()
    except errors:
        return None


@pytest.mark.properties
@given(left=VERSIONS, right=VERSIONS)
@example(left="1.0rc1", right="1.0")
@example(left="1.0.dev1", right="1.0a1")
@example(left="1!0", right="2024.1")
@example(left="1.0+local.2", right="1.0")
def test_versions_are_ordered_as_packaging_orders_them(left: str, right: str) -> None:
    """Epochs, pre-, post- and development releases and local parts all count as PEP 440 says."""
    version = pytest.importorskip("packaging.version").Version
    ours, theirs = (Version.parse(left), Version.parse(right)), (version(left), version(right))
    assert ours[0] is not None and ours[1] is not None
    assert (ours[0].full_key < ours[1].full_key) is (theirs[0] < theirs[1])
    assert (ours[0].full_key == ours[1].full_key) is (theirs[0] == theirs[1])


@pytest.mark.properties
@given(version=VERSIONS, clauses=st.lists(CLAUSES, max_size=2))
def test_a_range_allows_what_packaging_allows(version: str, clauses: list[str]) -> None:
    """Every operator means what PEP 440 says of what is installed, and what it refuses to read is refused here."""
    specifiers = pytest.importorskip("packaging.specifiers")
    text = ",".join(clauses)
    theirs = or_none(
        lambda: specifiers.SpecifierSet(text).contains(version, prereleases=True), specifiers.InvalidSpecifier
    )
    assert or_none(lambda: in_range(version, parse_range(text)), ValueError) == theirs


@pytest.mark.properties
@given(text=MARKERS, environment=ENVIRONMENTS)
@example(text='python_version < "3.12"', environment={"python_version": "3.9"})
@example(
    text='"linux" in sys_platform and (os_name == "nt" or extra == "")',
    environment={"sys_platform": "linux", "os_name": "posix", "extra": ""},
)
def test_a_marker_holds_where_packaging_says_so(text: str, environment: dict[str, str]) -> None:
    """Markers mean what PEP 508 says, on any machine; those that mean nothing are refused."""
    markers = pytest.importorskip("packaging.markers")
    theirs = or_none(lambda: markers.Marker(text).evaluate(environment), markers.UndefinedComparison)
    assert or_none(Marker(text, environment.__getitem__).holds, ValueError) == theirs


def test_the_variables_of_markers_are_this_machines() -> None:
    """Each variable has the value that installers see."""
    markers = pytest.importorskip("packaging.markers")
    assert {name: value_here(name) for name in markers.default_environment()} == markers.default_environment()
    assert value_here("extra") == ""


@pytest.mark.parametrize(
    "text",
    [
        "python_version",
        "python_version <",
        "python_version < 3.12",
        "'3' < '4'",
        "os_name == sys_platform",
        "pyhton_version < '3'",
        "(os_name == 'nt'",
        "os_name == 'nt')",
        "os_name == 'nt' and",
        "os_name == 'nt' os_name == 'nt'",
        "os_name ~= 'nt'",
        "os_name == 'nt",
        "(" * 5_000,
        "%",
    ],
    ids=lambda text: text[:20],
)
def test_what_is_no_marker_is_refused(text: str) -> None:
    """Whatever is wrong with it, the sentence shows how one is written, and no depth of brackets breaks the reader."""
    with pytest.raises(ValueError, match="is not a marker; write it like"):
        Marker(text).holds()


@given(text=st.text(max_size=40))
def test_any_text_is_a_requirement_or_refused_in_one_sentence(text: str) -> None:
    """No text makes the readers fail in another way."""
    assume(text)
    or_none(lambda: Requirement.parse(text).applies(), ValueError)
    or_none(lambda: in_range(text, parse_range(text)), ValueError)


@pytest.mark.parametrize(
    ("text", "name", "clauses", "marker"),
    [
        ("plotly", "plotly", (), ""),
        ("plotly>=6.0", "plotly", ((">=", "6.0"),), ""),
        (" Text_Blob >= 0.18 , < 1 ", "text-blob", ((">=", "0.18"), ("<", "1")), ""),
        ("a.b-c[x,y] ~= 1.4", "a-b-c", (("~=", "1.4"),), ""),
        ("spacy (>=3)", "spacy", ((">=", "3"),), ""),
        ("a==1.*; os_name == 'nt'", "a", (("==", "1.*"),), "os_name == 'nt'"),
    ],
)
def test_a_requirement_is_a_name_a_range_and_a_marker(
    text: str, name: str, clauses: tuple[tuple[str, str], ...], marker: str
) -> None:
    """Names are normalised; extras and spaces do not matter."""
    assert Requirement.parse(text) == Requirement(name, clauses, marker)


@pytest.mark.parametrize(
    "text",
    [
        "",
        ">=1",
        "a b",
        "a=1",
        "a>=",
        "a>=x",
        "a>=1.*",
        "a>=1+local",
        "a; ",
        "a; python < '3'",
        "a @ https://x",
        "a~=1",
        "a" * 60_000 + "\n",
    ],
)
def test_what_is_no_requirement_is_refused(text: str) -> None:
    """URLs and misspellings are refused with an example."""
    with pytest.raises(ValueError, match="write it like"):
        Requirement.parse(text)


@pytest.mark.parametrize(("marker", "applies"), [("", True), ("; os_name == 'x'", False), ("; os_name != 'x'", True)])
def test_a_requirement_applies_where_its_marker_holds(marker: str, applies: bool) -> None:
    """Without a marker it applies everywhere."""
    assert Requirement.parse(f"a{marker}").applies() is applies


@pytest.mark.parametrize(
    ("version", "allowed"),
    [
        ("1.4", True),
        ("1.4+cu118", True),
        ("1.4.post1", True),
        ("2.0rc1", False),
        ("1.4rc1", False),
        ("1!1.4", False),
        ("2.0", False),
        ("x", False),
        ("1" * 500, False),
    ],
)
def test_versions_of_the_real_world_fit_or_do_not(version: str, allowed: bool) -> None:
    """Pre-releases come before their release, local parts do not matter, and what is no version fits no bound."""
    assert Requirement.parse("a>=1.4,<2").allows(version) is allowed


def test_names_are_one_however_they_are_spelled() -> None:
    """PEP 503: case and separators do not matter."""
    assert {normalised(name) for name in ("Foo.Bar", "foo-bar", "FOO__bar", "foo-.-bar")} == {"foo-bar"}
