"""In which precision a run computes."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass

import torch

from inference.training_runs.config import Precision


@dataclass(frozen=True, slots=True, kw_only=True)
class Arithmetic:
    """float32, or on a GPU mixed with float16, as in the 3D-GMIC paper, and then a scaled loss."""

    device_type: str
    dtype: torch.dtype

    @property
    def on_gpu(self) -> bool:
        """Whether it runs on a GPU."""
        return self.device_type == "cuda"

    @property
    def is_mixed(self) -> bool:
        """Whether convolutions compute in half the bits."""
        return self.dtype is not torch.float32

    def casting(self) -> AbstractContextManager[object]:
        """Compute in it."""
        return torch.autocast(self.device_type, self.dtype, enabled=self.is_mixed)

    def scaler(self) -> torch.amp.GradScaler:
        """What keeps small gradients above the smallest float16; does nothing otherwise."""
        return torch.amp.GradScaler(self.device_type, enabled=self.dtype is torch.float16)


def arithmetic_for(device: torch.device, precision: Precision) -> Arithmetic:
    """Choose what a device can do of what is wished."""
    if precision is Precision.FLOAT32 or device.type != "cuda":
        return Arithmetic(device_type=device.type, dtype=torch.float32)
    # Not bfloat16: its 8 bits are fewer than a mammogram's 10 to 12.
    return Arithmetic(device_type="cuda", dtype=torch.float16)
