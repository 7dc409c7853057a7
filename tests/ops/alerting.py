"""What the tests of alerts share: reports of health as one needs them, notices, and a certificate of one's own."""

from __future__ import annotations

import shutil
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

import pytest
from qualia_ops.alerts.notice import Notice, Source

from qualia.health import Component, HealthReport, Status

SOURCE = Source(project="interviews", machine="here")
GB = 1_000_000_000


def report_of(*components: Component, at_s: float = 0.0) -> HealthReport:
    """Return a report of some components."""
    return HealthReport.of(components, at_s=at_s, engine="1.0")


def part(name: str, status: Status = "ok", /, reason: str = "", **facts: Any) -> Component:
    """Return a component."""
    return Component(name=name, status=status, reason=reason, facts=facts)


def disk(used: float) -> Component:
    """Return a disk of which such a share is used."""
    return part("disk", free_bytes=int((1 - used) * 100 * GB), total_bytes=100 * GB)


def notice(**fields: Any) -> Notice:
    """Return a notice of a full disk."""
    usual: dict[str, Any] = {
        "kind": "raised",
        "at_s": 1_790_000_000.0,
        "rule": "disk",
        "severity": "warning",
        "reason": "the disk is 95 % full, 5 GB are left",
        "remedy": "make room",
        "raised_s": 1_790_000_000.0,
    }
    return Notice(**usual | fields)


class Hearing:
    """An HTTP server that keeps what it is sent and answers what it is told to.

    Attributes:
        heard: path, headers and body of each request.
        answers: status and headers of the next answers; 204 when there are none left.
    """

    def __init__(self) -> None:
        self.heard: list[tuple[str, dict[str, str], bytes]] = []
        self.answers: list[tuple[int, dict[str, str]]] = []
        self.release = threading.Event()
        self.release.set()
        hearing = self

        class Answer(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                hearing.heard.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
                hearing.release.wait(30)
                status, headers = hearing.answers.pop(0) if hearing.answers else (204, {})
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook/hush-hush"
        self._thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})

    def __enter__(self) -> Self:
        """Begin to listen."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop listening."""
        self.release.set()
        self.server.shutdown()
        self._thread.join(30)
        self.server.server_close()


def certificate(folder: Path) -> tuple[Path, Path]:
    """Return a certificate of this machine alone, and its key."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    crt, key = folder / "here.crt", folder / "here.key"
    names = ("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1")
    kind = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    made = ("openssl", "req", "-x509", *kind, "-keyout", str(key), "-out", str(crt), "-days", "2", *names)
    subprocess.run(made, check=True, capture_output=True, timeout=60)
    return crt, key
