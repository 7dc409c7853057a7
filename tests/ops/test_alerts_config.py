"""What the file of settings may say, and the sentences about what it may not."""

from __future__ import annotations

from datetime import time
from pathlib import Path
from typing import Any

import pytest
from qualia_ops.alerts.config import (
    CommandSettings,
    EmailSettings,
    LogSettings,
    SentrySettings,
    WebhookSettings,
    read_config,
)

from qualia.errors import InvalidSetting

WHOLE = """
repeat_s = 3600
every_s = 30
language = "pt-BR"

[quiet]
from = "22:00"
to = "07:00"
zone = "America/Sao_Paulo"
critical_passes = false

[rules.disk]
above = 0.8
looks = 4
[rules.backup]
above = 50
[rules.slow]
on = false

[sinks.journal]
kind = "log"
[sinks.page]
kind = "command"
argv = ["page", "--now"]
keep_env = ["PAGER_TOKEN"]
least = "critical"
[sinks.chat]
kind = "webhook"
url = { file = "chat.url" }
secret = { env = "CHAT_SECRET" }
former_secret = { env = "CHAT_FORMER" }
[sinks.post]
kind = "email"
host = "mail.example.org"
from = "qualia@example.org"
to = ["ana@example.org", "rui@example.org"]
login = "qualia"
password = { env = "MAIL_PASSWORD" }
[sinks.sentry]
kind = "sentry"
"""


def read(folder: Path, text: str, **environ: str) -> Any:
    """Return what a file says."""
    path = folder / "alerts.toml"
    path.write_text(text, encoding="utf-8")
    return read_config(path, environ)


def test_a_file_of_any_size_is_read_whole_or_not_at_all(tmp_path: Any) -> None:
    """What is too long in bytes is refused, though its letters are fewer: its end would be missing."""
    with pytest.raises(InvalidSetting, match="it is too large"):
        read(tmp_path, "# " + "\u00e9" * 200_000 + "\nevery_s = 30\n")


def test_all_that_can_be_said_is_read(tmp_path: Any) -> None:
    """Quiet hours, rules and each kind of sink are what the file says; what it leaves out is as usual."""
    config = read(tmp_path, WHOLE)
    assert (config.repeat_s, config.every_s, config.language) == (3600.0, 30.0, "pt-BR")
    assert config.quiet is not None
    assert (config.quiet.begins, config.quiet.critical_passes) == (time(22, 0), False)
    assert (config.rules["disk"].above, config.rules["disk"].looks) == (0.8, 4)
    assert config.rules["disk"].clear_below == pytest.approx(0.8 * 0.85 / 0.9)
    assert (config.rules["backup"].above, config.rules["backup"].clear_below) == (50.0, 50.0)
    assert (config.rules["slow"].on, config.rules["memory"].on) == (False, True)
    kinds = [LogSettings, CommandSettings, WebhookSettings, EmailSettings, SentrySettings]
    assert [type(each) for each in config.sinks] == kinds
    assert [each.least for each in config.sinks] == ["info", "critical", "warning", "warning", "warning"]
    assert isinstance(config.sinks[3], EmailSettings)
    assert config.sinks[3].port == 587


def test_without_a_file_everything_is_as_usual(tmp_path: Any) -> None:
    """Every rule is on and what is raised goes to the log."""
    config = read_config(tmp_path / "none.toml", {})
    assert ([each.name for each in config.sinks], config.quiet) == (["log"], None)
    assert all(each.on for each in config.rules.values())


def test_no_secret_is_in_what_is_read(tmp_path: Any) -> None:
    """The settings say where a secret is; it is looked up when it is needed, and never shown."""
    (tmp_path / "chat.url").write_text("https://example.org/hush-hush\n")
    config = read(tmp_path, WHOLE, CHAT_SECRET="hush-hush", CHAT_FORMER="hush-hush", MAIL_PASSWORD="hush-hush")
    assert "hush" not in repr(config)
    assert isinstance(config.sinks[2], WebhookSettings)
    assert config.sinks[2].url.reveal() == "https://example.org/hush-hush"
    assert config.sinks[2].secrets[0].reveal() == "hush-hush"
    bare = read(tmp_path, WHOLE)
    assert isinstance(bare.sinks[2], WebhookSettings)
    with pytest.raises(LookupError, match="CHAT_SECRET is not set"):
        bare.sinks[2].secrets[0].reveal()
    (tmp_path / "chat.url").unlink()
    with pytest.raises(LookupError, match="cannot be read: no such file"):
        bare.sinks[2].url.reveal()


HOOK = '[sinks.a]\nkind = "webhook"\n'
MAIL = '[sinks.a]\nkind = "email"\nhost = "mail.example.org"\nfrom = "a@b.org"\n'


@pytest.mark.parametrize(
    ("text", "name", "reason"),
    [
        ("evry_s = 3", "evry_s", "did you mean 'every_s'"),
        ("every_s = 0", "every_s", "must be at least 1, not 0"),
        ("every_s = true", "every_s", "must be a finite number, not True"),
        ("repeat_s = nan", "repeat_s", "must be a finite number"),
        ('language = "fr"', "language", "must be one of en, pt-BR"),
        ("rules = 3", "rules", "must be a table"),
        ("[rules.disc]", "rules.disc", "did you mean 'disk'"),
        ("[rules.disk]\nabove = 90", "rules.disk.above", "must be at most 1, not 90"),
        ("[rules.disk]\nclear_below = 0.95", "rules.disk.clear_below", "must be at most above, which is 0.9"),
        ("[rules.disk]\nlooks = 0.5", "rules.disk.looks", "must be a whole number"),
        ("[rules.breaker]\nabove = 3", "rules.breaker.above", "is unknown"),
        ("[rules.disk]\nseverity = 'bad'", "rules.disk.severity", "must be one of info, warning, critical"),
        ('[quiet]\nfrom = "22"\nto = "07:00"\nzone = "UTC"', "quiet.from", "such as 22:30"),
        ('[quiet]\nfrom = "07:00"\nto = "07:00"\nzone = "UTC"', "quiet.to", "must not be the hour"),
        ('[quiet]\nfrom = "22:00"\nto = "07:00"', "quiet.zone", "is missing"),
        (
            '[quiet]\nfrom = "22:00"\nto = "07:00"\nzone = "Mars"',
            "quiet.zone",
            "must be a time zone such as America/Sao_Paulo, not 'Mars'",
        ),
        ('[sinks.a]\nkind = "pigeon"', "sinks.a.kind", "must be one of log, command, webhook, email, sentry"),
        ("[sinks.a]", "sinks.a.kind", "is missing"),
        ('[sinks."a b"]\nkind = "log"', "sinks.a b", "letters, digits"),
        ('[sinks.a]\nkind = "command"\nargv = "rm -rf"', "sinks.a.argv", "must be a list of texts"),
        ('[sinks.a]\nkind = "command"\nargv = []', "sinks.a.argv", "must be a list of texts"),
        (HOOK, "sinks.a.url", "is missing"),
        (f"{HOOK}url = 3", "sinks.a.url", "must be a text, or say where it is"),
        (f'{HOOK}url = "https://x.org"\nsecret = 3', "sinks.a.secret", "must be either"),
        (f'{HOOK}url = "ftp://x"', "sinks.a.url", "such as https://example.org/hook"),
        (f'{HOOK}url = "https://u:p@x.org"', "sinks.a.url", "no name and no password"),
        (f'{HOOK}url = "https://x.org/ü"', "sinks.a.url", "without spaces"),
        (f'{HOOK}url = "https://x.org"\nsecret = "abc"', "sinks.a.secret", "must not stand here"),
        (f'{HOOK}url = "https://x.org"\nsecret = {{}}', "sinks.a.secret", "must be either"),
        (f'{HOOK}url = "https://x.org"\nsecret = {{ key = "X" }}', "sinks.a.secret.key", "is unknown"),
        (f'{MAIL}to = ["a@b.org\\nBcc: c@d.org"]', "sinks.a.to", "such as name@example.org"),
        (f'{MAIL}to = ["nobody"]', "sinks.a.to", "such as name@example.org"),
        (f'{MAIL}to = ["a@b.org"]\nlogin = "x"', "sinks.a.password", "is missing"),
        (
            f'{MAIL}to = ["a@b.org"]\nlogin = "x"\npassword = {{ env = "P" }}\ntls = "none"',
            "sinks.a.tls",
            "could be read on the way",
        ),
        (f'{MAIL}to = ["a@b.org"]\nport = 70000', "sinks.a.port", "must be at most 65535"),
        ("a = [", "*", "cannot be read"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Any, text: Any, name: Any, reason: Any) -> None:
    """The sentence names the file, the place in it, and what would be right."""
    with pytest.raises(InvalidSetting) as caught:
        read(tmp_path, text)
    assert (caught.value.name, reason in caught.value.reason) == (name, True), str(caught.value)
    assert str(tmp_path / "alerts.toml") in str(caught.value)
