"""The whole program on small exams: real files, real widgets, small networks."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from running_program import RunningProgram, start_program, themed

from inference.architecture import Architecture
from inference.checkpoint import save_model
from inference.engine.interface import Engine
from inference.model_card import ModelCard
from inference.networks.gmic import Gmic, GmicConfig
from inference.networks.gmic3d import Gmic3d, Gmic3dConfig
from viewer.export.phantom_exams import write_phantom_exams

SIZES = {"input_rows": 384, "input_columns": 256, "global_channels": 8, "local_channels": 8}


@pytest.fixture(scope="session")
def weights(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Small random networks: 3D-GMIC and GMIC."""
    folder = tmp_path_factory.mktemp("weights")
    made = []
    for name, architecture, network in (
        ("small3d", Architecture.GMIC3D, Gmic3d(replace(Gmic3dConfig(patches=4), **SIZES))),
        ("small2d", Architecture.GMIC, Gmic(replace(GmicConfig(patches=4), **SIZES))),
    ):
        generator = torch.Generator().manual_seed(1)
        conv = network.saliency_head.conv.weight
        conv.data = torch.randn(conv.shape, generator=generator) * 0.05
        card = ModelCard(
            architecture=architecture,
            top_t=network.config.top_t,
            patches=4,
            name=f"Small {architecture.value}",
            version="0",
            training_data="none",
            intended_use="tests",
            licence="Apache-2.0",
            input_rows=384,
            input_columns=256,
        )
        path = folder / f"{name}.safetensors"
        save_model(path, network.eval(), card)
        made.append(path)
    return made[0], made[1]


@pytest.fixture(scope="session")
def phantom(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A DICOM exam of DBT, synthetic 2D and FFDM in four views, 6 slices."""
    folder = tmp_path_factory.mktemp("phantom")
    return write_phantom_exams(folder, seed=2, slices=6, rows=320, columns=260)[0].folder


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """A PNG exam of four views in the published layout, with a truth mask."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    for seed, view in enumerate(("L-CC", "R-CC", "L-MLO", "R-MLO")):
        pixels = breast(mirrored=view.startswith("R"), seed=seed)
        cv2.imwrite(str(folder / f"7_{view}.png"), pixels)
    mask = np.zeros((300, 220), np.uint8)
    mask[100:140, 60:90] = 255
    cv2.imwrite(str(folder / "7_L-CC_malignant.png"), mask)
    return folder


def breast(*, mirrored: bool, seed: int) -> np.ndarray:
    """Half an ellipse with texture on black, (300, 220) 16 bits; chest wall at the left."""
    rows, columns = np.mgrid[:300, :220]
    inside = ((rows - 150) / 120) ** 2 + (columns / 150) ** 2 < 1
    rng = np.random.default_rng(seed)
    grey = np.where(inside, 9000 + 3000 * rng.random((300, 220)), 0).astype(np.uint16)
    return grey[:, ::-1].copy() if mirrored else grey


@pytest.fixture
def start(
    qtbot: QtBot, tmp_path: Path, qapp: QApplication
) -> Iterator[Callable[..., RunningProgram]]:
    """Starts programs on folders of their own; fails the test that leaves a thread behind."""
    before = set(threading.enumerate())
    with themed(qapp) as started:

        def begin(
            *,
            weights: tuple[Path, ...] = (),
            run_ai: bool | None = False,
            home: Path | None = None,
            engine: Engine | None = None,
        ) -> RunningProgram:
            where = home or tmp_path / "home"
            running = start_program(qtbot, where, weights=weights, run_ai=run_ai, engine=engine)
            started.append(running)
            return running

        yield begin
    left = [thread.name for thread in set(threading.enumerate()) - before if thread.is_alive()]
    assert left == [], f"threads left behind: {left}"
