"""Params as a form: what is typed, what is wrong with it, and that the form and the engine are of one mind."""

from __future__ import annotations

import json
import re
import string
from typing import Any

import pytest
from attrs import make_class
from hypothesis import given
from hypothesis import strategies as st

from qualia._form import Form, offered, reason_against, text_of, value_of
from qualia._values import to_plain
from qualia.errors import InvalidParam
from qualia.plugin import ParamSpec, build_params, param, param_specs, parse_text
from qualia_tui.model.form import (
    allowed,
    form_columns,
    form_rows,
    next_offered,
    specs_of,
    typed,
    wrong,
)
from qualia_tui.words import speaking
from tests.tui.pipelines_data import inspected

TYPES: dict[str, Any] = {"bool": bool, "int": int, "float": float, "str": str, "list": tuple[str, ...]}
DEFAULTS: dict[str, Any] = {"bool": True, "int": 5, "float": 0.5, "str": "auto", "list": ("a", "b")}
BOUNDS = st.one_of(st.none(), st.integers(-20, 20))


@st.composite
def declared(draw: st.DrawFn) -> type[Any]:
    """Return a params class with one option called ``it``."""
    kind = draw(st.sampled_from(sorted(TYPES)))
    is_number = kind in ("int", "float")
    hint = TYPES[kind] | None if draw(st.booleans()) else TYPES[kind]
    option = param(
        DEFAULTS[kind], ge=draw(BOUNDS) if is_number else None, le=draw(BOUNDS) if is_number else None, help="It."
    )
    made = make_class("Params", {"it": option}, frozen=True)
    made.__annotations__ = {"it": hint}
    return made


def spec_of(kind: type[Any]) -> ParamSpec:
    """Return the one option of a params class."""
    return param_specs(kind)[0]


def specs() -> tuple[ParamSpec, ...]:
    """Return the params that the tests' host declares."""
    return specs_of(inspected("word_frequency"))


def of(name: str) -> ParamSpec:
    """Return one of them."""
    return next(spec for spec in specs() if spec.name == name)


@given(declared())
def test_what_a_plugin_declares_arrives_whole(kind: type[Any]) -> None:
    """A declaration is the same after it went through the host's JSON."""
    sent = json.loads(json.dumps({"params": to_plain(param_specs(kind))}))
    assert specs_of(sent) == param_specs(kind)


@given(declared(), st.text(string.printable, max_size=12) | st.integers(-30, 30).map(str) | st.floats().map(str))
def test_form_and_engine_agree(kind: type[Any], text: str) -> None:
    """What the form takes is what the engine takes, as the same value; what it refuses the engine refuses too."""
    spec = spec_of(kind)
    trouble = reason_against(spec, text, plugin="toy")
    assert bool(wrong(spec, text, plugin="toy")) == bool(trouble)
    if trouble:
        with pytest.raises(InvalidParam, match=re.escape(trouble.partition(", not ")[0])):
            build_params(kind, {"it": parse_text(spec, text, plugin="toy")}, plugin="toy")
        return
    value = value_of(spec, text, plugin="toy")
    engine: Any = build_params(kind, {"it": value}, plugin="toy")
    assert engine.it == value


@given(declared(), st.integers(-30, 30), st.floats(-30, 30), st.text(string.ascii_letters, min_size=1), st.booleans())
def test_a_value_is_typed_as_it_is_read(kind: type[Any], whole: int, number: float, text: str, flag: bool) -> None:
    """Every value the engine takes has a text, and that text is that value."""
    spec = spec_of(kind)
    values: dict[str, Any] = {"bool": flag, "int": whole, "float": number, "str": text, "list": (text, "z")}
    try:
        build_params(kind, {"it": values[spec.kind]}, plugin="toy")
    except InvalidParam:
        return
    assert value_of(spec, text_of(spec, values[spec.kind]), plugin="toy") == values[spec.kind]


def test_only_what_was_changed_is_sent() -> None:
    """A param typed as its default counts as untouched, and one can be given its default again."""
    form = Form(plugin="word_frequency", specs=specs())
    assert form.values() == {}
    form = form.with_text("top", "20").with_text("keep_words", "não, sim").with_text("language", "auto")
    assert form.values() == {"top": 20, "keep_words": ("não", "sim")}
    assert form.without("keep_words").with_text("top", "100").values() == {}


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("top", "x", "must be a whole number, not 'x'"),
        ("top", "0", "must be at least 1, not 0"),
        ("top", "1001", "must be at most 1000, not 1001"),
        ("threshold", "nan", "must be a finite number, not nan"),
        ("stop_words", "maybe", "must be true or false, not 'maybe'"),
        ("language", "xx", 'must be one of auto, none, pt, en, de, fr, es, not "xx" (str)'),
        ("threshold", "", ""),
        ("top", "1000", ""),
    ],
)
def test_what_is_wrong_is_said(name: str, text: str, reason: str) -> None:
    """The engine's own sentence tells what is wrong with a text; nothing is said of a good one."""
    assert wrong(of(name), text, plugin="word_frequency") == reason


def test_what_is_wrong_is_said_in_portuguese() -> None:
    """The engine's sentences are known to the console in its own language."""
    with speaking("pt-BR"):
        assert wrong(of("top"), "0", plugin="word_frequency") != "must be at least 1, not 0"


def test_few_values_are_gone_through() -> None:
    """Truths and choices follow one another round and round; anything else has nothing to choose from."""
    assert next_offered(of("stop_words"), "true") == "false"
    assert next_offered(of("stop_words"), "false") == "true"
    assert next_offered(of("unit"), "lemma") == "word"
    assert next_offered(of("unit"), "what") == "word"
    assert offered(of("top")) == ()


def test_what_a_param_takes_is_told_in_a_few_words() -> None:
    """Bounds, choices and whether nothing is a value are told."""
    assert allowed(of("top")) == "a whole number 1..1000"
    assert allowed(of("threshold")) == "a number 0..1 or nothing"
    assert allowed(of("language")) == "auto, none, pt, en, de, fr, and 1 more"


def test_a_form_has_a_row_for_each_param() -> None:
    """A star says what was changed, and every row has a cell for each column."""
    rows = form_rows(Form(plugin="word_frequency", specs=specs()).with_text("top", "20"))
    assert [row.cells[0].text for row in rows][:2] == ["* top", "  language"]
    assert rows[0].cells[1].text == "20"
    assert {len(row.cells) for row in rows} == {len(form_columns())}


def test_what_is_no_declaration_is_left_out() -> None:
    """A host of another version may say something this console does not know."""
    assert specs_of({"params": [{"name": "a", "kind": "colour"}, {"kind": "int"}, "b"]}) == ()
    assert specs_of(None) == ()


def test_a_number_may_have_the_decimal_sign_of_the_language() -> None:
    """Half is 0,5 in Portuguese; in English a comma is a mistake, which is told in words of no programmer."""
    weight = ParamSpec(name="weight", kind="float", default=0.1, help="", ge=0.0, le=1.0)
    count = ParamSpec(name="count", kind="int", default=1, help="")
    with speaking("pt-BR"):
        assert wrong(weight, "0,5", plugin="p") == ""
        assert value_of(weight, typed(weight, "0,5"), plugin="p") == 0.5
        assert wrong(weight, "1,5", plugin="p") == "deve ser no máximo 1.0, não 1.5"
        assert wrong(weight, "1.000,5", plugin="p") == "deve ser um número, não '1.000,5'"
        assert wrong(count, "0,5", plugin="p") == "deve ser um número inteiro, não '0,5'"
    assert wrong(weight, "0,5", plugin="p") == "must be a number, not '0,5'"
    assert wrong(count, "abc", plugin="p") == "must be a whole number, not 'abc'"
