"""What the benchmark of the CUDA path runs on: a device, networks, phantom volumes, meters."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, TypeVar

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from inference.architecture import Architecture
from inference.checkpoint import LoadedModel, load_model
from inference.device import Device, Precision, choose_device, cpu
from inference.model_card import published_card
from inference.networks.gmic3d import Gmic3d, Gmic3dConfig
from inference.predictor import Predictor
from inference.training.breast import FULL_COLUMNS, FULL_ROWS, View
from inference.training.imaging import ImagedView
from inference.training.phantoms import DEMO_SEED, draw_exam
from inference.types import ArraySource, CropRule, Laterality, ModelIdentity, ModelInput

Measured = dict[str, Any]
Result = TypeVar("Result")

WEIGHTS = Path(__file__).parents[2] / "resources" / "weights"
MB = 1e6
_PHANTOM_SLICES = 4


@dataclass(frozen=True)
class Setting:
    """Where and how large everything is; quick: small, to see that it runs."""

    kind: Literal["cpu", "cuda"]
    quick: bool
    deadline: float
    """By time.perf_counter(); what can be left out is left out then."""
    real: Path | None = None
    """A folder of real mammograms as PNG; "_R-" in the name says that it is a right breast."""

    @property
    def slice_counts(self) -> tuple[int, ...]:
        """How many slices are timed."""
        return (2, 4) if self.quick else (8, 48, 96)

    @property
    def most_slices(self) -> int:
        """Of the largest volume."""
        return self.slice_counts[-1]

    @property
    def torch_device(self) -> torch.device:
        """Where networks run."""
        return torch.device(self.kind)

    def device(self, precision: Precision) -> Device:
        """The same for a Predictor."""
        if self.kind == "cuda":
            return choose_device("cuda", precision=precision)
        return replace(cpu(), precision=precision)

    def predictor(self, model: LoadedModel, precision: Precision, **options: Any) -> Predictor:
        """A model on the device."""
        return Predictor(model=model, device=self.device(precision), **options)

    @cached_property
    def random_model(self) -> LoadedModel:
        """3D-GMIC of published size; random weights that see something nearly everywhere."""
        config = Gmic3dConfig()
        if self.quick:
            config = replace(
                config, input_rows=512, input_columns=384, global_channels=8, local_channels=8
            )
        torch.manual_seed(0)
        network = Gmic3d(config)
        torch.nn.init.normal_(network.saliency_head.conv.weight, std=0.05)
        return LoadedModel(
            network=network.requires_grad_(False).eval(),
            card=published_card(Path("sample_model_1.p"), Architecture.GMIC3D),
            identity=ModelIdentity(
                name="random 3D-GMIC", version="1", architecture="gmic3d", sha256="0" * 64
            ),
        )

    @cached_property
    def demo_models(self) -> dict[str, LoadedModel]:
        """The shipped demonstration weights."""
        return {
            name: load_model(WEIGHTS / f"demo_{name}.safetensors") for name in ("gmic3d", "gmic")
        }

    @cached_property
    def phantom(self) -> ImagedView:
        """One breast of the demonstration exam, with its finding."""
        exam = draw_exam(DEMO_SEED, 1)
        if self.quick:
            return exam.image_view(Laterality.LEFT, View.MLO, rows=614, columns=499)
        return exam.image_view(Laterality.LEFT, View.MLO, rows=FULL_ROWS, columns=FULL_COLUMNS)

    @cached_property
    def phantom_slices(self) -> NDArray[np.uint16]:
        """A few slices around the finding."""
        middle = self.phantom.lesions[0].slice_index(self.phantom.view)
        first = max(0, middle - _PHANTOM_SLICES // 2)
        return np.stack(
            [self.phantom.tomosynthesis_slice(first + place) for place in range(_PHANTOM_SLICES)]
        )

    @cached_property
    def volume(self) -> NDArray[np.uint16]:
        """As many slices as are ever timed: those of the phantom, brighter and darker."""
        few = self.phantom_slices
        volume = np.empty((self.most_slices, *few.shape[1:]), np.uint16)
        for slice_index in range(len(volume)):
            np.multiply(
                few[slice_index % len(few)],
                np.float32(1 + 0.1 * np.sin(slice_index)),
                out=volume[slice_index],
                casting="unsafe",
            )
        return volume

    @cached_property
    def real_images(self) -> dict[str, ModelInput]:
        """Every image of the folder, by its file's name."""
        return {
            path.stem: _real_image(path) for path in sorted((self.real or Path()).glob("*.png"))
        }

    def request(self, volume: NDArray[Any]) -> ModelInput:
        """Ask for a volume of the phantom."""
        return ModelInput(
            source=ArraySource(volume), laterality=Laterality.LEFT, crop_rule=CropRule.MLO
        )

    def wait(self) -> None:
        """Wait until the device has done everything."""
        if self.kind == "cuda":
            torch.cuda.synchronize()

    def timed(self, work: Callable[[], Result]) -> tuple[Result, float]:
        """Do some work to its end; return its result and the seconds it took."""
        self.wait()
        started = time.perf_counter()
        result = work()
        self.wait()
        return result, time.perf_counter() - started

    @contextmanager
    def peak_memory(self, into: Measured) -> Iterator[None]:
        """Note the most memory that torch took on the device in between, in MB."""
        if self.kind == "cuda":
            torch.cuda.synchronize()
            torch.cuda.empty_cache()
            torch.cuda.reset_peak_memory_stats()
        yield
        if self.kind == "cuda":
            torch.cuda.synchronize()
            free, total = torch.cuda.mem_get_info()
            into["peak_allocated_mb"] = torch.cuda.max_memory_allocated() / MB
            into["peak_reserved_mb"] = torch.cuda.max_memory_reserved() / MB
            into["device_used_mb"] = (total - free) / MB


def _real_image(path: Path) -> ModelInput:
    pixels = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if pixels is None or pixels.ndim != 2:
        raise ValueError(f"{path.name} is no picture in grey")
    return ModelInput(
        source=ArraySource(pixels[np.newaxis]),
        laterality=Laterality.RIGHT if "_R-" in path.name else Laterality.LEFT,
        crop_rule=CropRule.MLO if "MLO" in path.name else CropRule.CC,
    )


class StageClock:
    """Notes when each stage of a prediction began."""

    def __init__(self) -> None:
        self._began: dict[str, float] = {}
        self._started = time.perf_counter()

    def update(self, done: int, total: int, stage: str) -> None:
        """Take the first report of a stage; "preparing" is reported after its first slice."""
        self._began.setdefault(stage, time.perf_counter())

    def seconds(self) -> Measured:
        """How long each stage took, as seen from the CPU."""
        ended = time.perf_counter()
        slices, patches = self._began["slices"], self._began["patches"]
        return {
            "preparing_seconds": slices - self._started,
            "slices_seconds": patches - slices,
            "patches_seconds": ended - patches,
        }


def machine() -> Measured:
    """What it ran on."""
    found: Measured = {
        "torch": torch.__version__,
        "cores": torch.get_num_threads(),
        "cuda": torch.version.cuda,
    }
    if torch.cuda.is_available():
        properties = torch.cuda.get_device_properties(0)
        found["gpu"] = properties.name
        found["gpu_memory_mb"] = properties.total_memory / MB
        found["cudnn"] = torch.backends.cudnn.version()
    return found
