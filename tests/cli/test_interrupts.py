"""Ctrl-C is heard at once, and nobody waits for ever."""

from __future__ import annotations

import signal

import pytest

from qualia.cli.interrupts import GRACE_S, Interrupts, hearing


class Left(Exception):
    """The process would have ended here."""


def leave(code: int) -> None:
    raise Left(code)


@pytest.fixture
def timers(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Tell what becomes of the timer, which never rings."""
    told: list[str] = []

    class Timer:
        daemon = False

        def __init__(self, delay_s: float, action: object, args: object) -> None:
            told.append(f"{delay_s}")

        def start(self) -> None:
            told.append("start")

        def cancel(self) -> None:
            told.append("cancel")

    monkeypatch.setattr("threading.Timer", Timer)
    return told


def test_the_first_one_is_told_and_the_second_one_leaves(timers: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    """One line at once, two seconds to clean up, and no waiting when it comes again."""
    interrupts = Interrupts(lambda: "interrupted", leave=leave)  # type: ignore[arg-type]
    with pytest.raises(KeyboardInterrupt):
        interrupts(2, None)
    assert timers == [f"{GRACE_S}", "start"]
    with pytest.raises(Left):
        interrupts(2, None)
    interrupts.tell()
    assert capfd.readouterr().err == "qualia: interrupted\n"
    interrupts.over()
    assert timers[-1] == "cancel"


def test_what_was_heard_before_is_heard_again_behind_the_block() -> None:
    """Python's own way to hear Ctrl-C is restored, within another command too."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        outer, inner = Interrupts(str), Interrupts(str)
        with hearing(outer):
            with hearing(inner):
                assert signal.getsignal(signal.SIGINT) is inner
            assert signal.getsignal(signal.SIGINT) is outer
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_host_that_hears_signals_itself_goes_on_doing_so() -> None:
    """A signal somebody else hears, or ignores, is left alone."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with hearing(Interrupts(str)):
            assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
