"""A CT series' prediction as bytes and back: a checksum, then JSON."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import Any

from inference.series import SeriesPrediction, WindowScore
from inference.types import ModelIdentity
from viewer.storage.prediction_file import DamagedPrediction

FORMAT = 1
_CHECKSUM = hashlib.sha256().digest_size


def to_bytes(prediction: SeriesPrediction) -> bytes:
    """Write a prediction so that from_bytes gives an equal one."""
    content = json.dumps(asdict(prediction) | {"format": FORMAT}).encode()
    return hashlib.sha256(content).digest() + content


def from_bytes(content: bytes) -> SeriesPrediction:
    """Read a prediction; raises DamagedPrediction for anything else."""
    checksum, words = content[:_CHECKSUM], content[_CHECKSUM:]
    if hashlib.sha256(words).digest() != checksum:
        raise DamagedPrediction("the checksum does not fit")
    try:
        return _prediction(json.loads(words))
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise DamagedPrediction(str(error)) from error


def _prediction(words: dict[str, Any]) -> SeriesPrediction:
    if words["format"] != FORMAT:
        raise DamagedPrediction(f"format {words['format']}")
    return SeriesPrediction(
        model=ModelIdentity(**words["model"]),
        windows=tuple(WindowScore(**window) for window in words["windows"]),
        slices=int(words["slices"]),
        repeated_slices=int(words["repeated_slices"]),
        seconds=float(words["seconds"]),
        device=str(words["device"]),
        notices=tuple(str(notice) for notice in words["notices"]),
    )
