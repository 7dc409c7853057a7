"""Where the keys of encrypted archives come from: files, standard input and variables, never a command line's words."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from qualia.operations import OperationContext
from qualia_ops.backup.ciphering import Keys, is_key
from qualia_ops.backup.engines import choice_in, kept_in
from qualia_ops.backup.errors import WrongPolicy
from qualia_ops.backup.frames import NAMES, usual_name

STANDARD_INPUT = "-"
_PARTS = re.compile(r"[\s,]+")
_SSH_KEY = re.compile(r"-----BEGIN OPENSSH PRIVATE KEY-----.*?-----END OPENSSH PRIVATE KEY-----\n?", re.DOTALL)


def keys_in(
    context: OperationContext[Any],
    environ: Mapping[str, str] = os.environ,
    read_input: Callable[[], str] = lambda: sys.stdin.readline(),
) -> Keys:
    """Return what encrypts and opens archives: as asked, else as variables say, else as the project's file does.

    Args:
        context: what was asked.
        environ: where ``BACKUP_RECIPIENTS``, ``BACKUP_IDENTITY_FILE``, ``BACKUP_PASSWORD_FILE`` and
            ``BACKUP_PASSWORD`` are looked for.
        read_input: reads a line of standard input.

    Raises:
        WrongPolicy: a file cannot be read or holds no key.
    """
    params, kept = context.params, kept_in(context.project)
    named = getattr(params, "recipient", ())
    recipients = named or _listed(environ.get("BACKUP_RECIPIENTS") or kept.get("recipients", ""))
    identity = getattr(params, "identity", None) or environ.get("BACKUP_IDENTITY_FILE") or kept.get("identity_file")
    password = None if named else _password(context, environ, read_input)
    return Keys(
        recipients=() if params.password_file else tuple(recipients),
        identities=_identities(identity) if identity else (),
        passphrase=password,
    )


def compress_in(context: OperationContext[Any], environ: Mapping[str, str] = os.environ) -> str:
    """Return how archives are compressed: as asked, else as ``BACKUP_COMPRESS`` or the project's file says, else fast.

    Raises:
        WrongPolicy: nobody knows that way.
    """
    kept = kept_in(context.project)
    name = context.params.compress or environ.get("BACKUP_COMPRESS") or kept.get("compress") or usual_name()
    if name not in NAMES:
        raise WrongPolicy(f"archives are compressed as gz or zst, not {name!r}")
    return str(name)


def _password(context: OperationContext[Any], environ: Mapping[str, str], read_input: Callable[[], str]) -> str | None:
    asked = context.params.password_file
    if asked == STANDARD_INPUT:
        return read_input().rstrip("\r\n")
    if asked is None and environ.get("BACKUP_PASSWORD"):
        return environ["BACKUP_PASSWORD"]
    place = asked or environ.get("BACKUP_PASSWORD_FILE") or choice_in(context, environ).password_file
    if place is None:
        return None
    lines = _read(place).splitlines()
    if not lines or not lines[0]:
        raise WrongPolicy(f"{place} holds no password; its first line is one")
    return lines[0]


def _identities(place: str) -> tuple[str, ...]:
    text = _read(place)
    found = [*_SSH_KEY.findall(text), *(line.strip() for line in text.splitlines() if line.startswith("AGE-SECRET-"))]
    if not found or not all(map(is_key, found)):
        raise WrongPolicy(f"{place} holds no secret key; age-keygen writes such files")
    return tuple(found)


def _read(place: str) -> str:
    try:
        return Path(place).expanduser().read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        told = error.strerror if isinstance(error, OSError) and error.strerror else "it is no text"
        raise WrongPolicy(f"{place} cannot be read: {told.lower()}") from error


def _listed(text: str) -> tuple[str, ...]:
    # A public key of ssh has a space in it, and perhaps a word after that.
    if text.lstrip().startswith("ssh-"):
        return tuple(each.strip() for each in text.split(",") if each.strip())
    return tuple(each for each in _PARTS.split(text) if each)
