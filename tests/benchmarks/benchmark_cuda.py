"""3D-GMIC on a GPU: near enough, fast enough, small enough, and unbroken without memory.

python -m tests.benchmarks.benchmark_cuda --output FILE.json [--device cuda|cpu] [--quick]
    [--only PART] [--seconds N] [--real FOLDER]

Needs numpy, scipy, OpenCV, torch, safetensors and rich. Every part is written as soon as it is
done, so that a run that is cut off leaves what it has. The plain text goes beside the JSON.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from rich.console import Console

from inference.process import prepare_process
from tests.benchmarks import cuda_accuracy, cuda_speed, cuda_table
from tests.benchmarks.cuda_setting import Measured, Setting, machine

GOAL_SECONDS = 0.5
GOAL_MB = 3000
PARTS = {
    "predictions": cuda_speed.whole_predictions,
    "accuracy": cuda_accuracy.accuracy,
    "real images": cuda_accuracy.real_images,
    "variants": cuda_accuracy.variants,
    "little memory": cuda_speed.little_memory,
    "parts": cuda_speed.parts,
    "cudnn.benchmark": cuda_speed.trying_algorithms,
    "efficiency": cuda_table.efficiency,
}
"""The most important first."""


def run(setting: Setting, output: Path, *, only: list[str] | None) -> Measured:
    """Run the parts; one that fails is noted, and the next goes on."""
    started = time.perf_counter()
    report: Measured = {"machine": machine(), "device": setting.kind, "quick": setting.quick}
    for name, part in PARTS.items():
        if only and name not in only or name == "real images" and setting.real is None:
            continue
        elapsed = time.perf_counter() - started
        if time.perf_counter() > setting.deadline:
            report[name] = {"skipped": f"after {elapsed:.0f} s"}
            continue
        try:
            report[name] = part(setting)
        except Exception:  # noqa: BLE001
            report[name] = {"failed": traceback.format_exc()}
        report[name]["part_seconds"] = time.perf_counter() - started - elapsed
        _write(report, output)
    report["goals"] = _goals(report)
    report["seconds"] = time.perf_counter() - started
    _write(report, output)
    return report


def _goals(report: Measured) -> Measured:
    goals: Measured = {}
    largest = report.get("predictions", {}).get("mixed", {}).get("96")
    if largest:
        goals["96 slices under 0.5 s"] = largest["seconds"] <= GOAL_SECONDS
        if "peak_reserved_mb" in largest:
            goals["96 slices under 3 GB"] = largest["peak_reserved_mb"] <= GOAL_MB
    for part in ("accuracy", "real images", "little memory"):
        verdicts = [value for key, value in _lines(report.get(part, {})) if key.endswith("passed")]
        if verdicts:
            goals[part] = all(verdicts)
    return goals


def _write(report: Measured, output: Path) -> None:
    output.write_text(json.dumps(report, indent=1))
    output.with_suffix(".txt").write_text(as_text(report))


def as_text(report: Measured) -> str:
    """One line a number."""
    lines = []
    for name, value in _lines(report):
        shown = f"{value:.5g}" if isinstance(value, float) else str(value)
        lines.append(f"{name:90s} {shown}")
    return "\n".join(lines) + "\n"


def _lines(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _lines(inner, f"{name} / {key}" if name else str(key))
    else:
        yield name, value


def main() -> None:
    """Parse the options and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=Path("benchmark-cuda.json"))
    parser.add_argument("--device", choices=("cuda", "cpu"), default="cuda")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", choices=tuple(PARTS), action="append")
    parser.add_argument("--seconds", type=float, default=85, help="start no part after so long")
    parser.add_argument("--real", type=Path, help="a folder of real mammograms (PNG)")
    options = parser.parse_args()
    if options.device == "cuda" and not torch.cuda.is_available():
        sys.exit("There is no CUDA GPU here; --device cpu --quick only shows that it runs.")
    prepare_process()
    report = run(
        Setting(
            kind=options.device,
            quick=options.quick,
            deadline=time.perf_counter() + options.seconds,
            real=options.real,
        ),
        options.output,
        only=options.only,
    )
    Console(width=140).print(as_text(report), markup=False, highlight=False)
    sys.exit(0 if all(report["goals"].values()) else 1)


if __name__ == "__main__":
    main()
