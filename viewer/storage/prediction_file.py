"""One prediction as bytes and back: a checksum, then an .npz without pickles with JSON in it."""

from __future__ import annotations

import hashlib
import io
import json
import struct
import zipfile
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.types import (
    CLASS_NAMES,
    Box,
    ClassScores,
    ModelIdentity,
    Patch,
    Placement,
    Prediction,
)

FORMAT = 1
_CHECKSUM = hashlib.sha256().digest_size

# What numpy, zipfile and json raise on bytes that somebody made up.
_UNREADABLE = (
    OSError,
    EOFError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RuntimeError,
    MemoryError,
    SyntaxError,
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
)


class DamagedPrediction(Exception):
    """The bytes are not a prediction that was written here."""


def to_bytes(prediction: Prediction) -> bytes:
    """Write a prediction so that from_bytes gives an equal one."""
    saliency = np.ascontiguousarray(prediction.saliency, dtype=np.float32)
    words = {
        "format": FORMAT,
        "model": _fields(prediction.model),
        "scores": _fields(prediction.scores),
        "global_scores": _fields(prediction.global_scores),
        "local_scores": _fields(prediction.local_scores),
        "patches": [_fields(p) | {"box": _fields(p.box)} for p in prediction.patches],
        "placement": _fields(prediction.placement),
        "has_salient_region": prediction.has_salient_region,
        "outside_training_views": prediction.outside_training_views,
        "seconds": prediction.seconds,
        "device": prediction.device,
        "notices": list(prediction.notices),
    }
    encoded = np.frombuffer(json.dumps(words).encode(), np.uint8)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, saliency=saliency, words=encoded)
    content = buffer.getvalue()
    return hashlib.sha256(content).digest() + content


def from_bytes(content: bytes) -> Prediction:
    """Read a prediction; raises DamagedPrediction for anything else."""
    checksum, arrays_content = content[:_CHECKSUM], content[_CHECKSUM:]
    if hashlib.sha256(arrays_content).digest() != checksum:
        raise DamagedPrediction("the checksum does not fit")
    try:
        with np.load(io.BytesIO(arrays_content), allow_pickle=False) as arrays:
            saliency = np.asarray(arrays["saliency"])
            words = json.loads(arrays["words"].tobytes())
        return _prediction(words, saliency)
    except _UNREADABLE as error:
        raise DamagedPrediction(str(error)) from error


def _prediction(words: dict[str, Any], saliency: NDArray[np.float32]) -> Prediction:
    if words["format"] != FORMAT:
        raise DamagedPrediction(f"format {words['format']}")
    if saliency.dtype != np.float32 or saliency.ndim != 4 or saliency.shape[1] != len(CLASS_NAMES):
        raise DamagedPrediction(f"saliency of {saliency.dtype} {saliency.shape}")
    saliency.setflags(write=False)
    return Prediction(
        model=ModelIdentity(**words["model"]),
        scores=ClassScores(**words["scores"]),
        global_scores=ClassScores(**words["global_scores"]),
        local_scores=ClassScores(**words["local_scores"]),
        saliency=saliency,
        patches=tuple(Patch(**entry | {"box": Box(**entry["box"])}) for entry in words["patches"]),
        placement=Placement(**words["placement"]),
        has_salient_region=bool(words["has_salient_region"]),
        outside_training_views=bool(words["outside_training_views"]),
        seconds=float(words["seconds"]),
        device=str(words["device"]),
        notices=tuple(str(notice) for notice in words["notices"]),
    )


def _fields(value: Any) -> dict[str, Any]:
    """The plain fields of a frozen value, without nested ones."""
    return {
        name: getattr(value, name)
        for name in value.__slots__
        if isinstance(getattr(value, name), str | int | float | bool)
    }
