"""What runs gave: as answers, as artifacts, and saved to files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import frozen

from qualia._values import is_mapping, is_sequence, to_plain
from qualia.host.again import Compared
from qualia.host.jobs import Jobs
from qualia.host.saving import SENT_BYTES, artifact_of, sent, written
from qualia.host.verbs import Verb
from qualia.protocol import HostRefused
from qualia.result import Outcome, Result


@frozen
class AboutResults:
    """Answers what is asked about what runs gave."""

    jobs: Jobs

    def verbs(self) -> tuple[Verb, ...]:
        """Return the verbs."""
        one, step = {"run": str}, {"step": str}
        return (
            Verb(
                name="runs.result",
                told="What a run gave; of a pipeline all steps, or one.",
                call=self.result,
                takes=one,
                may_take={**step, "most_bytes": int},
                slow=True,
            ),
            Verb(
                name="runs.artifact",
                told="What a run, or one step of it, gave as a file: its name, and its bytes in base64.",
                call=self.artifact,
                takes=one,
                may_take={**step, "most_bytes": int},
                slow=True,
            ),
            Verb(
                name="runs.save",
                told="Write what a run, or one step of it, gave to a path; what is there stays, unless `overwrite`.",
                call=self.save,
                takes={**one, "path": str},
                may_take={**step, "overwrite": bool},
                changes=True,
                slow=True,
            ),
        )

    def result(self, run: str, step: str | None = None, most_bytes: int | None = None) -> dict[str, Any]:
        """Return what a run gave; of files no more than their first bytes, where that is asked for."""
        verb = "runs.result"
        job = self.jobs.get(verb, run, "run")
        if not job.is_over:
            raise HostRefused(verb, f"run {run!r} is {job.state}; ask again when it is over")
        facts, given = job.facts(), job.given
        if isinstance(given, Outcome):
            steps = [_cut(to_plain(each), most_bytes) for each in given.steps if step in (None, each.step)]
        elif is_sequence(given):
            steps = [_again(each) for each in given if step in (None, each.step.step)]
        else:
            result = None if given is None else _cut({"result": to_plain(given)}, most_bytes)["result"]
            return {**facts, "result": result, "steps": []}
        if not steps:
            raise HostRefused(verb, f"run {run!r} has no step {step!r}")
        return {**facts, "result": None, "steps": steps}

    def artifact(self, run: str, step: str | None = None, most_bytes: int = SENT_BYTES) -> Mapping[str, Any]:
        """Return what a run gave as a file."""
        verb = "runs.artifact"
        if not 0 <= most_bytes <= SENT_BYTES:
            raise HostRefused(verb, f"most_bytes is 0 to {SENT_BYTES}")
        return sent(artifact_of(self._result(verb, run, step)), most_bytes=most_bytes)

    def save(self, run: str, path: str, step: str | None = None, *, overwrite: bool = False) -> dict[str, Any]:
        """Write what a run gave to a file."""
        verb = "runs.save"
        artifact = artifact_of(self._result(verb, run, step))
        facts = {"name": artifact.file_name, "media_type": artifact.media_type}
        return {**written(verb, path, artifact.data, overwrite=overwrite), **facts}

    def _result(self, verb: str, run: str, step: str | None) -> Result[Any]:
        """Return what a run gave; of several steps the one that is named.

        Raises:
            HostRefused: it is not over, or there is none, or there are several.
        """
        job = self.jobs.get(verb, run, "run")
        if not job.is_over:
            raise HostRefused(verb, f"run {run!r} is {job.state}; ask again when it is over")
        found = dict(_results(job.given))
        if not found:
            raise HostRefused(verb, f"run {run!r} gave nothing that is kept here")
        if step is None and len(found) > 1:
            raise HostRefused(verb, f"name one of its steps: {', '.join(found)}")
        name = next(iter(found)) if step is None else step
        if name not in found:
            raise HostRefused(verb, f"run {run!r} has no result of a step {name!r}; there are: {', '.join(found)}")
        return found[name]


def _cut(told: dict[str, Any], most_bytes: int | None) -> dict[str, Any]:
    """Return a step as it is told, of a file no more than its first bytes, with how many it has.

    Args:
        told: the step, plain.
        most_bytes: bytes to keep; None keeps all.
    """
    result = told["result"]
    value: Any = result["value"] if is_mapping(result) and "value" in result else None
    if most_bytes is None or not is_mapping(value) or set(value) != {"media_type", "data", "name"}:
        return told
    encoded = str(value["data"])
    count = len(encoded) // 4 * 3 - encoded[-2:].count("=")
    kept = {**value, "data": encoded[: max(0, most_bytes) // 3 * 4] if most_bytes < count else encoded, "bytes": count}
    return {**told, "result": {**result, "value": kept}}


def _results(given: Any) -> Iterator[tuple[str, Result[Any]]]:
    """Yield each result by its step; of one plugin's run by the plugin."""
    if isinstance(given, Outcome):
        yield from given.items()
    elif isinstance(given, Result):
        yield given.provenance.plugin, given
    elif is_sequence(given):
        yield from ((each.step.step, each.again.result) for each in given)


def _again(compared: Compared) -> dict[str, Any]:
    """Return a step that was run again, as a pipeline's step is told, with what is different now."""
    return {
        "step": compared.step.step,
        "plugin": compared.step.plugin,
        "status": "ok",
        "result": to_plain(compared.again.result),
        "error": None,
        "reason": "",
        "verdict": compared.verdict,
        "differences": list(compared.again.differences),
    }
