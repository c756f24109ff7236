"""Third stage: the whole-slice network learns on whole images what each cell should say."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from inference.training.coarse import CellClassifier
from inference.training.fitting import Measurement, Schedule, fit
from inference.training.measures import area_under_curve

_HARDEST_CELLS = 24
_SEEING_CELLS = 3
_HELD_OUT_EVERY = 6


class WholeStore:
    """Prepared whole images of one network on disk; every sixth view is kept for measuring."""

    def __init__(self, directory: Path, architecture: str) -> None:
        self._directory = directory
        self._pattern = f"{architecture}_*.npz"

    def files(self, *, held_out: bool) -> list[Path]:
        """Return the files there are now, in order."""
        found = sorted(self._directory.glob(self._pattern))
        return [path for path in found if _is_held_out(path) is held_out]

    @staticmethod
    def read(path: Path) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return pixels (rows, columns) and targets (classes, cell rows, cell columns).

        A finding's target is widened by one cell: a cell's field of view is centred half a cell
        above and left of the square that stands for it.
        """
        with np.load(path) as file:
            pixels, targets = file["pixels"].astype(np.float32), file["targets"]
        widened = cv2.dilate((targets == 1).astype(np.uint8).transpose(1, 2, 0), np.ones((3, 3)))
        targets = np.where(widened.transpose(2, 0, 1) == 1, np.float32(1), targets)
        return pixels, targets.astype(np.float32)


def _is_held_out(path: Path) -> bool:
    return int(path.stem.split("_")[1]) % _HELD_OUT_EVERY == _HELD_OUT_EVERY - 1


def cell_loss(evidence: Tensor, targets: Tensor) -> Tensor:
    """Weigh findings, the hardest empty cells and all empty cells of (classes, rows, columns)."""
    each = nn.functional.binary_cross_entropy_with_logits(
        evidence, targets.nan_to_num(), reduction="none"
    )
    loss = evidence.new_zeros(())
    for errors, wanted in zip(each, targets, strict=True):
        found, empty = errors[wanted == 1], errors[wanted == 0]
        if found.numel():
            # Some cells on the finding must see it, not every one near it.
            seen = found.topk(min(_SEEING_CELLS, found.numel()), largest=False).values
            loss = loss + 1.5 * seen.mean()
        hardest = empty.topk(min(_HARDEST_CELLS, empty.numel())).values
        loss = loss + 0.5 * hardest.mean() + 0.5 * empty.mean()
    return loss


def _freeze_statistics(module: nn.Module) -> None:
    """Keep the statistics that BatchNorm learned on crops: one image is too few to measure them."""
    for part in module.modules():
        if isinstance(part, nn.BatchNorm2d):
            part.eval()


def refine(
    classifier: CellClassifier,
    store: WholeStore,
    *,
    schedule: Schedule,
    state_file: Path,
    images_per_step: int = 1,
) -> list[Measurement]:
    """Train on whole images; the best averaged weights stay in the classifier."""
    classifier.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    held_out = store.files(held_out=True)

    def loss_of_step(step: int) -> Tensor:
        _freeze_statistics(classifier)
        generator = np.random.default_rng([43, step])
        files = store.files(held_out=False)
        losses = []
        for _ in range(images_per_step):
            pixels, targets = store.read(files[int(generator.integers(len(files)))])
            if generator.uniform() < 0.5:
                pixels, targets = pixels[::-1], targets[:, ::-1]
            contrast, brightness = generator.uniform(0.92, 1.08), generator.normal(0, 0.05)
            varied = np.ascontiguousarray(pixels * np.float32(contrast) + np.float32(brightness))
            evidence = classifier(torch.from_numpy(varied)[None])[0]
            losses.append(cell_loss(evidence, torch.from_numpy(targets.copy())))
        return torch.stack(losses).mean()

    @torch.inference_mode()
    def measure(average: nn.Module) -> float:
        scores: list[list[float]] = [[], []]
        labels: list[list[bool]] = [[], []]
        for path in held_out:
            pixels, targets = store.read(path)
            evidence = average(torch.from_numpy(pixels)[None])[0].numpy()
            for index in range(2):
                # A finding must stand out from the strongest cell that shows none.
                for wanted in (0.0, 1.0):
                    cells = evidence[index][targets[index] == wanted]
                    if cells.size:
                        scores[index].append(float(cells.max()))
                        labels[index].append(wanted == 1)
        return float(
            np.mean([area_under_curve(*pair) for pair in zip(scores, labels, strict=True)])
        )

    return fit(
        classifier,
        schedule=schedule,
        loss_of_step=loss_of_step,
        measure=measure,
        state_file=state_file,
    )
