"""The truth as the content of a sealed item."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence

from viewer.study.errors import StudyError
from viewer.study.event import Json, canonical
from viewer.study.truth import TruthEntry, truth_from_json, truth_to_json

_FORMAT = 1


def truth_to_bytes(entries: Sequence[TruthEntry]) -> bytes:
    """The entries with random bytes, so that the content's hash tells nothing of them."""
    rows: list[Json] = [truth_to_json(entry) for entry in entries]
    content: dict[str, Json] = {"format": _FORMAT, "random": secrets.token_hex(32), "truth": rows}
    return canonical(content).encode("ascii")


def truth_from_bytes(content: bytes) -> tuple[TruthEntry, ...]:
    """The entries that were sealed; raises StudyError."""
    try:
        found = json.loads(content)
        if found["format"] != _FORMAT:
            raise ValueError(f"format {found['format']}")
        return tuple(truth_from_json(row) for row in found["truth"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise StudyError(
            "the sealed truth cannot be understood",
            "a newer version of Tomolens may have sealed it; install that version",
        ) from error
