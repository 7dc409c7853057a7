"""Errors as data: each says one sentence and survives the way to another process."""

from __future__ import annotations

import copy
import inspect
import pickle
from typing import Any

import pytest

from qualia import errors
from qualia.errors import QualiaError, describe

KINDS = sorted(
    (kind for kind in vars(errors).values() if inspect.isclass(kind) and issubclass(kind, QualiaError)),
    key=lambda kind: kind.__name__,
)
SAMPLES = {"str": "thing", "float": 12.5, "int": 3, "tuple[str, ...]": ("one", "other", "one")}


def sample(kind: type[QualiaError]) -> QualiaError:
    """Make an error, each field filled after its annotation."""
    if not inspect.isfunction(kind.__init__):
        return kind("thing")
    fields = list(inspect.signature(kind).parameters.values())
    return kind(*(SAMPLES[str(field.annotation)] for field in fields))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize(
    "way",
    [lambda error: pickle.loads(pickle.dumps(error)), copy.copy, copy.deepcopy],
    ids=["pickle", "copy", "deepcopy"],
)
def test_an_error_arrives_as_it_left(kind: type[QualiaError], way: Any) -> None:
    """Class, fields and sentence survive pickle and copy."""
    error = sample(kind)
    arrived = way(error)
    assert (type(arrived), arrived.args, vars(arrived), str(arrived)) == (kind, error.args, vars(error), str(error))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_an_error_says_one_sentence(kind: type[QualiaError]) -> None:
    """The sentence is one line, holds no unfilled field and no final full stop."""
    sentence = str(sample(kind))
    assert sentence == sentence.strip()
    assert sentence
    assert [mark for mark in ("\n", "{", "}") if mark in sentence] == []
    assert not sentence.endswith(".")


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind is not QualiaError], ids=lambda kind: kind.__name__)
def test_an_error_is_also_the_builtin_one_would_expect(kind: type[QualiaError]) -> None:
    """Builtin errors catch ours: input is a ValueError, a late run a TimeoutError, the rest RuntimeErrors."""
    parents = (ValueError, RuntimeError, TimeoutError)
    assert sum(issubclass(kind, each) for each in parents) == 1


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_an_error_as_plain_data_holds_its_name_and_sentence(kind: type[QualiaError]) -> None:
    """`describe` gives what a face needs to show an error without knowing its class."""
    error = sample(kind)
    described = describe(error)
    assert (described["error"], described["message"]) == (kind.__name__, str(error))


def test_the_tree_in_the_docstring_is_the_tree() -> None:
    """The module's docstring draws every class there is, and no other."""
    drawn = {line.split("+- ")[1].split(" ")[0] for line in (errors.__doc__ or "").splitlines() if "+- " in line}
    assert drawn == {kind.__name__ for kind in KINDS} - {"QualiaError"}
