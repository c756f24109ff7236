"""A model card in words: pairs of a name and what stands there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from inference.model_card import ModelCard


def card_lines(card: ModelCard) -> tuple[tuple[str, str], ...]:
    """What every card holds, and what its architecture asks for besides."""
    lines: list[tuple[str, str]] = [("Network", card.architecture.spec.title)]
    if card.top_t is not None:
        lines.append(("Top cells t", f"{card.top_t:g}"))
    if card.patches is not None:
        lines.append(("Patches", str(card.patches)))
    if card.input_rows is not None and card.input_columns is not None:
        lines.append(("Input", f"{card.input_rows} x {card.input_columns} pixels"))
    if card.images:
        lines.append(("Trained on", ", ".join(card.images)))
    lines += [
        ("Training data", card.training_data),
        ("Intended use", card.intended_use),
        ("Licence", card.licence),
    ]
    for name, value in card.settings.items():
        lines += _flat(_title(name), value)
    return tuple(lines)


def free_lines(card: ModelCard) -> tuple[tuple[str, str], ...]:
    """What else stands on a card, such as measures; tables flattened."""
    lines: list[tuple[str, str]] = []
    for name, value in card.further.items():
        lines += _flat(_title(name), value)
    return tuple(lines)


def _flat(name: str, value: object) -> list[tuple[str, str]]:
    """A nested table as lines of its own, its entries' names joined."""
    if not isinstance(value, Mapping):
        return [(name, _plain(value))]
    entries: list[tuple[str, str]] = []
    for key, entry in value.items():
        entries += _flat(f"{name}, {_title(str(key), first=False)}", entry)
    return entries


def _title(key: str, *, first: bool = True) -> str:
    words = key.replace("_", " ")
    return words[:1].upper() + words[1:] if first else words


def _plain(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list):
        return ", ".join(_plain(entry) for entry in value)
    return str(value)
