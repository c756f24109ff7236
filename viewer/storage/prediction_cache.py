"""Results of the AI on disk; damage and full disks do no harm."""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from inference.atomic_file import write_atomically
from inference.breast import BreastPrediction
from inference.series import SeriesPrediction
from inference.types import CropRule, Laterality, Prediction
from viewer.storage import breast_file, series_file
from viewer.storage.prediction_file import DamagedPrediction, from_bytes, to_bytes

log = logging.getLogger(__name__)

_SUFFIX = ".prediction"

Kept = TypeVar("Kept")


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictionKey:
    """Everything a prediction depends on; two equal keys mean equal predictions."""

    pixels: str
    """A SHA-256 over every pixel of the image, or over the bytes they are decoded from."""
    laterality: Laterality
    crop_rule: CropRule
    outside_training_views: bool
    model: str
    """A SHA-256 over the weights and the model card."""
    preparation: str
    """The version of the preparation and of the network's code."""
    augmentations: str = ""
    """Which windows scores are means over; empty: none but the window as it is."""

    @property
    def name(self) -> str:
        """The key as a file name without suffix."""
        parts = [
            self.pixels,
            self.laterality.value,
            self.crop_rule.value,
            str(self.outside_training_views),
            self.model,
            self.preparation,
        ]
        if self.augmentations:
            parts.append(self.augmentations)
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class BreastResultKey:
    """Everything a breast's prediction depends on."""

    images: tuple[tuple[str, PredictionKey], ...]
    """What each image is called, and its key by the two-view model, in the order given."""
    heat_maps: str
    """A SHA-256 over the weights and card of the model whose maps it may be given, or empty."""

    @property
    def name(self) -> str:
        """The key as a file name without suffix."""
        images = (f"{name} {key.name}" for name, key in self.images)
        parts = ("breast", *images, self.heat_maps)
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesResultKey:
    """Everything a CT series' prediction depends on."""

    pixels: str
    """A SHA-256 over the bytes the slices are decoded from, and how they are laid."""
    model: str
    """A SHA-256 over the weights and the model card."""
    preparation: str

    @property
    def name(self) -> str:
        """The key as a file name without suffix."""
        parts = ("series", self.pixels, self.model, self.preparation)
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


class PredictionCache:
    """A folder of predictions with a size limit, the least lately used deleted first.

    Reading never fails: what is damaged counts as absent and is written anew. Writing never
    raises: `problem` says what went wrong first. May be used from any thread.
    """

    def __init__(self, folder: Path, *, largest_bytes: int) -> None:
        self._folder = folder
        self._largest_bytes = largest_bytes
        self._lock = threading.Lock()
        self._problem: str | None = None

    @property
    def problem(self) -> str | None:
        """Why results are not kept, if they are not."""
        return self._problem

    def find(self, key: PredictionKey) -> Prediction | None:
        """The prediction with this key, or None."""
        return self._find(key.name, from_bytes)

    def keep(self, key: PredictionKey, prediction: Prediction) -> bool:
        """Store a prediction; False when it could not be written."""
        return self._keep(key.name, to_bytes(prediction))

    def find_breast(self, key: BreastResultKey) -> BreastPrediction | None:
        """The breast's prediction with this key, or None."""
        return self._find(key.name, breast_file.from_bytes)

    def keep_breast(self, key: BreastResultKey, prediction: BreastPrediction) -> bool:
        """Store a breast's prediction; False when it could not be written."""
        return self._keep(key.name, breast_file.to_bytes(prediction))

    def find_series(self, key: SeriesResultKey) -> SeriesPrediction | None:
        """The series' prediction with this key, or None."""
        return self._find(key.name, series_file.from_bytes)

    def keep_series(self, key: SeriesResultKey, prediction: SeriesPrediction) -> bool:
        """Store a series' prediction; False when it could not be written."""
        return self._keep(key.name, series_file.to_bytes(prediction))

    def _find(self, name: str, read: Callable[[bytes], Kept]) -> Kept | None:
        path = self._path(name)
        try:
            content = path.read_bytes()
        except OSError:
            return None
        try:
            prediction = read(content)
        except DamagedPrediction as error:
            log.warning("a kept prediction is damaged and made anew: %s", error)
            _remove(path)
            return None
        _touch(path)
        return prediction

    def _keep(self, name: str, content: bytes) -> bool:
        try:
            with self._lock:
                self._folder.mkdir(parents=True, exist_ok=True)
                write_atomically(self._path(name), content)
                self._shrink()
        except OSError as error:
            reason = error.strerror or str(error)
            self._problem = f"results of the AI are not kept for the next time: {reason}"
            log.warning("a prediction could not be kept: %s", reason)
            return False
        return True

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}{_SUFFIX}"

    def _shrink(self) -> None:
        """Delete the least lately used files beyond the limit."""
        files = []
        for path in self._folder.glob(f"*{_SUFFIX}"):
            status = path.stat()
            files.append((status.st_mtime_ns, status.st_size, path))
        total = sum(size for _, size, _ in files)
        for _, size, path in sorted(files)[:-1]:
            if total <= self._largest_bytes:
                return
            _remove(path)
            total -= size


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        log.warning("a kept prediction could not be deleted: %s", error.strerror)


def _touch(path: Path) -> None:
    """Note that it was used; on a read-only disk that does not matter."""
    try:
        path.touch()
    except OSError as error:
        log.debug("a kept prediction could not be touched: %s", error.strerror)
