"""A run that is killed at any moment goes on, and ends as if nothing had been."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from killed_run import killed_config
from training_builders import run_tiny, same_weights

from inference.device import thread_count

KILLS = 3


def _start(folder: Path, prepared: Path) -> subprocess.Popen[str]:
    """Start or resume the run; returns when its imports are done."""
    how = "resume" if (folder / "run.toml").exists() else "begin"
    here = Path(__file__).parent
    root = here.parents[2]
    process = subprocess.Popen(
        [sys.executable, str(here / "killed_run.py"), str(folder), str(prepared), how],
        stdout=subprocess.PIPE,
        text=True,
        cwd=root,
        env=os.environ | {"PYTHONPATH": f"{root}{os.pathsep}{here}", "OMP_NUM_THREADS": "1"},
    )
    assert process.stdout is not None
    process.stdout.readline()
    return process


@pytest.mark.slow
def test_kills_at_random_moments_change_no_weight(tmp_path: Path) -> None:
    prepared = tmp_path / "prepared"
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    with _start(whole, prepared) as process:
        begun = time.monotonic()
    assert process.returncode == 0
    seconds = time.monotonic() - begun
    moments = random.Random(5)
    killed = 0
    for _ in range(4 * KILLS):
        if killed == KILLS:
            break
        with _start(broken, prepared) as process:
            # A run that goes on has less to do than the whole one, by what was kept before.
            time.sleep(moments.uniform(0.05, 0.3) * seconds)
            killed += process.poll() is None
            process.send_signal(signal.SIGKILL)
    assert killed >= 2
    with _start(broken, prepared) as process:
        pass
    assert process.returncode == 0
    assert same_weights(whole, broken)
    for name in ("best.safetensors", "pretrained-1.safetensors"):
        assert (whole / name).read_bytes() == (broken / name).read_bytes()
    # And once more in this process, with whatever ran in it before; on one thread like the others,
    # since several share their sums out otherwise.
    with thread_count(1):
        run_tiny(killed_config(prepared), tmp_path / "here")
    assert same_weights(whole, tmp_path / "here")
