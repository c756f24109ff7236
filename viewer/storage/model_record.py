"""One registered model: what the library's index says of it, and whether its files still agree."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from inference.architecture import Architecture
from inference.errors import WeightsError
from inference.model_card import ModelCard, card_path, published_card, read_card

FOLDER_LETTERS = 16
"""So many letters of the weights' SHA-256 name the folder of a copy."""
SHORT_LETTERS = 8
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRecord:
    """Weights that were added, as they were then."""

    weights: Path
    """Absolute; a copy in the library, or the user's own file where it is linked."""
    linked: bool
    sha256: str
    card_sha256: str
    """Of the card beside the weights; empty for a published file without one."""
    name: str
    version: str
    architecture: Architecture
    added: datetime

    @property
    def title(self) -> str:
        """Name and version."""
        return f"{self.name} {self.version}".strip()

    @property
    def short_hash(self) -> str:
        """Enough of the weights' SHA-256 to tell models apart."""
        return self.sha256[:SHORT_LETTERS]

    def card(self) -> ModelCard:
        """The card as it is now; raises WeightsError when it is gone or wrong."""
        path = card_path(self.weights)
        if path.is_file() or self.card_sha256:
            return read_card(path)
        return published_card(self.weights, self.architecture)

    def problem(self) -> str:
        """Why it is not used: what is missing or was changed since it was added; empty if nothing.

        Reads the whole weights file.
        """
        try:
            if file_sha256(self.weights) != self.sha256:
                return f"{self.weights.name} was changed since it was added; {_ADD_AGAIN}"
            return self.card_problem()
        except FileNotFoundError:
            return f"{self.weights.name} is missing; {_ADD_AGAIN}, or remove it"
        except OSError as error:
            return f"{self.weights.name} cannot be read: {error.strerror or error}"

    def card_problem(self) -> str:
        """As problem(), but of the card alone."""
        card = card_path(self.weights)
        try:
            found = file_sha256(card) if card.is_file() else ""
            if found != self.card_sha256:
                what = "was changed" if found else "is missing"
                return f"the card {card.name} {what} since it was added; {_ADD_AGAIN}"
            self.card()
        except WeightsError as error:
            return str(error)
        except OSError as error:
            return f"the card {card.name} cannot be read: {error.strerror or error}"
        return ""


_ADD_AGAIN = "not used until it is added again"


def file_sha256(path: Path) -> str:
    """The SHA-256 of a file's bytes; raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def to_entry(record: ModelRecord, folder: Path) -> dict[str, Any]:
    """A record as a table of the index; copies are named from the library's folder."""
    weights = record.weights if record.linked else record.weights.relative_to(folder)
    return {
        "weights": weights.as_posix(),
        "linked": record.linked,
        "sha256": record.sha256,
        "card_sha256": record.card_sha256,
        "name": record.name,
        "version": record.version,
        "architecture": record.architecture.value,
        "added": record.added,
    }


def from_entry(entry: Mapping[str, Any], folder: Path) -> ModelRecord:
    """Read a table of the index; raises ValueError, saying what is wrong, for anything unsound."""
    texts = {key: _text(entry, key) for key in ("weights", "name", "version", "card_sha256")}
    sha256 = _text(entry, "sha256")
    if not _SHA256.fullmatch(sha256):
        raise ValueError('"sha256" is no SHA-256')
    linked, added = entry.get("linked"), entry.get("added")
    if not isinstance(linked, bool):
        raise ValueError('"linked" must be true or false')
    if not isinstance(added, datetime):
        raise ValueError('"added" must be a date and time')
    weights = Path(texts["weights"])
    if linked and not weights.is_absolute():
        raise ValueError('"weights" of a linked model must be a whole path')
    if not linked:
        # Nothing outside the library may pass for a copy: copies are deleted when removed.
        if len(weights.parts) != 2 or weights.parts[0] != sha256[:FOLDER_LETTERS]:
            raise ValueError('"weights" does not name a copy in the library')
        weights = folder / weights
    return ModelRecord(
        weights=weights,
        linked=linked,
        sha256=sha256,
        card_sha256=texts["card_sha256"],
        name=texts["name"],
        version=texts["version"],
        architecture=_architecture(entry),
        added=added,
    )


def _text(entry: Mapping[str, Any], key: str) -> str:
    value = entry.get(key)
    if not isinstance(value, str):
        raise ValueError(f'"{key}" must be a text')
    return value


def _architecture(entry: Mapping[str, Any]) -> Architecture:
    name = _text(entry, "architecture")
    try:
        return Architecture(name)
    except ValueError as error:
        raise ValueError(f'the architecture "{name:.40}" is unknown to this version') from error
