"""What a host costs: a call there and back, events on their way to a client, clients that stall, and being idle."""

from __future__ import annotations

import json
import statistics
import tempfile
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.measure import Measurement
from qualia import Core, Document
from qualia.host import Host, expose
from qualia.protocol.places import opened
from qualia.settings import Settings

_CALLS = 2000
_EVENTS = 20_000
_RUNS = 300
_STALLED = 20
_ROUNDS = 5
_IDLE_S = 5.0
_PATIENCE_S = 60.0


class _Talker:
    """A client made of a socket."""

    def __init__(self, host: Host) -> None:
        self.link = opened(host.place, within_s=_PATIENCE_S)
        self.lines = self.link.makefile("rb")
        self.call("hello", versions=[1])

    def call(self, verb: str, **params: Any) -> Any:
        """Ask and wait for the answer."""
        self.link.sendall(json.dumps({"jsonrpc": "2.0", "id": 1, "method": verb, "params": params}).encode() + b"\n")
        return json.loads(self.lines.readline())["result"]

    def close(self) -> None:
        """Hang up."""
        self.lines.close()
        self.link.close()


@contextmanager
def _served() -> Generator[tuple[Core, Host], None, None]:
    with tempfile.TemporaryDirectory(prefix="qb") as folder:
        settings = Settings(state_dir=Path(folder), history=False, cache_max_bytes=0, cache_disk_max_bytes=0)
        with Core(settings=settings) as core, expose(core) as host:
            yield core, host


def measure_host() -> list[Measurement]:
    """Measure each of these."""
    with _served() as (core, host):
        return [_call_us(host), _events_each_s(host), _latency_ms(host), _stalled(core, host), _idle_share(host)]


def _call_us(host: Host) -> Measurement:
    client = _Talker(host)
    took: list[float] = []
    for _ in range(_CALLS):
        began = time.perf_counter()
        client.call("ping")
        took.append(time.perf_counter() - began)
    client.close()
    return Measurement(peer="", name="a small call, there and back", unit="us", ours=statistics.median(took) * 1e6)


def _add(host: Host, number: int) -> None:
    facts = {"kind": "step_finished", "at_s": time.perf_counter(), "run": None, "run_id": "x", "step": "one"}
    host.log.add({**facts, "plugin": "word_frequency", "details": {"number": number, "cached": False}})


def _add_all(host: Host) -> None:
    for number in range(_EVENTS):
        _add(host, number)


def _events_each_s(host: Host) -> Measurement:
    client = _Talker(host)
    client.call("subscribe")
    began = time.perf_counter()
    thread = threading.Thread(target=_add_all, args=(host,))
    thread.start()
    # Taken in pieces and counted, so that what is measured is the host and not the reader's JSON.
    heard, data = 0, b""
    while heard < _EVENTS:
        data = client.lines.read1(1 << 20)
        heard += data.count(b"\n")
    took = time.perf_counter() - began
    thread.join()
    client.close()
    return Measurement(peer="", name="events to one subscriber, each second", unit="/s", ours=_EVENTS / took)


def _latency_ms(host: Host) -> Measurement:
    client = _Talker(host)
    client.call("subscribe")
    took: list[float] = []
    for number in range(500):
        _add(host, number)
        line = client.lines.readline()
        took.append(time.perf_counter() - json.loads(line)["params"]["at_s"])
    client.close()
    p95 = sorted(took)[int(len(took) * 0.95)]
    return Measurement(peer="", name="an event's way to a client, p95", unit="ms", ours=p95 * 1e3, budget=100)


def _run_us(core: Core, name: str) -> float:
    took: list[float] = []
    for number in range(_RUNS):
        document = Document(f"{name} {number} words to count")
        began = time.perf_counter()
        core.run("word_frequency", document)
        took.append(time.perf_counter() - began)
    return statistics.median(took) * 1e6


def _stalled(core: Core, host: Host) -> Measurement:
    _run_us(core, "warm")
    alone: list[float] = []
    beside: list[float] = []
    for number in range(_ROUNDS):
        alone.append(_run_us(core, f"alone {number}"))
        clients = [_Talker(host) for _ in range(_STALLED)]
        for client in clients:
            client.call("subscribe")
        # Until every socket is full, they take what is sent; from then on they are stalled.
        for each in range(3000):
            _add(host, each)
        time.sleep(0.5)
        beside.append(_run_us(core, f"beside {number}"))
        for client in clients:
            client.close()
    return Measurement(
        name="a run beside 20 stalled clients", unit="us", ours=min(beside), plain=min(alone), peer="without clients"
    )


def _idle_share(host: Host) -> Measurement:
    clients = [_Talker(host) for _ in range(_STALLED)]
    before = time.process_time()
    time.sleep(_IDLE_S)
    share = (time.process_time() - before) / _IDLE_S * 100
    for client in clients:
        client.close()
    return Measurement(peer="", name="idle with 20 clients", unit="% CPU", ours=share, budget=0.2)
