"""The folder of a study: where its protocol, its events and what is sealed lie."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from viewer.storage.places import Places
from viewer.study.errors import StudyError
from viewer.study.protocol import Protocol

PROTOCOL_NAME = "study.toml"


@dataclass(frozen=True, slots=True)
class StudyFolder:
    """Paths of one study; nothing of it needs to exist yet."""

    path: Path

    @classmethod
    def of(cls, path: Path) -> StudyFolder:
        """The study at a folder or at its protocol file.

        Raises StudyError when the path is another file.
        """
        absolute = path.expanduser().absolute()
        if absolute.name == PROTOCOL_NAME and not absolute.is_dir():
            return cls(absolute.parent)
        if absolute.is_file():
            raise StudyError(
                f"{path} is not a study",
                f"give the study's folder or the {PROTOCOL_NAME} in it",
            )
        return cls(absolute)

    @property
    def protocol_file(self) -> Path:
        """The protocol in TOML."""
        return self.path / PROTOCOL_NAME

    @property
    def journal_file(self) -> Path:
        """The events, where the protocol names no database."""
        return self.path / "journal.sqlite"

    @property
    def sealed(self) -> Path:
        """The encrypted truth and AI results, one file an item."""
        return self.path / "sealed"

    @property
    def keys_file(self) -> Path:
        """The keys of the sealed items; readable by its owner only."""
        return self.sealed / "keys.json"

    def case_path(self, stated: str) -> Path:
        """The absolute place of a path as the protocol states it."""
        return self.path / Path(stated).expanduser()

    def second_copy(self, protocol: Protocol, places: Places) -> Path:
        """The folder of the journal's second copy.

        By default it carries a hash of this folder's place, so that two copies of a study on one
        machine never write into the same second copy.
        """
        if protocol.second_copy:
            return self.case_path(protocol.second_copy)
        place = str(self.path.resolve()).encode("utf-8", "surrogatepass")
        digest = hashlib.sha256(place).hexdigest()[:12]
        return places.study_copies / f"{protocol.study_id}-{digest}"
