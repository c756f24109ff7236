"""Runs every benchmark, writes one JSON file and a table that says what is reached.

python -m tests.benchmarks [--only PART] [--quick] [--output DIR]
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

PARTS = (
    "engine",
    "rendering",
    "window",
    "exams",
    "reading",
    "statistics",
    "lambda",
    "evaluation",
    "predict",
)
_RUN_PART = (
    "import importlib, json, sys; "
    "measured = importlib.import_module(f'tests.benchmarks.benchmark_{sys.argv[1]}')"
    ".measure(quick=sys.argv[2] == 'quick'); "
    "open(sys.argv[3], 'w').write(json.dumps(measured))"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """A measure that must be reached."""

    part: str
    measure: str
    wording: str
    at_most: float | None = None
    at_least: float | None = None

    def is_reached(self, measured: float) -> bool:
        """Compare a measured value with the goal."""
        if self.at_most is not None and measured > self.at_most:
            return False
        return self.at_least is None or measured >= self.at_least

    @property
    def bound(self) -> str:
        """The goal as text."""
        if self.at_most is not None:
            return f"<= {self.at_most:g}"
        return f">= {self.at_least:g}"


GOALS = (
    Goal(
        part="engine",
        measure="engine_share_of_peak",
        wording="3D-GMIC, share of the measured convolution peak",
        at_least=0.6,
    ),
    Goal(
        part="engine",
        measure="engine_times_faster",
        wording="3D-GMIC, times faster than the plain run",
        at_least=3.0,
    ),
    Goal(
        part="engine",
        measure="engine_peak_mb",
        wording="3D-GMIC peak memory, any number of slices, MB",
        at_most=1000.0,
    ),
    Goal(
        part="engine",
        measure="engine_peak_growth_mb",
        wording="3D-GMIC peak memory, many slices more than 8, MB",
        at_most=100.0,
    ),
    Goal(
        part="engine",
        measure="patch_share",
        wording="searching and cutting patches, share of the time",
        at_most=0.02,
    ),
    Goal(
        part="engine",
        measure="preparing_seconds",
        wording="preparing a view of 48 slices in memory, s",
        at_most=0.3,
    ),
    Goal(
        part="rendering",
        measure="slice_change_1_view_p95_ms",
        wording="slice change with overlay, one view, p95 ms",
        at_most=16.7,
    ),
    Goal(
        part="rendering",
        measure="slice_change_4_views_p95_ms",
        wording="slice change with overlay, four linked views, p95 ms",
        at_most=33.0,
    ),
    Goal(
        part="window",
        measure="longest_stall_ms",
        wording="longest stall of the GUI thread, decoding and AI running, ms",
        at_most=50.0,
    ),
    Goal(
        part="window",
        measure="first_image_s",
        wording="opening 4 x 70 J2K slices to the first image, s",
        at_most=2.0,
    ),
    Goal(
        part="window",
        measure="peak_resident_mb",
        wording="peak resident memory, exam scrolled through, AI run, MB",
        at_most=2560.0,
    ),
    Goal(
        part="exams",
        measure="next_exam_longest_ms",
        wording="next exam, decoded ahead, from the command to the painted panes, longest ms",
        at_most=200.0,
    ),
    Goal(
        part="exams",
        measure="frames_share_of_budget",
        wording="four full exams in turn, slices in memory, share of the budget",
        at_most=1.0,
    ),
    Goal(
        part="exams",
        measure="times_sooner_from_disk",
        wording="a slice seen before, from the disk, times sooner than decoded",
        at_least=10.0,
    ),
    Goal(
        part="reading",
        measure="one_view_p95_ms",
        wording="reading while the AI runs: slice change, one view, p95 ms",
        at_most=16.7,
    ),
    Goal(
        part="reading",
        measure="four_linked_p95_ms",
        wording="the same: four linked views at 1920x1080, p95 ms",
        at_most=16.7,
    ),
    Goal(
        part="reading",
        measure="four_large_p95_ms",
        wording="the same: four linked views of 1000x1200, p95 ms",
        at_most=33.0,
    ),
    Goal(
        part="reading",
        measure="window_drag_p95_ms",
        wording="the same: window drag at 1920x1080, p95 ms",
        at_most=16.7,
    ),
    Goal(
        part="reading",
        measure="window_drag_large_p95_ms",
        wording="the same: window drag, four views of 1000x1200, p95 ms",
        at_most=33.0,
    ),
    Goal(
        part="reading",
        measure="stage_p95_ms",
        wording="the same: change of stage or kind, p95 ms",
        at_most=150.0,
    ),
    Goal(
        part="reading",
        measure="next_exam_p95_ms",
        wording="the same: next exam, p95 ms",
        at_most=200.0,
    ),
    Goal(
        part="reading",
        measure="stalls_over_50_ms",
        wording="the same: stalls of the GUI thread over 50 ms",
        at_most=0.0,
    ),
    Goal(
        part="reading",
        measure="stalls_of_the_program",
        wording="the same, less the time in which the machine itself stood still or was slow",
        at_most=0.0,
    ),
    Goal(
        part="statistics",
        measure="whole_seconds",
        wording="14 readers x 1,440 breasts: bootstraps, lambda sweep and MRMC, s",
        at_most=10.0,
    ),
    Goal(
        part="statistics",
        measure="slider_p95_ms",
        wording="lambda slider, curves of 14 hybrids, p95 ms",
        at_most=10.0,
    ),
    Goal(
        part="lambda",
        measure="lambda_frame_p95_ms",
        wording="lambda slider, 14 readers x 1,440 breasts to the pixels, p95 ms",
        at_most=33.0,
    ),
    Goal(
        part="evaluation",
        measure="evaluation_seconds",
        wording="evaluation of 2 models x 2,000 breasts, 1,000 resamples, s",
        at_most=20.0,
    ),
)


def _environment_for(part: str) -> dict[str, str]:
    environment = dict(os.environ)
    if part in ("rendering", "window", "exams", "reading", "lambda"):
        environment.setdefault("QT_QPA_PLATFORM", "offscreen")
    return environment


def _run(part: str, quick: bool, folder: Path) -> dict[str, float]:
    answer = folder / f"{part}.json"
    command = [sys.executable, "-c", _RUN_PART, part, "quick" if quick else "full", str(answer)]
    subprocess.run(command, check=True, env=_environment_for(part))
    measured: dict[str, float] = json.loads(answer.read_text())
    return measured


def _table(results: dict[str, dict[str, float]]) -> tuple[Table, int, int]:
    goals = {(goal.part, goal.measure): goal for goal in GOALS}
    table = Table("part", "measure", "measured", "goal", "reached")
    reached = missed = 0
    for part, measured in results.items():
        for measure, value in measured.items():
            goal = goals.get((part, measure))
            verdict = ""
            if goal is not None:
                verdict = "yes" if goal.is_reached(value) else "NO"
                reached += verdict == "yes"
                missed += verdict == "NO"
            wording = goal.wording if goal else measure.replace("_", " ")
            table.add_row(part, wording, f"{value:.4g}", goal.bound if goal else "", verdict)
    return table, reached, missed


def main() -> None:
    """Parse the options and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=PARTS, action="append")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--output", type=Path, default=Path("benchmark-output"))
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    results = {part: _run(part, options.quick, options.output) for part in options.only or PARTS}
    report = {
        "machine": {
            "system": platform.platform(),
            "processor": platform.processor() or platform.machine(),
            "cores": os.cpu_count(),
            "python": platform.python_version(),
        },
        "quick": options.quick,
        "results": results,
    }
    (options.output / "benchmark.json").write_text(json.dumps(report, indent=2))
    table, reached, missed = _table(results)
    console = Console(width=120)
    console.print(table)
    (options.output / "benchmark.txt").write_text(_as_text(table))
    console.print(f"{reached} goals reached, {missed} missed; {options.output / 'benchmark.json'}")
    if "engine" in results:
        engine = importlib.import_module("tests.benchmarks.benchmark_engine")
        console.print(engine.summary(results["engine"]), soft_wrap=True)
    sys.exit(1 if missed and not options.quick else 0)


def _as_text(table: Table) -> str:
    console = Console(width=120, record=True, file=open(os.devnull, "w"))  # noqa: SIM115
    console.print(table)
    return console.export_text()


if __name__ == "__main__":
    main()
