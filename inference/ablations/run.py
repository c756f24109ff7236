"""Trains and measures every arm of the papers' ablations at small size.

Run it as `python -m inference.ablations.run --work DIR`; what is done already is kept there.
`python docs/make_ablations.py` makes the page from its results.
"""

from __future__ import annotations

import argparse
import gzip
import json
import logging
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import torch

from inference.ablations.arms import ARMS, Arm, Size
from inference.ablations.learning import learn, learner_of, train_trunk
from inference.ablations.measuring import outcomes
from inference.ablations.phantoms import AblationImage, ablation_images
from inference.ablations.summary import columns_of
from inference.atomic_file import write_atomically
from inference.training.breast import View
from inference.training_runs.config import ImageType, PhantomSettings, TrainingConfig

log = logging.getLogger(__name__)
SEEDS = (1, 2)
TEST_SEED = 502
_BATCH_OF_SLICES = 8


class Ablations:
    """Runs arms in one folder; phantoms, the common start and finished arms are kept in it."""

    def __init__(self, work: Path, size: Size) -> None:
        self._work = work
        self._size = size
        (work / "arms").mkdir(parents=True, exist_ok=True)

    def run(self, arm: Arm, seed: int) -> Path:
        """Train and measure an arm once; the file with what came out."""
        path = self._work / "arms" / f"{arm.name.replace(' ', '_')}-{seed}.json"
        if path.exists():
            return path
        started = time.process_time()
        config = arm.config(self._size, seed)
        kind = config.data.images[0]
        phantoms = config.data.phantoms
        assert phantoms is not None, "every arm learns from phantoms"
        training = self._images(phantoms, kind)
        unseen = self._images(
            replace(phantoms, seed=TEST_SEED, exams=self._size.test_breasts), kind
        )
        learner = learner_of(config, self._trunk(arm, config, kind, training))
        found: dict[str, Any] = {"arm": arm.name, "family": arm.family, "seed": seed}
        if arm.looked_at_before:
            found["before"] = outcomes(learner, config, unseen)
        found["loss"] = round(learn(learner, config, training), 4)
        found["after"] = outcomes(learner, config, unseen)
        found["cpu_seconds"] = round(time.process_time() - started, 1)
        write_atomically(path, json.dumps(found).encode())
        log.info("arm=%s seed=%d loss=%.3f", arm.name, seed, found["loss"])
        return path

    def _images(self, phantoms: PhantomSettings, kind: ImageType) -> list[AblationImage]:
        # Volumes take eight times as long, so they are of one view.
        views = (View.CC,) if kind is ImageType.DBT else tuple(View)
        return ablation_images(phantoms, kind, views, self._work / "phantoms")

    def _trunk(
        self,
        arm: Arm,
        config: TrainingConfig,
        kind: ImageType,
        training: Sequence[AblationImage],
    ) -> Path:
        start = "sparse" if arm.starts_sparse else "plain"
        path = self._work / f"trunk-{kind.name}-{start}.pt"
        if not path.exists():
            batch = max(1, _BATCH_OF_SLICES // (8 if kind is ImageType.DBT else 2))
            train_trunk(
                training,
                path,
                channels=config.model.global_channels,
                epochs=self._size.trunk_epochs,
                batch=batch,
                is_sparse=arm.starts_sparse,
            )
            log.info("%s is trained", path.name)
        return path


def write_results(files: Sequence[Path], size: Size, path: Path) -> None:
    """Put what came out of all arms into one file, JSON under gzip; see summary.read_results."""
    runs = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    for run in runs:
        for when in ("before", "after"):
            if when in run:
                run[when] = columns_of(run[when])
    text = json.dumps({"size": asdict(size), "runs": runs}, separators=(",", ":"))
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, gzip.compress(text.encode(), mtime=0))


def main() -> None:
    """Run what is not yet done of all arms with all seeds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="a folder for what is made")
    parser.add_argument("--results", type=Path, default=Path("docs/ablations/results.json.gz"))
    parser.add_argument("--families", nargs="*", default=[], help="only these")
    parser.add_argument("--threads", type=int, default=1)
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(given.threads)
    size = Size()
    ablations = Ablations(given.work, size)
    chosen = [arm for arm in ARMS if not given.families or arm.family in given.families]
    files = [ablations.run(arm, seed) for seed in SEEDS for arm in chosen]
    write_results(files, size, given.results)


if __name__ == "__main__":
    main()
