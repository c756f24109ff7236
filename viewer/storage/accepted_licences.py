"""Which licences of which weights the user has accepted, and when."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from inference.model_card import ModelCard
from viewer.storage.toml_file import read_toml, write_toml

OWN_LICENCE = "Apache-2.0"
"""The program's own licence, which the shipped weights have: who runs it has accepted that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceTerms:
    """What a user must read of a model before its first use."""

    model: str
    """Name and version."""
    sha256: str
    """Of the weights."""
    licence: str
    training_data: str
    intended_use: str

    @property
    def key(self) -> str:
        """Stands for these weights under this very text: either one changed asks anew."""
        return hashlib.sha256(f"{self.sha256}\n{self.licence}".encode()).hexdigest()

    @property
    def asks(self) -> bool:
        """Whether it must be accepted before the first use."""
        return self.licence.strip() != OWN_LICENCE

    @property
    def words(self) -> str:
        """All of it in lines for a terminal."""
        return (
            f"{self.model}\n  Licence: {self.licence}\n"
            f"  Training data: {self.training_data}\n  Intended use: {self.intended_use}"
        )


def terms_of(card: ModelCard, sha256: str) -> LicenceTerms:
    """The terms of weights with this card."""
    return LicenceTerms(
        model=f"{card.name} {card.version}".strip(),
        sha256=sha256,
        licence=card.licence,
        training_data=card.training_data,
        intended_use=card.intended_use,
    )


class AcceptedLicences:
    """Licences accepted on this computer; a damaged file means that they are asked for again.

    What is accepted holds for this run even when it cannot be written. May be read from any
    thread.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        file = read_toml(path)
        self._complaint = file.complaint
        entries = file.entries.get("accepted", [])
        self._entries: tuple[dict[str, Any], ...] = tuple(
            entry
            for entry in (entries if isinstance(entries, list) else ())
            if isinstance(entry, dict) and isinstance(entry.get("key"), str)
        )
        self._keys = frozenset(entry["key"] for entry in self._entries)

    @property
    def complaint(self) -> str | None:
        """What was wrong with the file."""
        return self._complaint

    def open_terms(self, terms: Iterable[LicenceTerms]) -> tuple[LicenceTerms, ...]:
        """Those that must be accepted and are not."""
        return tuple(each for each in terms if each.asks and each.key not in self._keys)

    def is_accepted(self, terms: LicenceTerms) -> bool:
        """Whether the weights may be used."""
        return not self.open_terms((terms,))

    def accept(self, terms: Iterable[LicenceTerms]) -> None:
        """Note that these were read and accepted now; raises NotKept."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        new = [
            {"key": each.key, "model": each.model, "licence": each.licence, "at": now}
            for each in self.open_terms(terms)
        ]
        if not new:
            return
        self._entries = (*self._entries, *new)
        self._keys |= {str(entry["key"]) for entry in new}
        write_toml(self._path, {"accepted": list(self._entries)})
