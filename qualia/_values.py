"""Plain data that cannot be changed, and its way to JSON and back."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from types import NoneType, UnionType
from typing import (
    TYPE_CHECKING,
    Any,
    Literal,
    NoReturn,
    TypeGuard,
    TypeVar,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)

import attrs

from qualia.errors import QualiaError, restored

if TYPE_CHECKING:
    from cattrs import Converter

T = TypeVar("T")
_DEEPEST = 100


class FrozenDict(dict[str, Any]):
    """A dict that refuses every change; it pickles, copies, hashes and turns into JSON like the dict it equals."""

    __slots__ = ()

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("this mapping belongs to a frozen value; copy it with dict(...) before changing it")

    __setitem__: Any = _refuse
    __delitem__: Any = _refuse
    __ior__: Any = _refuse
    clear: Any = _refuse
    pop: Any = _refuse
    popitem: Any = _refuse
    setdefault: Any = _refuse
    update: Any = _refuse

    def __hash__(self) -> int:  # type: ignore[override]
        """Hash the items without regard to their order, as equality does."""
        return hash(frozenset(self.items()))

    def __reduce__(self) -> tuple[type[FrozenDict], tuple[dict[str, Any]]]:
        """Rebuild through the constructor, since items cannot be set one by one."""
        return FrozenDict, (dict(self),)

    def __copy__(self) -> FrozenDict:
        """Return itself: there is nothing to protect."""
        return self

    def __deepcopy__(self, memo: object) -> FrozenDict:
        """Return itself: everything inside is frozen too."""
        return self


def is_mapping(value: object) -> TypeGuard[Mapping[Any, Any]]:
    """Tell whether a value of unknown shape is a mapping."""
    return isinstance(value, Mapping)


def is_sequence(value: object) -> TypeGuard[list[Any] | tuple[Any, ...]]:
    """Tell whether a value of unknown shape is a list or tuple."""
    return isinstance(value, (list, tuple))


def is_texts(value: object) -> TypeGuard[list[str] | tuple[str, ...]]:
    """Tell whether a value of unknown shape is a list or tuple of texts and nothing else."""
    return is_sequence(value) and all(type(each) is str for each in value)


def freeze(value: object, *, at: str = "value") -> Any:
    """Return JSON-like ``value`` with mappings as `FrozenDict` and sequences as tuples.

    Raises:
        TypeError: something inside is not None, bool, int, float, str, list, tuple or a mapping with text keys;
            ``at`` and the path to it are named.
        ValueError: a number inside is infinite or not a number, or it is nested too deeply, as what holds itself is.
    """
    return _frozen(value, at, 0)


def _frozen(value: object, at: str, depth: int) -> Any:
    if depth > _DEEPEST:
        # Long before Python's own limit, at which whatever is collected meanwhile fails too.
        raise ValueError(f"{at[:60]}... is nested deeper than {_DEEPEST} levels, or holds itself: endless recursion")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"{at} is {value}, which JSON cannot hold")
        return float(value)
    if is_mapping(value):
        return FrozenDict(_frozen_items(value, at, depth))
    if is_sequence(value):
        return tuple([_frozen(item, f"{at}[{index}]", depth + 1) for index, item in enumerate(value)])
    raise TypeError(f"{at} is a {type(value).__name__}; plain data holds text, numbers, lists and mappings only")


def _frozen_items(mapping: Mapping[Any, object], at: str, depth: int = 0) -> Iterable[tuple[str, Any]]:
    for key, item in mapping.items():
        if not isinstance(key, str):
            raise TypeError(f"{at} has the key {key!r}; keys are text")
        yield key, _frozen(item, f"{at}.{key}", depth + 1)


def frozen_mapping(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """Freeze a mapping (an attrs converter for metadata fields); one that is frozen already is returned as it is."""
    return value if type(value) is FrozenDict else FrozenDict(_frozen_items(value, "mapping"))


def flaw(value: object) -> str | None:
    """Say where and why a value is not frozen to the bottom or no JSON can hold it; None when there is nothing to say.

    The text begins with the path inside the value: ``.words[3].count is a float64; ...``.
    """
    kind = type(value)
    if value is None or kind in (str, bool, int, bytes, FrozenDict):
        return None
    if kind is float:
        return None if math.isfinite(cast("float", value)) else f" is {value}, which JSON cannot hold"
    if kind is tuple:
        return _flaw_among((f"[{index}]", item) for index, item in enumerate(cast("tuple[object, ...]", value)))
    if attrs.has(kind):
        return _flaw_among((f".{each.name}", getattr(value, each.name)) for each in attrs.fields(kind))
    return f" is a {kind.__name__}; frozen values hold text, numbers, bytes, tuples and frozen classes only"


def _flaw_among(parts: Iterable[tuple[str, object]]) -> str | None:
    for path, item in parts:
        found = flaw(item)
        if found is not None:
            return path + found
    return None


_LARGEST = 1e100
"""Beyond it a picture cannot scale a number, nor add its like up."""
_Test = Callable[[Any], str | None]


def misfit(value: object, kind: type[Any]) -> str | None:
    """Say where and why a value is not the frozen class it should be, to the bottom; None when there is nothing to say.

    The text begins with the path inside the value, as that of `flaw`. Fields are checked against their types; an int
    may stand for a float, and numbers are finite and of a size that can be added up and drawn.
    """
    return _test_of(cast("Any", kind))(value)


@cache
def _test_of(kind: Any) -> _Test:
    """Return what tests a value against a type; it is made once for each type there is."""
    if attrs.has(kind):
        return _class_test(kind)
    if kind in (int, float):
        return _number_test(kind)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Literal:
        return lambda value: None if type(value) is str and value in arguments else _is_no(value, arguments)
    if origin is tuple:
        return _tuple_test(_test_of(arguments[0]))
    if origin in (Union, UnionType):
        test = next(_test_of(each) for each in arguments if each is not NoneType)
        return lambda value: None if value is None else test(value)
    return lambda value: None if type(value) is kind else _is_no(value, kind)


def _class_test(kind: type[Any]) -> _Test:
    hints = get_type_hints(kind)
    tests = tuple((each.name, _test_of(hints[each.name])) for each in attrs.fields(kind))

    def test(value: Any) -> str | None:
        if type(value) is not kind:
            return _is_no(value, kind)
        for name, check in tests:
            found = check(getattr(value, name))
            if found is not None:
                return f".{name}{found}"
        return None

    return test


def _number_test(kind: type[int | float]) -> _Test:
    kinds = (int,) if kind is int else (float, int)

    def test(value: Any) -> str | None:
        if type(value) not in kinds:
            return flaw(value) or _is_no(value, kind)
        if -_LARGEST <= value <= _LARGEST:
            return None
        return flaw(value) or f" is not between {-_LARGEST:g} and {_LARGEST:g}"

    return test


def _tuple_test(check: _Test) -> _Test:
    def test(value: Any) -> str | None:
        if type(value) is not tuple:
            return _is_no(value, tuple)
        for index, item in enumerate(cast("tuple[object, ...]", value)):
            found = check(item)
            if found is not None:
                return f"[{index}]{found}"
        return None

    return test


def _is_no(value: object, wanted: type[Any] | tuple[Any, ...]) -> str:
    if isinstance(wanted, tuple):
        return f" is {brief(value)}; it may be {', '.join(map(repr, wanted))}"
    return f" is a {type(value).__name__} where {wanted.__name__} belongs"


_BRIEF = 200


def brief(value: object) -> str:
    """Return a value's repr, its middle left out when it is long: what a frozen value shows of a part of any size."""
    if isinstance(value, str) and len(value) > _BRIEF:
        return f"{value[: _BRIEF // 2]!r}...<{len(value)} characters>"
    if is_sequence(value) and len(value) > 3:
        return f"({', '.join(map(brief, value[:3]))}, ...<{len(value)} items>)"
    text = repr(value)
    return text if len(text) <= _BRIEF * 4 else f"{text[: _BRIEF * 3]}...<{len(text)} characters>"


def to_plain(value: object) -> Any:
    """Turn a frozen value (attrs classes, bytes as base64, datetimes as ISO 8601) into JSON-like data."""
    return _converter().unstructure(value)


def from_plain(data: object, kind: type[T]) -> T:
    """Build a ``kind`` from what `to_plain` made of one.

    Raises:
        ValueError: the data does not have the shape of ``kind``; the sentence names the field.
    """
    from cattrs import transform_error
    from cattrs.errors import (
        BaseValidationError,
        ForbiddenExtraKeysError,
        StructureHandlerNotFoundError,
    )

    try:
        return _converter().structure(data, kind)
    except BaseValidationError as error:
        raise ValueError(f"not a valid {kind.__name__}: {'; '.join(transform_error(error)[:3])}") from error
    except (
        ForbiddenExtraKeysError,
        StructureHandlerNotFoundError,
        TypeError,
        KeyError,
    ) as error:
        raise ValueError(f"not a valid {kind.__name__}: {error}") from error


def dumps(value: object, *, indent: int | None = None) -> str:
    """Write a frozen value as JSON: keys in field order, text as it is, no NaN."""
    import json

    return json.dumps(to_plain(value), ensure_ascii=False, allow_nan=False, indent=indent)


def loads(text: str | bytes, kind: type[T]) -> T:
    """Read a ``kind`` from JSON.

    Raises:
        ValueError: the text is not JSON, or does not have the shape of ``kind``.
    """
    return from_plain(parse_json(text), kind)


def parse_json(text: str | bytes) -> Any:
    """Read plain data from JSON.

    Raises:
        ValueError: the text is not JSON, or nested deeper than can be followed.
    """
    import json

    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("the JSON is nested too deeply") from error


def _told(error: QualiaError) -> dict[str, object]:
    return {"error": type(error).__name__, "message": str(error), "arguments": list(error.args)}


def _class_of(kind: Any) -> Any:
    """Return the class of a type with or without arguments: ``Result[int]`` -> ``Result``."""
    return kind if get_origin(kind) is None else get_origin(kind)


@cache
def _converter() -> Converter:
    from attrs import has
    from cattrs import Converter
    from cattrs.gen import make_dict_unstructure_fn

    converter = Converter()
    _add_scalars(converter)
    converter.register_structure_hook_func(lambda kind: kind == Mapping[str, Any], lambda value, _: freeze(value))
    # A class may say itself how it comes out of plain data, and an error is told by its class and what it was made of.
    converter.register_structure_hook_func(
        lambda kind: hasattr(_class_of(kind), "from_plain"),
        lambda value, kind: _class_of(kind).from_plain(value),
    )
    converter.register_unstructure_hook(QualiaError, _told)
    converter.register_structure_hook(
        QualiaError, lambda told, _: restored(told["error"], told["arguments"], str(told["message"]))
    )
    # cattrs takes an attrs class that is a mapping for a mapping.
    converter.register_structure_hook_factory(
        lambda kind: has(kind) and issubclass(kind, Mapping), converter.gen_structure_attrs_fromdict
    )

    def fields_of(kind: Any) -> Any:
        return make_dict_unstructure_fn(kind, converter)

    converter.register_unstructure_hook_factory(has, fields_of)
    return converter


def _add_scalars(converter: Converter) -> None:
    """Let numbers, texts and truths through as they are and nothing else; bytes are base64, moments ISO 8601."""
    import base64
    from datetime import datetime

    def exactly(*kinds: type) -> Any:
        def structure(value: object, wanted: Any) -> object:
            if type(value) not in kinds:
                raise ValueError(f"{type(value).__name__} where {wanted.__name__} belongs")
            return float(value) if wanted is float else value  # type: ignore[arg-type]

        return structure

    for kind, accepted in (
        (str, (str,)),
        (bool, (bool,)),
        (int, (int,)),
        (float, (float, int)),
    ):
        converter.register_structure_hook(kind, exactly(*accepted))
    converter.register_unstructure_hook(bytes, lambda value: base64.b64encode(value).decode("ascii"))
    converter.register_structure_hook(bytes, lambda value, _: base64.b64decode(value, validate=True))
    converter.register_unstructure_hook(datetime, lambda value: value.isoformat())
    converter.register_structure_hook(datetime, lambda value, _: datetime.fromisoformat(value))
