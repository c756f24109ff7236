"""What modalities are called on screen, and their colours: told apart with any colour vision."""

from __future__ import annotations

from collections.abc import Sequence

from viewer.analysis.results import AI, HYBRID

_WORDS = {"unaided": "Alone", "aided": "With AI", HYBRID: "Hybrid", AI: "AI"}
_COLOURS = {"unaided": "#56b4e9", "aided": "#e69f00", HYBRID: "#2fb48c", AI: "#d98ab9"}
_FURTHER = ("#56b4e9", "#e69f00", "#c9b458", "#a88fd8", "#7fc6c0")
"""Okabe and Ito's set, lightened where it would sink into the dark."""


def modality_words(modality: str) -> str:
    """What the screen says: tables of others keep their own names."""
    return _WORDS.get(modality, modality)


def modality_colour(modality: str, modalities: Sequence[str]) -> str:
    """The colour of a modality among those of a study."""
    if modality in _COLOURS:
        return _COLOURS[modality]
    others = [name for name in modalities if name not in _COLOURS]
    place = others.index(modality) if modality in others else 0
    return _FURTHER[place % len(_FURTHER)]
