"""The ways to tell somebody, each with a real server or program on this machine."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import ssl
import sys
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from qualia_ops.alerts.config import CommandSettings, EmailSettings, LogSettings, WebhookSettings
from qualia_ops.alerts.errors import SinkFailed
from qualia_ops.alerts.sinks.command import CommandSink
from qualia_ops.alerts.sinks.log import LogSink
from qualia_ops.alerts.sinks.mail import EmailSink, composed
from qualia_ops.alerts.sinks.webhook import WebhookSink, key_of, signature
from qualia_ops.alerts.table import Secret
from qualia_ops.alerts.wording import message

from qualia.words import speaking
from tests.ops.alerting import SOURCE, Hearing, certificate, notice

LINE = "[interviews] the disk is 95 % full, 5 GB are left"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def secret(text: str) -> Secret:
    """Return a secret that is in the environment."""
    return Secret(env="IT", environ={"IT": text})


# ---------------------------------------------------------------------------------------------------------- webhook


@pytest.fixture
def hearing() -> Iterator[Hearing]:
    """Return a server that listens."""
    with Hearing() as found:
        yield found


def hook(url: str, **fields: Any) -> tuple[WebhookSink, list[float]]:
    """Return a sink that posts there, and how long it waited between tries."""
    waited: list[float] = []
    given: dict[str, Any] = {"name": "chat", "url": secret(url), "secrets": (secret(SECRET),)}
    settings = WebhookSettings(**given | fields)
    return WebhookSink(settings, pause=waited.append, chance=lambda: 0.5), waited


def test_a_webhook_is_signed_as_standard_webhooks_says(hearing: Any) -> None:
    """Its receiver verifies identity, time and body with nothing but the secret."""
    sink, _waited = hook(hearing.url)
    assert sink.send(notice(), SOURCE) == "127.0.0.1 answered 204"
    [(path, headers, body)] = hearing.heard
    assert path == "/hook/hush-hush"
    assert (headers["webhook-id"], headers["content-type"]) == (notice().id, "application/json")
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 60
    mine = signature(key_of(SECRET), headers["webhook-id"], int(headers["webhook-timestamp"]), body)
    assert headers["webhook-signature"] == mine
    event = json.loads(body)
    assert (event["type"], event["data"]["rule"], event["data"]["project"]) == (
        "qualia.alert.raised",
        "disk",
        "interviews",
    )


def test_the_standards_own_library_accepts_it(hearing: Any) -> None:
    """What verifies for everybody else verifies this too, and refuses what was changed on the way."""
    standard = pytest.importorskip("standardwebhooks")
    hook(hearing.url)[0].send(notice(), SOURCE)
    [(_path, headers, body)] = hearing.heard
    assert standard.Webhook(SECRET).verify(body, headers)["data"]["kind"] == "raised"
    with pytest.raises(standard.webhooks.WebhookVerificationError):
        standard.Webhook(SECRET).verify(body + b" ", headers)


def test_the_signature_is_that_of_the_standards_example() -> None:
    """The example in the standard comes out as it is printed there."""
    body = b'{"test": 2432232314}'
    signed = signature(key_of(SECRET), "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_while_a_secret_is_exchanged_both_sign(hearing: Any) -> None:
    """Two signatures are parted by a space; a secret that is no base64 is taken as it is."""
    hook(hearing.url, secrets=(secret(SECRET), secret("the former one")))[0].send(notice(), SOURCE)
    [(_path, headers, body)] = hearing.heard
    at = int(headers["webhook-timestamp"])
    former = signature(b"the former one", notice().id, at, body)
    assert headers["webhook-signature"].split(" ") == [signature(key_of(SECRET), notice().id, at, body), former]


def test_what_may_pass_is_tried_again_a_little_later(hearing: Any) -> None:
    """After a 503 and a 429 that says how long to wait, the third try arrives, with the id of the first."""
    hearing.answers = [(503, {}), (429, {"retry-after": "7"})]
    sink, waited = hook(hearing.url)
    assert sink.send(notice(), SOURCE) == "127.0.0.1 answered 204"
    assert waited == [1.0, 7.0]
    assert {headers["webhook-id"] for _path, headers, _body in hearing.heard} == {notice().id}


@pytest.mark.parametrize("status", [400, 401, 404, 410])
def test_what_will_not_change_by_itself_is_not_tried_again_at_once(hearing: Any, status: Any) -> None:
    """An answer that says the address or the secret is wrong ends it, without naming either."""
    hearing.answers = [(status, {})]
    with pytest.raises(SinkFailed, match=f"127.0.0.1 answered {status}") as caught:
        hook(hearing.url)[0].send(notice(), SOURCE)
    assert len(hearing.heard) == 1
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_no_redirect_is_followed(hearing: Any, status: Any) -> None:
    """What is signed for one place is sent to no other."""
    hearing.answers = [(status, {"location": hearing.url.replace("hush", "else")})]
    with pytest.raises(SinkFailed, match="points elsewhere"):
        hook(hearing.url)[0].send(notice(), SOURCE)
    assert len(hearing.heard) == 1


def test_a_server_that_never_answers_is_given_up(hearing: Any) -> None:
    """The limit of the sink holds."""
    hearing.release.clear()
    with pytest.raises(SinkFailed, match="did not answer in time"):
        hook(hearing.url, limit_s=0.3, tries=1)[0].send(notice(), SOURCE)


def test_where_nobody_listens_no_address_is_told() -> None:
    """The sentence names the host, never the path, which may be a secret."""
    with pytest.raises(SinkFailed, match=r"^127\.0\.0\.1 cannot be reached: connection refused$"):
        hook("http://127.0.0.1:9/hush-hush", tries=2)[0].send(notice(), SOURCE)


def test_a_secret_that_is_missing_sends_nothing(hearing: Any) -> None:
    """Unsigned notices do not leave where signed ones were asked for."""
    nobody = Secret(env="GONE", environ={})
    with pytest.raises(SinkFailed, match="the variable GONE is not set"):
        hook(hearing.url, secrets=(nobody,))[0].send(notice(), SOURCE)
    with pytest.raises(SinkFailed, match="no base64"):
        hook(hearing.url, secrets=(secret("whsec_!!"),))[0].send(notice(), SOURCE)
    with pytest.raises(SinkFailed, match="nothing follows whsec_"):
        hook(hearing.url, secrets=(secret("whsec_"),))[0].send(notice(), SOURCE)
    with pytest.raises(SinkFailed, match="must be an address"):
        hook("file:///etc/passwd")[0].send(notice(), SOURCE)
    assert hearing.heard == []


def test_a_certificate_is_verified(hearing: Any, tmp_path: Any) -> None:
    """HTTPS to a host with a certificate of its own is refused, unless that certificate is trusted."""
    crt, key = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(crt, key)
    hearing.server.socket = context.wrap_socket(hearing.server.socket, server_side=True)
    url = hearing.url.replace("http:", "https:")
    with pytest.raises(SinkFailed, match=r"certificate of 127\.0\.0\.1 cannot be trusted"):
        hook(url, tries=1)[0].send(notice(), SOURCE)
    assert hook(url, ca_file=crt)[0].send(notice(), SOURCE) == "127.0.0.1 answered 204"


# ---------------------------------------------------------------------------------------------------------- command


def command(code: str, **fields: Any) -> CommandSink:
    """Return a sink that runs some Python."""
    given: dict[str, Any] = {"name": "page", "argv": (sys.executable, "-c", code), "environ": dict(os.environ)}
    return CommandSink(CommandSettings(**given | fields))


def test_a_command_hears_of_it_by_input_and_environment(tmp_path: Any) -> None:
    """It gets the notice as JSON and its main facts as variables, and of other variables what programs need."""
    out = tmp_path / "out.json"
    code = f"import json,os,sys; json.dump([json.load(sys.stdin), dict(os.environ)], open({str(out)!r}, 'w'))"
    environ = {**os.environ, "MAIL_PASSWORD": "hush-hush", "PAGER": "x"}
    assert command(code, environ=environ, keep_env=("PAGER",)).send(notice(), SOURCE) == "it ended with code 0"
    event, seen = json.loads(out.read_text())
    assert event["data"]["reason"] == notice().reason
    assert (seen["QUALIA_ALERT_LINE"], seen["QUALIA_ALERT_SEVERITY"], seen["PAGER"]) == (LINE, "warning", "x")
    assert "MAIL_PASSWORD" not in seen


def test_whatever_a_check_calls_itself_can_be_told() -> None:
    """NUL and halves of characters, which no environment holds, become visible escapes."""
    odd = notice(subject="a\0b\ud800", reason="x\0y")
    assert command("import os; assert os.environ['QUALIA_ALERT_SUBJECT'] == r'a\\u0000b\\ud800'").send(odd, SOURCE)


def test_no_shell_reads_the_arguments(tmp_path: Any) -> None:
    """What a shell would run is an argument like any other."""
    out = tmp_path / "out"
    code = f"import sys; open({str(out)!r}, 'w').write(sys.argv[1])"
    settings = CommandSettings(name="page", argv=(sys.executable, "-c", code, "$(id); `id`"), environ=dict(os.environ))
    CommandSink(settings).send(notice(), SOURCE)
    assert out.read_text() == "$(id); `id`"


@pytest.mark.whole
@pytest.mark.skipif(os.name != "posix", reason="groups of processes are killed on POSIX alone")
def test_a_command_that_hangs_is_killed_with_all_it_started(tmp_path: Any) -> None:
    """Nothing of it is left, not even what it started in the background."""
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    heard: list[str] = []
    reader = threading.Thread(target=lambda: heard.append(fifo.read_text()))
    reader.start()
    script = f"exec 9>'{fifo}'; echo up >&9; sleep 300 & sleep 300"
    settings = CommandSettings(name="page", argv=("sh", "-c", script), environ=dict(os.environ), limit_s=2.0)
    with pytest.raises(SinkFailed, match="ran longer than 2 s and was killed"):
        CommandSink(settings).send(notice(), SOURCE)
    reader.join(30)
    # The end of the text comes when nobody is left who could write more.
    assert (heard, reader.is_alive()) == (["up\n"], False)


def test_a_command_that_fails_says_why() -> None:
    """Its code and the end of what it said are told, however much that was, and control characters are not."""
    code = "import sys; sys.stderr.write('x' * 10**6 + '\\x1b[31mno pager'); sys.exit(3)"
    with pytest.raises(SinkFailed, match=r"^it ended with code 3: x+\\u001b\[31mno pager$"):
        command(code).send(notice(), SOURCE)
    with pytest.raises(SinkFailed, match="cannot be started: no such file"):
        CommandSink(CommandSettings(name="page", argv=("/none/such",), environ={})).send(notice(), SOURCE)


# ----------------------------------------------------------------------------------------------------------- e-mail


@contextmanager
def post_office(**options: Any) -> Generator[tuple[int, list[Any]]]:
    """Run a real SMTP server; give its port and the letters it takes."""
    smtp = pytest.importorskip("aiosmtpd.smtp")
    letters: list[Any] = []

    class Box:
        async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
            letters.append(envelope)
            return "250 taken"

        async def handle_RCPT(  # noqa: N802
            self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
        ) -> str:
            if address.startswith("nobody"):
                return "550 unknown"
            envelope.rcpt_tos.append(address)
            return "250 known"

    wraps = options.pop("tls_from_the_start", None)
    loop = asyncio.new_event_loop()
    made = loop.create_server(lambda: smtp.SMTP(Box(), loop=loop, **options), "127.0.0.1", 0, ssl=wraps)
    server = loop.run_until_complete(made)
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def closed() -> None:
        server.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    try:
        yield server.sockets[0].getsockname()[1], letters
    finally:
        asyncio.run_coroutine_threadsafe(closed(), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(30)
        loop.close()


def mailbox(port: int, **fields: Any) -> EmailSettings:
    """Return settings that send there."""
    usual: dict[str, Any] = {
        "name": "post",
        "host": "127.0.0.1",
        "port": port,
        "tls": "none",
        "sender": "qualia@example.org",
        "to": ("ana@example.org", "rui@example.org"),
        "limit_s": 20.0,
    }
    return EmailSettings(**usual | fields)


def test_an_e_mail_arrives(tmp_path: Any) -> None:
    """It has a subject, plain text, and headers that keep machines from answering; later ones stand in its thread."""
    import email
    from email.policy import default

    with post_office() as (port, letters):
        sink = EmailSink(mailbox(port))
        assert sink.send(notice(reason="o disco está cheio"), SOURCE) == "127.0.0.1 took it for 2"
        sink.send(notice(kind="resolved", at_s=1_790_000_060.0), SOURCE)
    assert letters[0].rcpt_tos == ["ana@example.org", "rui@example.org"]
    first, second = (email.message_from_bytes(each.content, policy=default) for each in letters)
    assert first["subject"] == "[interviews] o disco está cheio"
    assert "What to do: make room" in first.get_content()
    assert (first.get_content_type(), first["auto-submitted"]) == ("text/plain", "auto-generated")
    assert (second["in-reply-to"], second["references"]) == (first["message-id"], first["message-id"])
    assert second["message-id"] != first["message-id"]


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_a_password_travels_encrypted_alone(tmp_path: Any, tls: Any) -> None:
    """The certificate has to be trusted, and the login is what variables say."""
    smtp = pytest.importorskip("aiosmtpd.smtp")
    crt, key = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(crt, key)
    seen: list[tuple[bytes, bytes]] = []

    def authenticator(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> Any:
        seen.append((data.login, data.password))
        return smtp.AuthResult(success=data.password == b"hush-hush", handled=False)

    options = {"authenticator": authenticator, "auth_required": True}
    if tls == "tls":
        options |= {"tls_from_the_start": context, "auth_require_tls": False}
    else:
        options |= {"tls_context": context, "require_starttls": True}
    with post_office(**options) as (port, letters):
        known = {"tls": tls, "ca_file": crt, "login": secret("qualia")}
        with pytest.raises(SinkFailed, match=r"certificate of 127\.0\.0\.1 cannot be trusted"):
            EmailSink(mailbox(port, **known | {"ca_file": None}, password=secret("x"))).send(notice(), SOURCE)
        with pytest.raises(SinkFailed, match=r"^127\.0\.0\.1 answered 535$"):
            EmailSink(mailbox(port, **known, password=secret("wrong"))).send(notice(), SOURCE)
        EmailSink(mailbox(port, **known, password=secret("hush-hush"))).send(notice(), SOURCE)
    assert seen[-1] == (b"qualia", b"hush-hush")
    assert len(letters) == 1


def test_who_does_not_get_it_is_told() -> None:
    """One address that is refused is named; the others got theirs; where nobody listens that is said."""
    with post_office() as (port, letters):
        with pytest.raises(SinkFailed, match=r"did not take it for nobody@example\.org"):
            EmailSink(mailbox(port, to=("ana@example.org", "nobody@example.org"))).send(notice(), SOURCE)
        with pytest.raises(SinkFailed, match="none of its readers: 550"):
            EmailSink(mailbox(port, to=("nobody@example.org",))).send(notice(), SOURCE)
        assert letters[0].rcpt_tos == ["ana@example.org"]
    with pytest.raises(SinkFailed, match=r"127\.0\.0\.1 cannot be reached: connection refused"):
        EmailSink(mailbox(9)).send(notice(), SOURCE)


@pytest.mark.properties
@given(reason=st.text(), remedy=st.text(), subject=st.text())
def test_nothing_in_a_notice_begins_a_header(reason: Any, remedy: Any, subject: Any) -> None:
    """Whatever a reason holds, the message has the headers it should have and no others."""
    found = notice(reason=f"{reason}\r\nBcc: eve@example.org", remedy=remedy, subject=subject)
    mail = composed(found, SOURCE, mailbox(25))
    head = mail.as_bytes().partition(b"\r\n\r\n")[0].lower()
    assert b"\nbcc:" not in head
    usual = {"from", "to", "subject", "date", "message-id", "auto-submitted", "x-qualia-alert", "mime-version"}
    assert {name.lower() for name in mail.keys()} - {"content-type", "content-transfer-encoding"} == usual  # noqa: SIM118


# -------------------------------------------------------------------------------------------------------------- log


def test_the_log_gets_level_and_data(caplog: Any) -> None:
    """Severity becomes a level; the record carries the notice as data for those who write JSON."""
    sink = LogSink(LogSettings(name="log", logger="qualia.alerts.test"))
    with caplog.at_level(logging.INFO, "qualia.alerts.test"):
        sink.send(notice(), SOURCE)
        sink.send(notice(severity="critical"), SOURCE)
        sink.send(notice(kind="resolved", severity="critical"), SOURCE)
    assert [each.levelname for each in caplog.records] == ["WARNING", "CRITICAL", "INFO"]
    assert caplog.records[0].getMessage() == LINE
    assert vars(caplog.records[0])["alert"]["rule"] == "disk"


def test_where_no_log_is_set_up_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python would write it to standard error, which nobody asked for."""
    monkeypatch.setattr(logging.Logger, "hasHandlers", lambda _self: False)
    sink = LogSink(LogSettings(name="log", logger="qualia.alerts.test"))
    assert sink.send(notice(), SOURCE) == "no log is set up here, so nothing reads it"


def test_a_message_says_what_to_do_in_both_languages() -> None:
    """Headline, remedy, since when, which alert and whose: nothing else is needed at three in the morning."""
    found = notice(reason="the disk is 95 % full, 5 GB are left", severity="critical")
    with speaking("en"):
        assert message(found, SOURCE).splitlines() == [
            "critical: the disk is 95 % full, 5 GB are left",
            "",
            "What to do: make room",
            "",
            "Since: 2026-09-21 14:13:20 UTC",
            "Alert: disk, critical",
            "Project: interviews on here",
        ]
    with speaking("pt-BR"):
        assert message(found, SOURCE).splitlines()[0] == "crítico: o disco está 95 % cheio, restam 5 GB"
        assert message(notice(kind="held", about=(found,)), SOURCE).splitlines()[0].startswith("Isto foi retido")


def test_a_file_of_secrets_is_read_once_needed(tmp_path: Path) -> None:
    """White space around a secret is none of it; an empty file holds none."""
    (tmp_path / "secret").write_text("\n hush \n")
    assert Secret(file=tmp_path / "secret", environ={}).reveal() == "hush"
    (tmp_path / "secret").write_text("\n")
    with pytest.raises(LookupError, match="is empty"):
        Secret(file=tmp_path / "secret", environ={}).reveal()
