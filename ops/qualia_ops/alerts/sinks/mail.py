"""Notices as e-mail: plain text, one message each, in one thread from the first to the last of an alert."""

from __future__ import annotations

import smtplib
import ssl
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from qualia_ops.alerts.config import EmailSettings
from qualia_ops.alerts.errors import SinkFailed
from qualia_ops.alerts.notice import Notice, Source
from qualia_ops.alerts.sinks.trust import trusting
from qualia_ops.alerts.wording import line, message

_LONGEST = 180


def composed(notice: Notice, source: Source, settings: EmailSettings) -> EmailMessage:
    """Return the message for a notice; nothing in it can begin a header of its own."""
    domain = Address(addr_spec=settings.sender).domain
    thread = f"<alert-{notice.alert_id}@{domain}>"
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(display_name="Qualia Core", addr_spec=settings.sender)
    mail["To"] = tuple(Address(addr_spec=each) for each in settings.to)
    subject = line(notice, source)
    mail["Subject"] = subject if len(subject) <= _LONGEST else f"{subject[: _LONGEST - 3]}..."
    mail["Date"] = format_datetime(datetime.fromtimestamp(notice.at_s, UTC))
    mail["Message-ID"] = thread if notice.kind == "raised" else f"<{notice.id}@{domain}>"
    if notice.raised_s is not None and notice.kind != "raised":
        mail["In-Reply-To"] = thread
        mail["References"] = thread
    # Nobody's holiday shall answer a machine.
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Qualia-Alert"] = f"{notice.kind}; severity={notice.severity}"
    mail.set_content(message(notice, source) + "\n")
    return mail


class EmailSink:
    """Sends messages by SMTP.

    Args:
        settings: the server, and who gets them.
    """

    def __init__(self, settings: EmailSettings) -> None:
        self._settings: EmailSettings = settings

    def send(self, notice: Notice, source: Source) -> str:
        """Send it to everybody.

        Raises:
            SinkFailed: the server cannot be reached or trusted, or refuses the message or somebody who is to get it.
        """
        mail = composed(notice, source, self._settings)
        host = self._settings.host
        try:
            refused = self._sent(mail)
        except ssl.SSLCertVerificationError as error:
            raise SinkFailed(f"the certificate of {host} cannot be trusted: {error.verify_message}") from error
        except smtplib.SMTPResponseException as error:
            raise SinkFailed(f"{host} answered {error.smtp_code}") from error
        except smtplib.SMTPRecipientsRefused as error:
            codes = sorted({code for code, _said in error.recipients.values()})
            raise SinkFailed(f"{host} takes it for none of its readers: {', '.join(map(str, codes))}") from error
        except OSError as error:
            why = error.strerror.lower() if error.strerror else type(error).__name__
            raise SinkFailed(f"{host} cannot be reached: {why}") from error
        readers = len(self._settings.to)
        told = f"{host} took it for {readers}"
        if refused:
            raise SinkFailed(f"{host} did not take it for {', '.join(sorted(refused))}")
        return told

    def _sent(self, mail: EmailMessage) -> dict[str, tuple[int, bytes]]:
        settings = self._settings
        login = self._login()
        with self._connected() as server:
            if settings.tls == "starttls":
                server.starttls(context=trusting(settings.ca_file))
            if login is not None:
                server.login(*login)
            return server.send_message(mail, from_addr=settings.sender, to_addrs=list(settings.to))

    def _connected(self) -> smtplib.SMTP:
        settings = self._settings
        if settings.tls == "tls":
            context = trusting(settings.ca_file)
            return smtplib.SMTP_SSL(settings.host, settings.port, timeout=settings.limit_s, context=context)
        return smtplib.SMTP(settings.host, settings.port, timeout=settings.limit_s)

    def _login(self) -> tuple[str, str] | None:
        login, password = self._settings.login, self._settings.password
        if login is None or password is None:
            return None
        try:
            return login.reveal(), password.reveal()
        except LookupError as error:
            raise SinkFailed(f"its password cannot be used: {error.args[0]}") from error
