"""Trains and measures every arm of the papers' ablations at small size.

Run it as `python -m inference.ablations.run --work DIR`; what is done already is kept there.
`python docs/make_ablations.py` makes the page from its results.
"""

from __future__ import annotations

import argparse
import logging
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from inference.ablations.arms import ARMS, Arm, Size
from inference.ablations.jobs import work_through
from inference.ablations.kept_runs import Run, read_earlier, read_run, write_results
from inference.ablations.steps import Ablations, jobs_for

log = logging.getLogger(__name__)
SEEDS = (1, 2, 3)
_WRITE_EVERY_SECONDS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What is to be run, and with what."""

    pairs: Sequence[tuple[Arm, int]]
    """Arms and seeds."""
    earlier: Sequence[Run] = ()
    """Runs from elsewhere; what they hold is not run again."""
    processes: int = 1
    threads: int = 1
    """Of each process."""
    seconds: float | None = None
    """After so long nothing more is started."""


def run_arms(ablations: Ablations, demand: Demand, results: Path) -> bool:
    """Run what is missing, keeping `results` up to date; whether every arm is there now.

    results: JSON under gzip, see summary.read_results; written anew every now and then, so that
    what is done is kept however the run ends.
    """
    held = {(run["arm"], run["seed"]) for run in demand.earlier}
    wanted = [pair for pair in demand.pairs if (pair[0].name, pair[1]) not in held]
    started = written = time.monotonic()
    runs: dict[Path, Run] = {}

    def write() -> None:
        for file in (ablations.file_of(*pair) for pair in wanted):
            if file not in runs and file.exists():
                runs[file] = read_run(file)
        write_results([*demand.earlier, *runs.values()], ablations.size, results)

    def after_each(name: str) -> None:
        nonlocal written
        log.info("%s is done after %.0f s", name, time.monotonic() - started)
        if time.monotonic() - written > _WRITE_EVERY_SECONDS:
            write()
            written = time.monotonic()

    def may_start() -> bool:
        return demand.seconds is None or time.monotonic() - started < demand.seconds

    try:
        worked = work_through(
            jobs_for(ablations, wanted),
            processes=demand.processes,
            threads=demand.threads,
            may_start=may_start,
            after_each=after_each,
        )
    finally:
        write()
    for names, what in ((worked.failed, "failed"), (worked.left, "not started")):
        if names:
            log.warning("%s: %s", what, ", ".join(names))
    log.info("%d of %d runs are there", len(runs), len(wanted))
    return len(runs) == len(wanted)


def main() -> None:
    """Run what is not yet done of all arms with all seeds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="a folder for what is made")
    parser.add_argument("--results", type=Path, default=Path("docs/ablations/results.json.gz"))
    parser.add_argument("--families", nargs="*", default=[], help="only these")
    parser.add_argument("--seeds", type=int, nargs="*", default=list(SEEDS))
    parser.add_argument(
        "--merge",
        type=Path,
        nargs="*",
        default=[],
        metavar="RESULTS",
        help="results of the same settings from elsewhere: taken over, and not run again",
    )
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1, help="of each process")
    parser.add_argument("--seconds", type=float, help="start nothing more after so long")
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    ablations = Ablations(given.work, Size())
    demand = Demand(
        pairs=[
            (arm, seed)
            for seed in given.seeds
            for arm in ARMS
            if not given.families or arm.family in given.families
        ],
        earlier=[run for file in given.merge for run in read_earlier(file, ablations.size)],
        processes=given.processes,
        threads=given.threads,
        seconds=given.seconds,
    )
    sys.exit(0 if run_arms(ablations, demand, given.results) else 1)


if __name__ == "__main__":
    main()
