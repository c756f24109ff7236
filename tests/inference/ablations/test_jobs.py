"""Jobs that need one another, in processes."""

from __future__ import annotations

import logging
from functools import partial
from pathlib import Path

import pytest

from inference.ablations.jobs import Job, work_through


def touching(folder: Path, name: str, seconds: float, *needs: str) -> Job:
    """A job that makes a file."""
    work = partial(Path.touch, folder / name)
    return Job(name=name, work=work, seconds=seconds, needs=needs)


def test_what_the_longest_way_waits_for_goes_first(tmp_path: Path) -> None:
    jobs = [
        touching(tmp_path, "short", 3),
        touching(tmp_path, "phantom", 1),
        touching(tmp_path, "arm", 5, "start", "elsewhere"),
        touching(tmp_path, "start", 2, "phantom"),
    ]
    seen: list[str] = []
    worked = work_through(jobs, processes=1, after_each=seen.append)
    assert seen == ["phantom", "start", "arm", "short"]
    assert worked.done == tuple(seen)
    assert all((tmp_path / name).exists() for name in seen)


def test_what_needs_a_job_that_failed_is_left_and_the_others_are_done(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    failing = Job(name="failing", work=partial(Path.read_bytes, tmp_path / "absent"), seconds=9)
    jobs = [failing, touching(tmp_path, "behind", 1, "failing"), touching(tmp_path, "other", 1)]
    with caplog.at_level(logging.ERROR):
        worked = work_through(jobs, processes=2)
    assert (worked.done, worked.failed, worked.left) == (("other",), ("failing",), ("behind",))
    assert not (tmp_path / "behind").exists()
    assert "failing failed" in caplog.text


def test_no_more_is_started_when_time_is_up(tmp_path: Path) -> None:
    answers = iter([True, False])
    jobs = [touching(tmp_path, name, 1) for name in ("one", "two")]
    worked = work_through(jobs, processes=1, may_start=lambda: next(answers))
    assert worked.done == ("one",)
    assert worked.left == ("two",)
