"""Params: declared once, checked without converting, and every refusal says what would be right."""

from __future__ import annotations

from typing import Any, Literal

import attrs
import pytest
from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st

from qualia.errors import InvalidParam
from qualia.plugin import NoParams, ParamSpec, build_params, param, param_specs, parse_text


@frozen
class Params:
    """One option of each type."""

    top: int = param(100, ge=1, le=1000, help="Keep N.")
    share: float = param(0.5, ge=0, le=1, help="A share.")
    bare: bool = param(False, help="A switch.")
    title: str = param("", help="A title.")
    chart: Literal["bar", "pie"] = param("bar", help="A form.")
    words: tuple[str, ...] = param((), help="Words.")
    limit: int | None = param(None, ge=0, help="A limit or none.")


SPECS = {spec.name: spec for spec in param_specs(Params)}
ANYTHING: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.tuples(inner) | st.dictionaries(st.integers(), inner, max_size=2),
    max_leaves=5,
)


def test_a_declaration_says_all_a_face_needs() -> None:
    """Name, type, default, help, choices and bounds stand in the spec, in order of declaration."""
    assert list(SPECS) == ["top", "share", "bare", "title", "chart", "words", "limit"]
    assert SPECS["top"] == ParamSpec(name="top", kind="int", default=100, help="Keep N.", ge=1, le=1000)
    assert SPECS["chart"] == ParamSpec(name="chart", kind="str", default="bar", help="A form.", choices=("bar", "pie"))
    assert SPECS["limit"] == ParamSpec(
        name="limit", kind="int", default=None, help="A limit or none.", ge=0, optional=True
    )
    assert [spec.kind for spec in SPECS.values()] == ["int", "float", "bool", "str", "str", "list", "int"]


def test_omitted_options_take_their_defaults() -> None:
    """Giving every default explicitly is the same as giving nothing."""
    given_all = {name: spec.default for name, spec in SPECS.items()}
    assert build_params(Params, {}, plugin="p") == build_params(Params, given_all, plugin="p") == Params()


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("top", 1, 1),
        ("top", 1000, 1000),
        ("share", 1, 1.0),
        ("share", 0.25, 0.25),
        ("bare", True, True),
        ("words", ["a", "b"], ("a", "b")),
        ("words", (), ()),
        ("limit", None, None),
        ("limit", 0, 0),
    ],
)
def test_a_fitting_value_is_kept(name: str, value: object, kept: object) -> None:
    """Bounds are inclusive; an int is a float where one belongs, and a list a tuple."""
    found = getattr(build_params(Params, {name: value}, plugin="p"), name)
    assert (found, type(found)) == (kept, type(kept))


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("top", "5", 'must be an int, not "5" (str)'),
        ("top", True, "must be an int, not true (bool)"),
        ("top", 5.0, "must be an int, not 5.0 (float)"),
        ("top", None, "must be an int, not null (NoneType)"),
        ("top", 0, "must be at least 1, not 0"),
        ("top", 1001, "must be at most 1000, not 1001"),
        ("share", "0.5", 'must be a float, not "0.5" (str)'),
        ("share", False, "must be a float, not false (bool)"),
        ("share", float("nan"), "must be a finite number, not nan"),
        ("share", float("inf"), "must be a finite number, not inf"),
        ("share", 1.5, "must be at most 1, not 1.5"),
        ("bare", 1, "must be a bool, not 1 (int)"),
        ("bare", "true", 'must be a bool, not "true" (str)'),
        ("title", 1, "must be a str, not 1 (int)"),
        ("title", None, "must be a str, not null (NoneType)"),
        ("chart", "line", 'must be one of bar, pie, not "line" (str)'),
        ("chart", 1, "must be a str, not 1 (int)"),
        ("words", "a,b", 'must be a list of texts, not "a,b" (str)'),
        ("words", ["a", 1], 'must be a list of texts, not ["a", 1] (list)'),
        ("words", {"a": 1}, 'must be a list of texts, not {"a": 1} (dict)'),
        ("limit", -1, "must be at least 0, not -1"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_and_shown(name: str, value: object, reason: str) -> None:
    """Nothing is converted; the sentence says what belongs there and what came."""
    with pytest.raises(InvalidParam) as caught:
        build_params(Params, {name: value}, plugin="word_frequency")
    assert (caught.value.plugin, caught.value.param, caught.value.reason) == ("word_frequency", name, reason)
    assert str(caught.value) == f"word_frequency: param {name!r} {reason}"


@pytest.mark.properties
@given(name=st.sampled_from([*SPECS, "other"]), value=ANYTHING)
def test_whatever_comes_is_taken_or_refused_by_name(name: str, value: object) -> None:
    """No value gives another error than InvalidParam, and what is taken has exactly the declared type."""
    params = Params()
    try:
        params = build_params(Params, {name: value}, plugin="p")
    except InvalidParam as error:
        refused = error.param
    else:
        refused = ""
    if refused:
        assert refused == name
        return
    kinds = {"top": int, "share": float, "bare": bool, "title": str, "chart": str, "words": tuple}
    assert type(getattr(params, name)) in ((int, type(None)) if name == "limit" else (kinds[name],))


@pytest.mark.parametrize("value", [{(1, 2): 3}, 10**400, [object()]], ids=["tuple key", "huge", "object"])
@pytest.mark.parametrize("name", ["share", "words", "title"])
def test_values_that_are_hard_to_show_are_refused_all_the_same(name: str, value: object) -> None:
    """A value JSON cannot write, or a float cannot hold, is an InvalidParam too."""
    with pytest.raises(InvalidParam):
        build_params(Params, {name: value}, plugin="p")


def test_a_long_value_is_shown_short() -> None:
    """The sentence stays a sentence, whatever was given."""
    with pytest.raises(InvalidParam) as caught:
        build_params(Params, {"top": "x" * 10_000}, plugin="p")
    assert len(str(caught.value)) < 150


def test_an_unknown_option_names_the_nearest() -> None:
    """A misspelled name is refused with what was probably meant."""
    with pytest.raises(InvalidParam, match="param 'tpo' is unknown; did you mean 'top'"):
        build_params(Params, {"tpo": 5}, plugin="p")
    with pytest.raises(InvalidParam, match="is unknown; nothing is known here"):
        build_params(NoParams, {"a": 5}, plugin="p")


@pytest.mark.parametrize("values", [[], "top=5", 3, None])
def test_params_that_are_no_mapping_are_refused(values: Any) -> None:
    """Params are names and values."""
    with pytest.raises(InvalidParam, match="give a mapping of names to values"):
        build_params(Params, values, plugin="p")


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("top", "5", 5),
        ("share", "0.5", 0.5),
        ("share", "1", 1.0),
        ("bare", "true", True),
        ("bare", "NO", False),
        ("title", " as it is ", " as it is "),
        ("title", "", ""),
        ("words", "a, b,,c", ("a", "b", "c")),
        ("words", "", ()),
        ("limit", "", None),
        ("limit", "3", 3),
    ],
)
def test_text_becomes_a_value(name: str, text: str, value: object) -> None:
    """A command line's text is read by the option's type; nothing stands for None."""
    found = parse_text(SPECS[name], text, plugin="p")
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("top", "five", "param 'top' must be an int, not 'five'"),
        ("top", "5.0", "must be an int"),
        ("top", "", "must be an int, not ''"),
        ("top", "9" * 5000, "must be an int"),
        ("share", "half", "must be a float, not 'half'"),
        ("bare", "maybe", "must be true or false, not 'maybe'"),
    ],
    ids=["word", "float", "nothing", "long", "half", "maybe"],
)
def test_text_that_is_no_value_is_refused(name: str, text: str, sentence: str) -> None:
    """The sentence names the option and shows the text."""
    with pytest.raises(InvalidParam, match=sentence):
        parse_text(SPECS[name], text, plugin="p")


@pytest.mark.properties
@given(name=st.sampled_from(list(SPECS)), text=st.text())
def test_whatever_text_comes_is_read_or_refused(name: str, text: str) -> None:
    """No text gives another error than InvalidParam."""
    refused = name
    try:
        parse_text(SPECS[name], text, plugin="p")
    except InvalidParam as error:
        refused = error.param
    assert refused == name


def declared(annotation: Any, default: Any = None) -> type[Any]:
    """Make a params class with one option."""
    return attrs.make_class("Odd", {"x": attrs.field(default=default, type=annotation)}, frozen=True)


@pytest.mark.parametrize("annotation", [dict, list[str], bytes, int | str, int | str | None, Literal[1, 2]])
def test_an_annotation_faces_cannot_show_is_refused(annotation: Any) -> None:
    """Only the types every face can ask for are allowed; the option is named."""
    with pytest.raises(TypeError, match=r"param 'x' is a .*; use bool, int, float, str, Literal"):
        param_specs(declared(annotation))


def test_a_class_that_is_not_attrs_is_refused() -> None:
    """The sentence says what to write."""

    class Plain:
        pass

    with pytest.raises(TypeError, match="Plain is not an attrs class; put @frozen above it"):
        param_specs(Plain)


def test_an_option_without_help_still_has_a_spec() -> None:
    """A plain attrs field is an option without help and bounds."""
    spec = param_specs(declared(int, 3))[0]
    assert spec == ParamSpec(name="x", kind="int", default=3, help="")
