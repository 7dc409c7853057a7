"""Threads that are kept and used again: none that hangs holds up another, and none outlives its pool."""

from __future__ import annotations

import gc
import os
import threading
from concurrent.futures import CancelledError

import pytest

from qualia._engine.threads import Threads

WAIT_S = 30.0


def alive(name: str) -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == name]


def test_an_idle_thread_is_used_again() -> None:
    """Calls one after the other share a thread; no thread is there before the first."""
    threads = Threads("t-again")
    assert alive("t-again") == []
    idents = {threads.submit(threading.get_ident).result(WAIT_S) for _ in range(20)}
    # The thread may tell its answer just before it is idle again, so a second one is no fault.
    assert 1 <= len(idents) <= 2
    threads.shutdown()


def test_calls_at_the_same_time_have_threads_of_their_own() -> None:
    """Eight calls that wait for each other all finish."""
    threads, meeting = Threads("t-many"), threading.Barrier(8)
    assert sorted(each.result(WAIT_S) for each in [threads.submit(meeting.wait, WAIT_S) for _ in range(8)]) == list(
        range(8)
    )
    threads.shutdown()


def test_a_bound_makes_further_calls_wait() -> None:
    """With two threads at most the third call begins when one is done."""
    threads, leave = Threads("t-most", most=2), threading.Event()
    futures = [threads.submit(leave.wait, WAIT_S) for _ in range(3)]
    assert len(alive("t-most")) == 2
    leave.set()
    assert [each.result(WAIT_S) for each in futures] == [True] * 3
    threads.shutdown()


def test_whatever_a_call_raises_is_its_callers() -> None:
    """An exit and an interrupt arrive where the result is asked for, and the thread lives on."""
    threads = Threads("t-raise", most=1)
    for error in (ValueError, SystemExit, KeyboardInterrupt):

        def fail(kind: type[BaseException] = error) -> None:
            raise kind

        with pytest.raises(error):
            threads.submit(fail).result(WAIT_S)
    assert threads.submit(len, "abc").result(WAIT_S) == 3
    threads.shutdown()


def test_shutting_down_ends_idle_threads_before_it_returns() -> None:
    """Nothing is left of a pool whose calls are done, and it takes no more."""
    threads, meeting = Threads("t-down"), threading.Barrier(4)
    for each in [threads.submit(meeting.wait, WAIT_S) for _ in range(4)]:
        each.result(WAIT_S)
    threads.shutdown()
    assert alive("t-down") == []
    with pytest.raises(RuntimeError, match="shut down"):
        threads.submit(len, "")
    threads.shutdown()


def test_shutting_down_waits_for_no_call_that_hangs() -> None:
    """A call under way goes on, one that waits is cancelled."""
    threads, entered, leave = Threads("t-hang", most=1), threading.Event(), threading.Event()

    def hang() -> bool:
        entered.set()
        return leave.wait(WAIT_S)

    hanging, waiting = threads.submit(hang), threads.submit(len, "")
    entered.wait(WAIT_S)
    threads.shutdown(cancel_futures=True)
    with pytest.raises(CancelledError):
        waiting.result(WAIT_S)
    leave.set()
    assert hanging.result(WAIT_S) is True


def test_a_forgotten_pool_ends_its_threads() -> None:
    """Threads do not hold their pool, so it is collected and lets them go."""
    threads = Threads("t-forgotten")
    threads.submit(len, "").result(WAIT_S)
    found = alive("t-forgotten")
    del threads
    gc.collect()
    for thread in found:
        thread.join(WAIT_S)
    assert alive("t-forgotten") == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_has_threads_of_its_own() -> None:
    """The parent's are not there after a fork, so the child starts one."""
    threads = Threads("t-fork")
    threads.submit(len, "").result(WAIT_S)
    child = os.fork()
    if child == 0:
        try:
            os._exit(0 if threads.submit(len, "abc").result(WAIT_S) == 3 else 1)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    threads.shutdown()
