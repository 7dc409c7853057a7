"""Reading one TOML table with sentences that name what is wrong: what nobody asked for is refused."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attrs import field, frozen

from qualia._values import is_mapping, is_texts
from qualia.errors import InvalidSetting, unknown_name

_SECRET_BYTES = 64 * 1024
_EITHER = 'must be either { env = "NAME" } or { file = "PATH" }'


@frozen(kw_only=True)
class Secret:
    """Where a secret is found; the secret itself is in no value that is kept or shown."""

    env: str | None = None
    """The variable that holds it; None when a file does."""
    file: Path | None = None
    """The file that holds it; None when a variable does."""
    text: str | None = field(default=None, repr=False)
    """What stands in the settings themselves, where that is no secret; None otherwise."""
    environ: Mapping[str, str] = field(repr=False, eq=False)

    @property
    def origin(self) -> str:
        """What people are told instead of it."""
        return f"variable {self.env}" if self.env else f"file {self.file}" if self.file else "settings"

    def reveal(self) -> str:
        """Return the secret, white space around it left out.

        Raises:
            LookupError: it is not there, empty, or cannot be read; the sentence says where it was looked for.
        """
        if self.text is not None:
            return self.text
        if self.env is not None:
            found = self.environ.get(self.env, "").strip()
            if not found:
                raise LookupError(f"the variable {self.env} is not set")
            return found
        return self._read(self.file or Path(os.devnull))

    @staticmethod
    def _read(path: Path) -> str:
        try:
            with path.open("rb") as file:
                found = file.read(_SECRET_BYTES).decode().strip()
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) and error.strerror else "it is no text"
            raise LookupError(f"the file {path} cannot be read: {why.lower()}") from error
        if not found:
            raise LookupError(f"the file {path} is empty")
        return found


class Table:
    """A table of a file of settings; each field is asked for once, and `close` refuses the others.

    Args:
        values: the table.
        origin: the file, which errors name.
        prefix: where the table stands in the file, such as ``sinks.chat``; empty for the file itself.
        environ: the environment, in which secrets may be.
    """

    def __init__(self, values: object, origin: Path, *, prefix: str = "", environ: Mapping[str, str]) -> None:
        self.origin: Path = origin
        self.environ: Mapping[str, str] = environ
        self._prefix: str = prefix
        if not is_mapping(values):
            raise InvalidSetting(str(origin), prefix or "*", "must be a table")
        self._values: Mapping[str, Any] = values
        self._known: list[str] = []

    def wrong(self, name: str, reason: str) -> InvalidSetting:
        """Return the error that says what is wrong with a field."""
        return InvalidSetting(str(self.origin), f"{self._prefix}.{name}".strip("."), reason)

    def has(self, name: str) -> bool:
        """Return whether a field is there."""
        self._known.append(name)
        return name in self._values

    @property
    def names(self) -> tuple[str, ...]:
        """The names in it, as they stand."""
        return tuple(self._values)

    def table(self, name: str) -> Table:
        """Return a table within it; one that is missing is empty."""
        self._known.append(name)
        prefix = f"{self._prefix}.{name}".strip(".")
        return Table(self._values.get(name, {}), self.origin, prefix=prefix, environ=self.environ)

    def flag(self, name: str, default: bool) -> bool:
        """Return a field that is true or false."""
        value = self._get(name, default)
        if not isinstance(value, bool):
            raise self.wrong(name, f"must be true or false, not {value!r}")
        return value

    def number(self, name: str, default: float, *, ge: float = 0.0, le: float = math.inf) -> float:
        """Return a field that is a finite number within bounds."""
        value = self._get(name, default)
        if type(value) not in (int, float) or not math.isfinite(value):
            raise self.wrong(name, f"must be a finite number, not {value!r}")
        if value < ge:
            raise self.wrong(name, f"must be at least {ge:g}, not {value!r}")
        if value > le:
            raise self.wrong(name, f"must be at most {le:g}, not {value!r}")
        return float(value)

    def whole(self, name: str, default: int, *, ge: int = 0, le: int = 1_000_000) -> int:
        """Return a field that is a whole number within bounds."""
        value = self._get(name, default)
        if type(value) is not int:
            raise self.wrong(name, f"must be a whole number, not {value!r}")
        return int(self.number(name, value, ge=ge, le=le))

    def text(self, name: str, default: str | None = None) -> str:
        """Return a field that is a text of one line; without a default it has to be there."""
        value = self._get(name, default)
        if value is None:
            raise self.wrong(name, "is missing")
        if not isinstance(value, str) or not value.strip() or not value.isprintable():
            raise self.wrong(name, f"must be a text of one line, not {value!r}")
        return value

    def choice(self, name: str, default: str | None, choices: tuple[str, ...]) -> str:
        """Return a field that is one of several words."""
        value = self.text(name, default)
        if value not in choices:
            raise self.wrong(name, f"must be one of {', '.join(choices)}, not {value!r}")
        return value

    def texts(self, name: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """Return a field that is a list of texts; without a default it has to be there and hold one."""
        value = self._get(name, default)
        if value is None:
            raise self.wrong(name, "is missing")
        if not is_texts(value) or (default is None and not value):
            raise self.wrong(name, f"must be a list of texts, not {value!r}")
        return tuple(value)

    def path(self, name: str) -> Path | None:
        """Return a field that names a file, relative to the settings; None when it is missing."""
        return self.origin.parent / Path(self.text(name)).expanduser() if self.has(name) else None

    def secret(self, name: str, *, may_stand_here: bool = False) -> Secret:
        """Return where a secret is; it has to be said.

        Args:
            name: the field: ``{ env = "NAME" }`` or ``{ file = "PATH" }``.
            may_stand_here: whether a text in the settings will do.
        """
        value = self._get(name, None)
        if value is None:
            raise self.wrong(name, "is missing")
        if isinstance(value, str):
            if may_stand_here:
                return Secret(text=self.text(name), environ=self.environ)
            raise self.wrong(name, 'must not stand here; say where it is: { env = "NAME" } or { file = "PATH" }')
        if not is_mapping(value) and may_stand_here:
            raise self.wrong(name, 'must be a text, or say where it is: { env = "NAME" } or { file = "PATH" }')
        if not is_mapping(value):
            raise self.wrong(name, _EITHER)
        inner = self.table(name)
        file = inner.path("file")
        env = inner.text("env") if inner.has("env") else None
        inner.close()
        if (env is None) == (file is None):
            raise self.wrong(name, _EITHER)
        return Secret(env=env, file=file, environ=self.environ)

    def close(self) -> None:
        """Refuse what was not asked for.

        Raises:
            InvalidSetting: there is a field of another name.
        """
        for name in self._values:
            if name not in self._known:
                raise self.wrong(name, unknown_name(name, dict.fromkeys(self._known, None)))

    def _get(self, name: str, default: Any) -> Any:
        self._known.append(name)
        return self._values.get(name, default)
