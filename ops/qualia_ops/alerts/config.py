"""The settings of alerts: ``.qualia/alerts.toml`` of a project, which nobody shares by accident.

They say which programs are started and where data go, so they belong to one machine and not to what a project's folder
brings along; that is why they are neither in ``qualia.toml`` nor beside it. Without the file every rule is on as
`default_rules` says, and what is raised goes to the log.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Mapping
from datetime import time
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

from attrs import field, frozen

from qualia._files import why_unread
from qualia.errors import InvalidSetting, unknown_name
from qualia.words import LANGUAGES
from qualia_ops.alerts.machine import Patience
from qualia_ops.alerts.notice import SEVERITIES, Severity
from qualia_ops.alerts.quiet import QuietHours
from qualia_ops.alerts.rules import Rule, default_rules
from qualia_ops.alerts.table import Secret, Table

FILE_NAME = "alerts.toml"
_LARGEST_BYTES = 256 * 1024
_SINK_KINDS = ("log", "command", "webhook", "email", "sentry")
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_SHARES = ("plugins", "disk", "memory", "cache")


@frozen(kw_only=True)
class SinkSettings:
    """What every sink is told."""

    name: str
    least: Severity = "warning"
    """What is less severe is not told there."""
    limit_s: float = 30.0
    """Seconds one notice may take."""


@frozen(kw_only=True)
class LogSettings(SinkSettings):
    """Lines of the standard library's logging."""

    logger: str = "qualia.alerts"


@frozen(kw_only=True)
class CommandSettings(SinkSettings):
    """A program that is started for each notice."""

    argv: tuple[str, ...]
    """The program and its arguments; no shell reads them."""
    keep_env: tuple[str, ...] = ()
    """Variables it gets besides those every program needs."""
    environ: Mapping[str, str] = field(repr=False, eq=False)


@frozen(kw_only=True)
class WebhookSettings(SinkSettings):
    """A POST of JSON, signed."""

    url: Secret
    """The address; often itself a secret."""
    secrets: tuple[Secret, ...] = ()
    """What signs: the present secret, and while it is exchanged the former one; empty to sign nothing."""
    tries: int = 3
    """How often it is tried within one look."""
    ca_file: Path | None = None
    """Certificates to trust besides the system's; None for none."""


@frozen(kw_only=True)
class EmailSettings(SinkSettings):
    """A message by SMTP."""

    host: str
    port: int
    tls: str = "starttls"
    """"starttls", "tls" from the first byte, or "none"."""
    sender: str
    to: tuple[str, ...]
    login: Secret | None = None
    password: Secret | None = None
    ca_file: Path | None = None
    """Certificates to trust besides the system's; None for none."""


@frozen(kw_only=True)
class SentrySettings(SinkSettings):
    """An event of Sentry."""

    dsn: Secret
    environment: str = "production"


@frozen(kw_only=True)
class Config:
    """How alerts behave."""

    rules: Mapping[str, Rule] = field(factory=default_rules)
    sinks: tuple[SinkSettings, ...] = (LogSettings(name="log", least="info"),)
    quiet: QuietHours | None = None
    repeat_s: float = 24 * 3600.0
    """Seconds after which what is still raised is told again; 0 for never."""
    every_s: float = 60.0
    """Seconds between two looks of a watch."""
    keep_s: float = 24 * 3600.0
    """Seconds a notice that cannot be delivered is kept."""
    language: str | None = None
    """What messages are written in; None for that of who looks."""

    @property
    def patience(self) -> dict[str, Patience]:
        """By rule, how long something must last to count."""
        return {
            name: Patience(looks=rule.looks, after_s=rule.after_s, clear_looks=rule.clear_looks)
            for name, rule in self.rules.items()
        }


def read_config(path: Path, environ: Mapping[str, str]) -> Config:
    """Read a file of settings; one that is not there gives the defaults.

    Raises:
        InvalidSetting: something in it is wrong; the sentence names the file and what stands there.
    """
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST_BYTES + 1)
        if len(data) > _LARGEST_BYTES:
            raise InvalidSetting(str(path), "*", "cannot be read: it is too large")
        values = tomllib.loads(data.decode("utf-8-sig"))
    except FileNotFoundError:
        return Config()
    except (OSError, ValueError, RecursionError) as error:
        if isinstance(error, InvalidSetting):
            raise
        raise InvalidSetting(str(path), "*", f"cannot be read: {why_unread(error)}") from error
    return _config(Table(values, path, environ=environ))


def _config(table: Table) -> Config:
    default = Config()
    config = Config(
        rules=_rules(table.table("rules")),
        sinks=_sinks(table.table("sinks")) if table.has("sinks") else default.sinks,
        quiet=_quiet(table.table("quiet")) if table.has("quiet") else None,
        repeat_s=table.number("repeat_s", default.repeat_s),
        every_s=table.number("every_s", default.every_s, ge=1, le=86_400),
        keep_s=table.number("keep_s", default.keep_s, ge=60),
        language=table.choice("language", "en", LANGUAGES) if table.has("language") else None,
    )
    table.close()
    return config


def _rules(tables: Table) -> dict[str, Rule]:
    rules = default_rules()
    for name in tables.names:
        if name not in rules:
            raise tables.wrong(name, unknown_name(name, rules))
        rules[name] = _rule(tables.table(name), rules[name], is_share=name in _SHARES)
    return rules


def _rule(table: Table, default: Rule, *, is_share: bool) -> Rule:
    bounds = {} if default.above is None else _bounds(table, default, default.above, 1.0 if is_share else math.inf)
    rule = Rule(
        on=table.flag("on", default.on),
        severity=_severity(table, "severity", default.severity),
        looks=table.whole("looks", default.looks, ge=1),
        after_s=table.number("after_s", default.after_s),
        clear_looks=table.whole("clear_looks", default.clear_looks, ge=1),
        **bounds,
    )
    table.close()
    return rule


def _bounds(table: Table, default: Rule, usual: float, most: float) -> dict[str, float | None]:
    above = table.number("above", usual, le=most)
    # Who moves the one bound alone moves the other along.
    clear_below = table.number("clear_below", above * (default.clear_below or usual) / usual)
    if clear_below > above:
        raise table.wrong("clear_below", f"must be at most above, which is {above:g}")
    critical = None if default.critical_above is None else max(default.critical_above, above)
    if table.has("critical_above"):
        critical = table.number("critical_above", above, ge=above, le=most)
    return {"above": above, "clear_below": clear_below, "critical_above": critical}


def _severity(table: Table, name: str, default: Severity) -> Severity:
    return cast("Severity", table.choice(name, default, SEVERITIES))


def _quiet(table: Table) -> QuietHours:
    begins, ends, name = _clock(table, "from"), _clock(table, "to"), table.text("zone")
    if begins == ends:
        raise table.wrong("to", "must not be the hour it begins")
    try:
        zone = ZoneInfo(name)
    except (LookupError, ValueError, OSError) as error:
        raise table.wrong("zone", f"must be a time zone such as America/Sao_Paulo, not {name!r}") from error
    quiet = QuietHours(begins=begins, ends=ends, zone=zone, critical_passes=table.flag("critical_passes", default=True))
    table.close()
    return quiet


def _clock(table: Table, name: str) -> time:
    value = table.text(name)
    if _CLOCK.fullmatch(value) is None:
        raise table.wrong(name, f"must be hour and minute, such as 22:30, not {value!r}")
    return time.fromisoformat(value)


def _sinks(tables: Table) -> tuple[SinkSettings, ...]:
    return tuple(_sink(name, tables.table(name)) for name in tables.names)


def _sink(name: str, table: Table) -> SinkSettings:
    if not name.replace("-", "").replace("_", "").isalnum():
        raise table.wrong("", "must be called by letters, digits, - and _")
    kind = table.choice("kind", None, _SINK_KINDS)
    least = _severity(table, "least", "info" if kind == "log" else "warning")
    limit_s = table.number("limit_s", 30.0, ge=1, le=600)
    makers = {"log": _log, "command": _command, "webhook": _webhook, "email": _email, "sentry": _sentry}
    sink = makers[kind](table, name, least, limit_s)
    table.close()
    return sink


def _log(table: Table, name: str, least: Severity, limit_s: float) -> SinkSettings:
    return LogSettings(name=name, least=least, limit_s=limit_s, logger=table.text("logger", "qualia.alerts"))


def _command(table: Table, name: str, least: Severity, limit_s: float) -> SinkSettings:
    argv = table.texts("argv")
    if not argv[0] or any("\0" in each for each in argv):
        raise table.wrong("argv", "must begin with the name of a program")
    return CommandSettings(
        name=name,
        least=least,
        limit_s=limit_s,
        argv=argv,
        keep_env=table.texts("keep_env", ()),
        environ=table.environ,
    )


def _webhook(table: Table, name: str, least: Severity, limit_s: float) -> SinkSettings:
    url = table.secret("url", may_stand_here=True)
    if url.text is not None:
        why = why_no_address(url.text)
        if why:
            raise table.wrong("url", why)
    names = [each for each in ("secret", "former_secret") if table.has(each)]
    return WebhookSettings(
        name=name,
        least=least,
        limit_s=limit_s,
        url=url,
        secrets=tuple(table.secret(each) for each in names),
        tries=table.whole("tries", 3, ge=1, le=10),
        ca_file=table.path("ca_file"),
    )


def why_no_address(url: str) -> str:
    """Return why a webhook cannot be sent there; empty when it can."""
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url)
        has_port = parts.port is None or parts.port > 0
    except ValueError:
        return "must be an address such as https://example.org/hook"
    if parts.scheme not in ("http", "https") or not parts.hostname or not has_port:
        return "must be an address such as https://example.org/hook"
    if parts.username is not None:
        return "must hold no name and no password"
    is_clean = url.isascii() and url.isprintable() and " " not in url
    return "" if is_clean else "must be an address without spaces and control characters"


def _email(table: Table, name: str, least: Severity, limit_s: float) -> SinkSettings:
    tls = table.choice("tls", "starttls", ("starttls", "tls", "none"))
    host = table.text("host")
    has_login = table.has("login") or table.has("password")
    if tls == "none" and has_login and host not in ("localhost", "127.0.0.1", "::1"):
        raise table.wrong("tls", "must be starttls or tls, or the password could be read on the way")
    sender, to = table.text("from"), table.texts("to")
    for each, place in ((sender, "from"), *((one, "to") for one in to)):
        if not _is_mailbox(each):
            raise table.wrong(place, f"must be an address such as name@example.org, not {each!r}")
    return EmailSettings(
        name=name,
        least=least,
        limit_s=limit_s,
        host=host,
        port=table.whole("port", {"starttls": 587, "tls": 465, "none": 25}[tls], ge=1, le=65_535),
        tls=tls,
        sender=sender,
        to=to,
        login=table.secret("login", may_stand_here=True) if has_login else None,
        password=table.secret("password") if has_login else None,
        ca_file=table.path("ca_file"),
    )


def _is_mailbox(text: str) -> bool:
    from email.errors import MessageError
    from email.headerregistry import Address

    try:
        return bool(text.isprintable() and text.isascii() and Address(addr_spec=text).domain)
    except (ValueError, IndexError, AttributeError, MessageError):
        return False


def _sentry(table: Table, name: str, least: Severity, limit_s: float) -> SinkSettings:
    dsn = table.secret("dsn") if table.has("dsn") else Secret(env="SENTRY_DSN", environ=table.environ)
    environment = table.text("environment", "production")
    return SentrySettings(name=name, least=least, limit_s=limit_s, dsn=dsn, environment=environment)
