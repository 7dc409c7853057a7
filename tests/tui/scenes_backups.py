"""Screens of the backups."""

from __future__ import annotations

from typing import Any

from tests.tui.seeing import BEGAN_S, FakeHost, Seen
from tests.tui.snapshots import Scene

NEW, OLD = "20260101T090000Z-aaaaaa", "20251231T090000Z-bbbbbb"
SECRETS = [{"path": ".env", "why": "its name is that of a secret"}]
NAMES = ("create", "drill", "export", "list", "prune", "restore", "schedule", "show", "verify")


def snapshot(name: str, **more: Any) -> dict[str, Any]:
    """Return what the operations tell of a snapshot."""
    return {
        "id": name,
        "path": f"/srv/interviews/.qualia/backups/interviews-{name}.tar.gz",
        "created_at": f"{name[:4]}-{name[4:6]}-{name[6:8]}T09:00:00+00:00",
        "archive_bytes": 5_185_000,
        "bytes": 17_987_000,
        "files": 1_209,
        "encrypted": False,
        "complete": True,
        "verified_at": "2026-01-01T09:00:05+00:00",
        "note": "",
        "trouble": "",
        **more,
    }


class Operations(FakeHost):
    """A host whose operations give what they are told to, at once.

    Args:
        given: what each operation gives, by its name without "backup."; a text is the sentence it fails with.
    """

    def __init__(self, given: dict[str, Any]) -> None:
        offered = [{"operation": f"backup.{name}", "trouble": ""} for name in NAMES]
        super().__init__({"operations.list": offered, "health": {"at_s": BEGAN_S}})
        self.given: dict[str, Any] = given
        self.begun: list[tuple[str, dict[str, Any], bool]] = []
        self.answers |= {
            "operations.run": self._run,
            "operations.progress": {"state": "ok"},
            "operations.result": self._result,
        }

    def _run(self, operation: str, params: dict[str, Any], *, confirmed: bool, language: str) -> dict[str, Any]:
        self.begun.append((operation.removeprefix("backup."), params, confirmed))
        return {"run": str(len(self.begun) - 1), "language": language}

    def _result(self, run: str, language: str) -> dict[str, Any]:
        name, params, _confirmed = self.begun[int(run)]
        given = self.given.get(f"{name} dry" if params.get("dry_run") else name, {})
        if isinstance(given, str):
            return {"result": None, "told": given, "language": language}
        return {"result": given if "value" in given else {"value": given, "code": 0, "text": f"{name} is done"}}


def host(**more: Any) -> Operations:
    """Return a host with two snapshots."""
    difference = {
        "id": OLD,
        "added": ["texts/gone.txt"],
        "changed": ["texts/a.txt"],
        "removed": ["new.txt"],
        "kept": ["x"],
    }
    return Operations(
        {
            "list": [snapshot(NEW, note="before the move"), snapshot(OLD, verified_at="", encrypted=True)],
            "show": {**snapshot(NEW), "secrets": SECRETS, "versions": {"qualia": "0.1.0"}, "problems": []},
            "create": snapshot("20260101T100000Z-cccccc"),
            "restore dry": difference,
            "prune dry": {
                "kept": [{"id": NEW, "reasons": ["last 1 of 3"]}],
                "removed": [OLD],
                "freed_bytes": 5_185_000,
            },
            **more,
        }
    )


async def _table(seen: Seen) -> None:
    await seen.press("5")
    await seen.until("2025-12-31")


async def _restore(seen: Seen) -> None:
    await _table(seen)
    await seen.press("j", "r")
    await seen.until("texts/gone.txt")


async def _absent(seen: Seen) -> None:
    await seen.press("5")
    await seen.until("pip install")


def scenes() -> tuple[Scene, ...]:
    """Return the table, the question before a restore, and the section without operations."""
    return (
        Scene(name="backups", host=host, play=_table),
        Scene(name="backups-restore", host=host, play=_restore),
        Scene(name="backups-absent", host=lambda: FakeHost({"operations.list": []}), play=_absent),
    )
