"""An analysis that does not hold for the data, and what serves in its place."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a number is not given, and what to use instead; both are sentences for the reader."""

    reason: str
    instead: str
