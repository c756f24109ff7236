"""Measure demonstration weights on unseen breasts: python -m inference.training.measure_demo.

Every result is kept in the work folder at once, so that a run that was stopped goes on with the
breasts that are left; the tables are made of all results there are.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import logging
import math
import os
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import cached_property
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import torch

from inference.atomic_file import write_atomically
from inference.breast import BreastImage
from inference.breast_predictor import BreastPredictor
from inference.checkpoint import load_model
from inference.device import choose_device
from inference.model_card import card_path, read_card, write_card
from inference.predictor import Predictor
from inference.progress import SilentProgress
from inference.training.breast import View
from inference.training.demo_networks import weights_path
from inference.training.image_kinds import ImageKind
from inference.training.unseen import (
    UnseenView,
    read_unseen,
    store_unseen,
    unseen_path,
    unseen_view,
)
from inference.training.unseen_measures import Table, breast_measures_of, measures_of
from inference.training.unseen_results import UnseenBreast, UnseenResult, result_of

log = logging.getLogger(__name__)

_MEASURED_ON = (
    "phantom breasts of a seed that no stage has seen: a quarter each without, with a benign, a "
    "malignant and both findings; whole volumes and images of CC and MLO, a breast's score their "
    "mean; 95 % intervals by 1,000 draws of breasts; means nothing for patients"
)
FLAT = (ImageKind.FFDM, ImageKind.SYNTHETIC)
READS = {"gmic3d": (ImageKind.DBT,), "gmic": FLAT, "two_view": FLAT}


class Measurer:
    """The networks of a folder, loaded when first needed, put to work on whole breasts."""

    def __init__(self, weights: Path) -> None:
        self._weights = weights
        self._predictors: dict[str, Predictor] = {}

    def results_of(self, name: str, views: Sequence[UnseenView]) -> list[dict[str, Any]]:
        """What a network says of both views of a breast."""
        if name == "two_view":
            breasts = [self._breast(kind, views) for kind in FLAT]
            return [dataclasses.asdict(breast) for breast in breasts]
        predictor = self._predictor(name)
        images = [result_of(predictor, view, kind) for view in views for kind in READS[name]]
        return [dataclasses.asdict(image) for image in images]

    def _predictor(self, name: str) -> Predictor:
        if name not in self._predictors:
            model = load_model(weights_path(self._weights, name))
            self._predictors[name] = Predictor(model=model, device=choose_device())
        return self._predictors[name]

    @cached_property
    def _two_view(self) -> BreastPredictor:
        return BreastPredictor(
            model=load_model(weights_path(self._weights, "two_view")),
            device=choose_device(),
            heat_maps=self._predictor("gmic").predict,
        )

    def _breast(self, kind: ImageKind, views: Sequence[UnseenView]) -> UnseenBreast:
        images = [
            BreastImage(name=view.view.value, model_input=view.model_input(kind)) for view in views
        ]
        scores = self._two_view.predict(images, SilentProgress()).scores
        return UnseenBreast(
            number=views[0].number,
            kind=kind.value,
            labels=views[0].labels,
            scores=(scores.benign, scores.malignant),
        )


def make_ahead(work: Path, breasts: int, processes: int) -> None:
    """Make the breasts' images before they are needed, 0.4 GB a breast."""
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        made = [
            pool.submit(store_unseen, work, number, view)
            for number in range(breasts)
            for view in View
        ]
        for one in made:
            one.result()


def measure_some(
    weights: Path, work: Path, names: Sequence[str], numbers: Sequence[int], ends: float
) -> None:
    """Measure breasts one after the other until the clock (time.time()) says `ends`."""
    torch.set_num_threads(1)
    measurer = Measurer(weights)
    for number in numbers:
        missing = [name for name in names if not _result_path(work, name, number).exists()]
        if time.time() > ends or not missing:
            continue
        views = _views(work, number, {kind for name in missing for kind in READS[name]})
        for name in missing:
            results = measurer.results_of(name, views)
            write_atomically(_result_path(work, name, number), json.dumps(results).encode())
        for view in View:
            unseen_path(work, number, view).unlink(missing_ok=True)


def _views(work: Path, number: int, kinds: set[ImageKind]) -> list[UnseenView]:
    """A breast's images, made ahead or now."""
    views = []
    for view in View:
        path = unseen_path(work, number, view)
        views.append(read_unseen(path) if path.exists() else unseen_view(number, view, kinds))
    return views


def _result_path(work: Path, name: str, number: int) -> Path:
    return work / f"result_{name}_{number:05d}.json"


def records_of(work: Path) -> dict[str, list[dict[str, Any]]]:
    """Every result there is, by network."""
    return {
        name: [
            one
            for path in sorted(work.glob(f"result_{name}_?????.json"))
            for one in json.loads(path.read_text())
        ]
        for name in READS
    }


def tables_of(records: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, Table]:
    """The tables of all breasts that have been measured, by network and kind of image."""
    tables: dict[str, Table] = {}
    for name, kinds in READS.items():
        plain = records[name]
        of_kinds = {f"{name} {kind.value}": (kind,) for kind in kinds} if len(kinds) > 1 else {}
        for title, wanted in ({name: kinds} | of_kinds).items():
            chosen = [one for one in plain if ImageKind(one["kind"]) in wanted]
            if chosen:
                tables[title] = _table(name, chosen)
    return tables


def _table(name: str, plain: Sequence[Mapping[str, Any]]) -> Table:
    if name == "two_view":
        return breast_measures_of([UnseenBreast.of_plain(one) for one in plain])
    return measures_of([UnseenResult.of_plain(one) for one in plain])


def write_into_cards(weights: Path, tables: Mapping[str, Table]) -> None:
    """Write each network's tables into its card."""
    for name, kinds in READS.items():
        path = card_path(weights_path(weights, name))
        if name not in tables or not path.exists():
            continue
        measures: dict[str, Any] = {"measured_on": _MEASURED_ON} | dict(tables[name])
        for kind in kinds if len(kinds) > 1 else ():
            measures[kind.value] = dict(tables[f"{name} {kind.value}"])
        write_card(path, replace(read_card(path), further={"measures": measures}))


def main() -> None:
    """Make, measure, and write the tables as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", type=Path, default=Path("resources/weights"))
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--breasts", type=int, default=200)
    parser.add_argument(
        "--minutes", type=float, default=math.inf, help="begin no breast after so long"
    )
    parser.add_argument("--processes", type=int, default=max(1, (os.cpu_count() or 2) - 1))
    parser.add_argument("--only", choices=tuple(READS), action="append", help="these networks")
    parser.add_argument("--write-cards", action="store_true", help="only write what is measured")
    parser.add_argument("--make-ahead", action="store_true", help="only make the images")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s", force=True)
    arguments.work.mkdir(parents=True, exist_ok=True)
    if arguments.make_ahead:
        make_ahead(arguments.work, arguments.breasts, arguments.processes)
        return
    if not arguments.write_cards:
        _measure_all(arguments)
    records = records_of(arguments.work)
    write_atomically(arguments.work / "unseen.json", json.dumps(records).encode())
    tables = tables_of(records)
    write_atomically(arguments.work / "tables.json", json.dumps(tables, indent=1).encode())
    write_into_cards(arguments.weights, tables)
    log.info("%s", json.dumps(tables, indent=1))


def _measure_all(arguments: argparse.Namespace) -> None:
    ends = time.time() + 60 * arguments.minutes
    processes = arguments.processes
    shares = [range(own, arguments.breasts, processes) for own in range(processes)]
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        for one in [
            pool.submit(
                measure_some,
                arguments.weights,
                arguments.work,
                arguments.only or tuple(READS),
                share,
                ends,
            )
            for share in shares
        ]:
            one.result()


if __name__ == "__main__":
    main()
