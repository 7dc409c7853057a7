"""A POST of JSON, signed the way `Standard Webhooks <https://www.standardwebhooks.com>`_ says.

Whoever receives it verifies three headers: ``webhook-id`` (the same when a notice comes again), ``webhook-timestamp``
(seconds since 1970; refuse what is older than five minutes) and ``webhook-signature`` (``v1,`` and the base64 of the
HMAC-SHA256, with the secret's bytes, over ``id.timestamp.body``; several are parted by spaces while a secret is
exchanged). A secret is written ``whsec_`` and base64, or is a text taken as it is.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
import random
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import IO, Any
from urllib.parse import urlsplit

from qualia._version import __version__
from qualia_ops.alerts.config import WebhookSettings, why_no_address
from qualia_ops.alerts.errors import SinkFailed
from qualia_ops.alerts.notice import Notice, Source, as_event
from qualia_ops.alerts.sinks.trust import trusting

_PREFIX = "whsec_"
_ANSWER_BYTES = 64 * 1024
_LATER = frozenset({408, 425, 429, 500, 502, 503, 504})
_FIRST_S, _LONGEST_S = 1.0, 30.0


def key_of(secret: str) -> bytes:
    """Return the bytes that sign.

    Raises:
        ValueError: it begins as a secret of Standard Webhooks does, and the rest is no base64, or nothing.
    """
    if not secret.startswith(_PREFIX):
        return secret.encode()
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except ValueError as error:
        raise ValueError("what follows whsec_ is no base64") from error
    if not key:
        # Anybody can sign with an empty key.
        raise ValueError("nothing follows whsec_")
    return key


def signature(key: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """Return the signature of a message, as it stands in ``webhook-signature``."""
    signed = hmac.new(key, f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(signed).decode()}"


class _Unmoved(urllib.request.HTTPRedirectHandler):
    """Follows nobody: what is signed for one place is not sent to another."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        """Follow no redirect."""
        return None


class WebhookSink:
    """Posts notices; what may work a moment later is tried again, a little longer apart each time.

    Args:
        settings: where to, and what signs.
        wall: seconds since 1970.
        pause: waits for so many seconds.
        chance: a number from 0 to 1, so that many who failed together do not come again together.
    """

    def __init__(
        self,
        settings: WebhookSettings,
        *,
        wall: Callable[[], float] = time.time,
        pause: Callable[[float], object] = time.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._settings: WebhookSettings = settings
        self._wall: Callable[[], float] = wall
        self._pause: Callable[[float], object] = pause
        self._chance: Callable[[], float] = chance

    def send(self, notice: Notice, source: Source) -> str:
        """Post it.

        Raises:
            SinkFailed: every try failed, or the first one in a way that will not change by itself.
        """
        url, keys = self._address(), self._keys()
        body = json.dumps(as_event(notice, source), ensure_ascii=True, separators=(",", ":")).encode()
        until_s = time.monotonic() + self._settings.limit_s
        for number in range(1, self._settings.tries + 1):
            try:
                return self._posted(url, keys, notice.id, body, until_s - time.monotonic())
            except _Refused as error:
                wait_s = error.retry_after_s or self._chance() * min(_LONGEST_S, _FIRST_S * 2**number)
                is_last = number == self._settings.tries or time.monotonic() + wait_s >= until_s
                if is_last or not error.is_passing:
                    raise SinkFailed(error.reason, error.retry_after_s) from error
            self._pause(wait_s)
        raise SinkFailed("it was never tried")

    def _address(self) -> str:
        try:
            url = self._settings.url.reveal()
        except LookupError as error:
            raise SinkFailed(f"its address is missing: {error.args[0]}") from error
        why = why_no_address(url)
        if why:
            raise SinkFailed(f"its address in {self._settings.url.origin} {why}")
        return url

    def _keys(self) -> list[bytes]:
        try:
            return [key_of(each.reveal()) for each in self._settings.secrets]
        except (LookupError, ValueError) as error:
            raise SinkFailed(f"its secret cannot be used: {error.args[0]}") from error

    def _posted(self, url: str, keys: list[bytes], message_id: str, body: bytes, within_s: float) -> str:
        at = int(self._wall())
        headers = {
            "content-type": "application/json",
            "user-agent": f"qualia-core/{__version__}",
            "webhook-id": message_id,
            "webhook-timestamp": str(at),
        }
        if keys:
            headers["webhook-signature"] = " ".join(signature(key, message_id, at, body) for key in keys)
        request = urllib.request.Request(url, data=body, headers=headers, method="POST")  # noqa: S310 - checked above
        host = urlsplit(url).hostname or ""
        try:
            with self._opener().open(request, timeout=max(0.1, within_s)) as answer:
                told = f"{host} answered {answer.status}"
                answer.read(_ANSWER_BYTES)
                return told
        except urllib.error.HTTPError as error:
            with error:
                raise _of_answer(host, error) from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise _Refused(_why(host, error)) from error

    def _opener(self) -> urllib.request.OpenerDirector:
        verified = urllib.request.HTTPSHandler(context=trusting(self._settings.ca_file))
        return urllib.request.build_opener(_Unmoved(), verified)


class _Refused(Exception):
    def __init__(self, reason: str, *, is_passing: bool = True, retry_after_s: float | None = None) -> None:
        super().__init__(reason)
        self.reason: str = reason
        self.is_passing: bool = is_passing
        self.retry_after_s: float | None = retry_after_s


def _of_answer(host: str, error: urllib.error.HTTPError) -> _Refused:
    if 300 <= error.code < 400:
        reason = f"{host} answered {error.code} and points elsewhere; configure that address"
        return _Refused(reason, is_passing=False)
    asked = error.headers.get("retry-after", "")
    retry_after_s = float(asked) if asked.isascii() and asked.isdigit() and len(asked) < 6 else None
    reason = f"{host} answered {error.code}"
    return _Refused(reason, is_passing=error.code in _LATER, retry_after_s=retry_after_s)


def _why(host: str, error: Exception) -> str:
    """Return what went wrong without the address: that may be a secret."""
    cause: Any = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"the certificate of {host} cannot be trusted: {cause.verify_message}"
    if isinstance(cause, TimeoutError):
        return f"{host} did not answer in time"
    if isinstance(cause, OSError) and cause.strerror:
        return f"{host} cannot be reached: {cause.strerror.lower()}"
    return f"{host} cannot be reached: {type(cause).__name__}"
