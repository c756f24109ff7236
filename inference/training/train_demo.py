"""Make the demonstration weights: python -m inference.training.train_demo --work DIR.

Every stage keeps its results in the work folder, so that an interrupted run goes on where it was.
"""

from __future__ import annotations

import argparse
import copy
import dataclasses
import json
import logging
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import torch

from inference.architecture import Architecture
from inference.atomic_file import write_atomically
from inference.checkpoint import load_model, save_model
from inference.model_card import ModelCard
from inference.predictor import Predictor
from inference.training.assemble import PATCHES, TOP_T, assemble
from inference.training.cell_targets import write_training_images
from inference.training.close import PatchClassifier, train_close
from inference.training.coarse import CellClassifier, train_coarse
from inference.training.crop_store import CropStore
from inference.training.crops import ImageKind, write_view_crops
from inference.training.evaluate import Case, measures_of, unseen_cases
from inference.training.fitting import Measurement, Schedule
from inference.training.heads import make_bags, set_heads
from inference.training.refine import WholeStore, refine

log = logging.getLogger(__name__)

KINDS = {
    Architecture.GMIC3D: (ImageKind.DBT,),
    Architecture.GMIC: (ImageKind.FFDM, ImageKind.SYNTHETIC),
}
_VERSION = "1"
_INTENDED_USE = (
    "Demonstration of the program on phantom exams. It has never seen a patient: its scores on "
    "real images mean nothing. Research use only, not for diagnosis."
)
_LICENCE = "Apache-2.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How much of everything; the defaults are those of the shipped weights."""

    crop_views: int = 128
    whole_views: int = 48
    bag_images: int = 48
    unseen_images: int = 48
    coarse_cycles: tuple[int, ...] = (3000, 2400)
    """Steps of each rise and fall of the learning rate; the second cycle is worth its time."""
    close_cycles: tuple[int, ...] = (1500, 1200)
    refine_steps: int = 250

    def bag_views(self, architecture: Architecture) -> int:
        """How many views the bags of patches come from."""
        return self.bag_images // len(KINDS[architecture])

    def unseen_views(self, architecture: Architecture) -> int:
        """How many views are measured on."""
        return self.unseen_images // len(KINDS[architecture])


@dataclass(frozen=True, slots=True, kw_only=True)
class Workplace:
    """Where a run keeps its parts."""

    folder: Path
    processes: int

    def folder_of(self, name: str) -> Path:
        """Return a sub-folder, made if need be."""
        path = self.folder / name
        path.mkdir(parents=True, exist_ok=True)
        return path

    def for_every(self, work: Callable[..., object], folder: Path, count: int) -> None:
        """Call work(folder, number) for every number below count, in several processes."""
        with ProcessPoolExecutor(self.processes, mp_context=get_context("spawn")) as pool:
            for future in [pool.submit(work, folder, number) for number in range(count)]:
                future.result()

    def keep_curve(self, name: str, curve: Sequence[Measurement]) -> None:
        """Keep a learning curve."""
        points = [dataclasses.asdict(point) for point in curve]
        write_atomically(self.folder / f"curve_{name}.json", json.dumps(points).encode())


def train_parts(place: Workplace, effort: Effort) -> tuple[CellClassifier, PatchClassifier]:
    """Train both networks on crops of every image kind."""
    crops = place.folder_of("crops")
    place.for_every(write_view_crops, crops, effort.crop_views)
    store = CropStore(crops)
    torch.manual_seed(1)
    coarse = CellClassifier()
    for cycle, steps in enumerate(effort.coarse_cycles, 1):
        curve = train_coarse(
            coarse,
            store,
            schedule=Schedule(steps=steps, peak_rate=6e-4),
            state_file=place.folder / f"coarse_{cycle}.pt",
        )
        place.keep_curve(f"coarse_{cycle}", curve)
    torch.manual_seed(2)
    close = PatchClassifier()
    for cycle, steps in enumerate(effort.close_cycles, 1):
        curve = train_close(
            close,
            store,
            schedule=Schedule(steps=steps, peak_rate=1e-3),
            state_file=place.folder / f"close_{cycle}.pt",
        )
        place.keep_curve(f"close_{cycle}", curve)
    return coarse, close


def train_network(
    place: Workplace,
    effort: Effort,
    architecture: Architecture,
    coarse: CellClassifier,
    close: PatchClassifier,
    output: Path,
) -> Path:
    """Refine the parts on whole images of one architecture, join them, and write the weights."""
    whole = place.folder_of("whole")
    place.for_every(write_training_images, whole, effort.whole_views)
    refined = copy.deepcopy(coarse)
    place.keep_curve(
        f"refine_{architecture.value}",
        refine(
            refined,
            WholeStore(whole, architecture.value),
            schedule=Schedule(steps=effort.refine_steps, peak_rate=7e-5),
            state_file=place.folder / f"refine_{architecture.value}.pt",
        ),
    )
    network = assemble(architecture, refined, close)
    bags = make_bags(
        network,
        KINDS[architecture],
        effort.bag_views(architecture),
        place.folder_of(f"bags_{architecture.value}"),
    )
    set_heads(network, bags)
    path = output / f"demo_{architecture.value}.safetensors"
    save_model(path, network, demo_card(architecture, effort, {}), half=True)
    return path


def measure(place: Workplace, effort: Effort, architecture: Architecture, path: Path) -> None:
    """Measure written weights on unseen phantoms, and write the measures into their card."""
    model = load_model(path)
    predictor = Predictor(model=model)
    cases: list[Case] = []
    for case in unseen_cases(predictor, KINDS[architecture], effort.unseen_views(architecture)):
        cases.append(case)
        log.info("measured %d", len(cases))
    plain = [dataclasses.asdict(case) | {"kind": case.kind.value} for case in cases]
    write_atomically(place.folder / f"unseen_{architecture.value}.json", json.dumps(plain).encode())
    table: dict[str, Any] = {"measured_on": _measured_on(architecture, effort)}
    table |= measures_of(cases)
    for kind in KINDS[architecture] if len(KINDS[architecture]) > 1 else ():
        table[kind.value] = measures_of([case for case in cases if case.kind is kind])
    network = model.network
    save_model(path, network, demo_card(architecture, effort, table), half=True)
    log.info("measures of %s: %s", path.name, table)


def demo_card(architecture: Architecture, effort: Effort, measures: dict[str, Any]) -> ModelCard:
    """Return the model card of a demonstration network."""
    is_3d = architecture is Architecture.GMIC3D
    images = "tomosynthesis slices" if is_3d else "plain and synthetic mammograms"
    return ModelCard(
        architecture=architecture,
        top_t=TOP_T[architecture],
        patches=PATCHES,
        name="Tomolens demo 3D-GMIC" if is_3d else "Tomolens demo GMIC",
        version=_VERSION,
        training_data=(
            f"Computer-made phantoms only: crops of {effort.crop_views} and whole {images} of "
            f"{effort.whole_views + effort.bag_views(architecture)} phantom views "
            "(inference/training). No image of a person."
        ),
        intended_use=_INTENDED_USE,
        licence=_LICENCE,
        further={"measures": measures} if measures else {},
    )


def _measured_on(architecture: Architecture, effort: Effort) -> str:
    what = (
        "each a volume of every fourth slice and those in which a finding is in focus"
        if architecture is Architecture.GMIC3D
        else "each a plain and a synthetic mammogram"
    )
    return (
        f"{effort.unseen_views(architecture)} phantom views of seeds never trained on, {what}; "
        "means nothing for patients"
    )


def main() -> None:
    """Run all stages that are not finished yet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="keeps every stage's results")
    parser.add_argument("--output", type=Path, default=Path("resources/weights"))
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only", choices=[one.value for one in Architecture])
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    torch.set_num_threads(arguments.threads)
    place = Workplace(folder=arguments.work, processes=arguments.threads)
    place.folder.mkdir(parents=True, exist_ok=True)
    arguments.output.mkdir(parents=True, exist_ok=True)
    effort = Effort()
    coarse, close = train_parts(place, effort)
    for architecture in KINDS:
        if arguments.only in (None, architecture.value):
            path = train_network(place, effort, architecture, coarse, close, arguments.output)
            measure(place, effort, architecture, path)


if __name__ == "__main__":
    main()
