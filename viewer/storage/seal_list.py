"""The list of a study's seals: which items there are, and the SHA-256 of each content.

It is no secret: contents carry random bytes. The protocol's [sealed] table holds a hash of the
list's parts, so that everybody can check that what was opened is what was sealed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from viewer.storage.journal_words import drive_problem
from viewer.storage.private_file import write_shared
from viewer.study.errors import StudyError
from viewer.study.event import canonical

LIST_NAME = "seals.json"
_FORMAT = 1


@dataclass(frozen=True, slots=True)
class SealList:
    """Item -> SHA-256 of its content, hexadecimal; in the order of names."""

    items: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def with_item(self, name: str, sha256: str) -> SealList:
        """The list with one item more, or another content of it."""
        return replace(self, items=_sorted({**self.items, name: sha256}))

    def without_item(self, name: str) -> SealList:
        """The list without an item."""
        return replace(self, items=_sorted({k: v for k, v in self.items.items() if k != name}))

    def sha256_of(self, chosen: Callable[[str], bool]) -> str:
        """One hash for some of the items; empty when there is none of them."""
        part = {name: sha256 for name, sha256 in self.items.items() if chosen(name)}
        return hashlib.sha256(canonical({**part}).encode("ascii")).hexdigest() if part else ""


def read_seal_list(folder: Path) -> SealList:
    """The list in the folder of sealed items, empty when there is none; raises StudyError."""
    try:
        content = json.loads((folder / LIST_NAME).read_bytes())
        if content["format"] != _FORMAT:
            raise ValueError(f"format {content['format']}")
        return SealList(_sorted({str(name): str(sha) for name, sha in content["items"].items()}))
    except FileNotFoundError:
        return SealList()
    except OSError as error:
        raise StudyError(f"the list of seals cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise StudyError(
            f"the list of seals {LIST_NAME} is damaged",
            "restore it from the designer's copy of the study",
        ) from error


def write_seal_list(folder: Path, seals: SealList) -> None:
    """Write the list; raises StudyError."""
    content = json.dumps({"format": _FORMAT, "items": {**seals.items}}, indent=1)
    try:
        write_shared(folder / LIST_NAME, content.encode("ascii"))
    except OSError as error:
        reason, hint = drive_problem(error)
        raise StudyError(f"the list of seals could not be written: {reason}", hint) from error


def _sorted(items: Mapping[str, str]) -> Mapping[str, str]:
    return MappingProxyType(dict(sorted(items.items())))
