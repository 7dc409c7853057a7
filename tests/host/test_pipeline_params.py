"""What faces ask of pipelines and results beyond the plain: other params for a step, and files cut short."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualia._values import to_plain
from qualia.errors import InvalidPipeline
from qualia.host.about_pipelines import with_params
from qualia.host.about_results import AboutResults
from qualia.host.jobs import Bounds, Job, Jobs
from qualia.pipeline import Pipeline, Step
from qualia.result import Artifact, Provenance, Result
from tests.host.conftest import Talker

NAMES = st.sampled_from(["top", "language", "unit"])
PARAMS = st.dictionaries(NAMES, st.integers(), max_size=3)
PIPELINE = {"name": "two", "steps": [{"plugin": "toy_count", "id": "a"}, {"plugin": "toy_count", "id": "b"}]}


@given(PARAMS, PARAMS)
def test_params_are_laid_over_those_of_the_file(own: dict[str, int], more: dict[str, int]) -> None:
    """What is given wins, what is not given stays, and other steps are as they were."""
    pipeline = Pipeline(steps=[Step(plugin="count", id="a", params=own), Step(plugin="count", id="b", params=own)])
    first, second = with_params(pipeline, {"a": more}).steps
    assert dict(first.params) == {**own, **more}
    assert dict(second.params) == own
    assert with_params(pipeline, None) is pipeline


@pytest.mark.parametrize("params", [{"c": {}}, {"a": 5}])
def test_params_for_no_step_are_refused(params: Mapping[str, Any]) -> None:
    """A step that is not there, or params without names."""
    with pytest.raises(InvalidPipeline):
        with_params(Pipeline.of(PIPELINE), params)


def test_params_of_steps_reach_the_plan_and_the_run(talker: Talker) -> None:
    """A param that the plugin does not know is refused by the plan, and fails the run."""
    params = {"a": {"nonsense": 1}}
    assert "nonsense" in talker.refused("pipelines.plan", pipeline=PIPELINE, params=params)["message"]
    run = talker.call("runs.start", pipeline=PIPELINE, text="a b", params=params)["run"]
    assert talker.settled(run)["state"] == "failed"
    good = talker.call("runs.start", pipeline=PIPELINE, text="a b", params={"a": {}})["run"]
    assert talker.settled(good)["state"] == "ok"


@given(st.binary(max_size=60), st.integers(0, 80))
def test_files_are_cut_short_where_that_is_asked_for(data: bytes, most_bytes: int) -> None:
    """The first bytes come, with how many there are; without asking, the file is whole."""
    origin: Any = {"plugin": "p", "version": "1", "code_hash": "", "params": {}, "produces": None, "inputs": {}}
    made = Provenance(**origin, engine_version="1", started_at=datetime(2026, 1, 1, tzinfo=UTC), host={})
    artifact = Artifact(media_type="image/png", data=data, name="a.png")
    job = Job("run", "p", lambda _job: None)
    job.state, job.given = "ok", Result(value=artifact, provenance=made, key="k", elapsed_s=0.0)
    jobs = Jobs(lambda _job: None, bounds=Bounds())
    jobs.remember(job)
    told = AboutResults(jobs=jobs).result(job.id, most_bytes=most_bytes)["result"]["value"]
    kept = b64decode(told["data"])
    assert told["bytes"] == len(data)
    assert data.startswith(kept)
    assert len(kept) <= max(most_bytes, 0) or len(data) <= most_bytes
    assert AboutResults(jobs=jobs).result(job.id)["result"]["value"] == to_plain(artifact)
