"""3D-GMIC on the CPU: the engine against the same network run plainly on the whole volume.

The runs are taken in turns and their medians compared, because other programs slow the machine
down for minutes at a time. What each run is: engine_runs. The share of the peak counts the
multiply-adds of direct convolution; the engine's wide convolutions need fewer, so that it may
exceed what direct convolution could reach.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

FEW, USUAL, MANY = 8, 48, 96
QUICK_USUAL = 16
ROUNDS = 3
PREPARED_SLICES = 48


def measure(*, quick: bool = False) -> dict[str, float]:
    """Run everything in turns. quick: once, on fewer slices."""
    usual = QUICK_USUAL if quick else USUAL
    sizes = (FEW, usual) if quick else (FEW, usual, MANY)
    engine: dict[int, list[dict[str, float]]] = {size: [] for size in sizes}
    # Plainly 96 slices would take 10 GB.
    plain: dict[int, list[dict[str, float]]] = {size: [] for size in sizes if size <= USUAL}
    for _ in range(1 if quick else ROUNDS):
        for size in sizes:
            engine[size].append(_in_own_process("engine", size))
            if size in plain:
                plain[size].append(_in_own_process("plain", size))
    preparing = _in_own_process("preparing", PREPARED_SLICES)
    most = max(run["peak_mb"] for runs in engine.values() for run in runs)
    fewest = max(run["peak_mb"] for run in engine[FEW])
    return {
        "threads": engine[usual][0]["threads"],
        "usual_slices": usual,
        "convolution_peak_gflops": _median(
            [run for runs in (*engine.values(), *plain.values()) for run in runs], "peak_gflops"
        ),
        **_table("engine", engine),
        **_table("plain", plain),
        "engine_times_faster": _median(plain[usual], "seconds") / _median(engine[usual], "seconds"),
        # Steadier where other programs come and go; blind to cores that stand idle.
        "engine_times_faster_in_cpu_time": _median(engine[usual], "share_of_peak_in_cpu_time")
        / _median(plain[usual], "share_of_peak_in_cpu_time"),
        "engine_share_of_peak": _median(engine[usual], "share_of_peak"),
        "engine_peak_mb": most,
        "engine_peak_growth_mb": most - fewest,
        "patch_share": _median(engine[usual], "patch_share"),
        "preparing_seconds": preparing["seconds"],
    }


def summary(measured: dict[str, float]) -> str:
    """Everything that matters in one line."""
    slices = int(measured["usual_slices"])
    return (
        f"3D-GMIC, {slices} slices on {int(measured['threads'])} threads: "
        f"{measured[f'engine_ms_per_slice_{slices}']:.0f} ms a slice, "
        f"{measured['engine_share_of_peak']:.0%} of the convolution peak, counted as direct "
        f"({measured['convolution_peak_gflops']:.0f} GFLOP/s), "
        f"{measured['engine_times_faster']:.1f} times faster than plain, "
        f"{measured['engine_peak_mb']:.0f} MB, patches {measured['patch_share']:.1%}, "
        f"preparing {measured['preparing_seconds']:.2f} s"
    )


def _table(name: str, runs: dict[int, list[dict[str, float]]]) -> dict[str, float]:
    measured = {}
    for size, of_size in runs.items():
        measured[f"{name}_ms_per_slice_{size}"] = _median(of_size, "seconds") / size * 1000
        measured[f"{name}_share_of_peak_{size}"] = _median(of_size, "share_of_peak")
        measured[f"{name}_share_of_peak_in_cpu_time_{size}"] = _median(
            of_size, "share_of_peak_in_cpu_time"
        )
        measured[f"{name}_peak_mb_{size}"] = max(run["peak_mb"] for run in of_size)
    return measured


def _median(runs: Sequence[dict[str, float]], key: str) -> float:
    return statistics.median(run[key] for run in runs)


def _in_own_process(what: str, count: int) -> dict[str, float]:
    """For peak memory of its own."""
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "answer.json"
        command = [sys.executable, "-m", "tests.benchmarks.engine_runs", what]
        subprocess.run(
            [*command, str(count), str(answer)], check=True, cwd=Path(__file__).parents[2]
        )
        measured: dict[str, float] = json.loads(answer.read_text())
    return measured
