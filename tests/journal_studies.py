"""Studies in folders, whose journals are closed with them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from viewer.storage.kept_journal import KeptJournal
from viewer.storage.open_journal import open_journal
from viewer.storage.places import Places
from viewer.storage.study_folder import StudyFolder
from viewer.study.protocol import Protocol
from viewer.study.write_protocol import protocol_toml


@dataclass
class Study:
    """A study whose journals are closed at the end of the test."""

    folder: StudyFolder
    protocol: Protocol
    where: Places
    opened: list[KeptJournal] = field(default_factory=list)

    def open(self, **options: object) -> KeptJournal:
        """The study's journal."""
        journal = open_journal(self.folder, self.protocol, where=self.where, **options)  # type: ignore[arg-type]
        self.opened.append(journal)
        return journal

    def close(self) -> None:
        """Close what is open."""
        while self.opened:
            self.opened.pop().close()

    @property
    def second_copy(self) -> Path:
        """The file of the second copy of those who see everything."""
        return self.folder.second_copy(self.protocol, self.where) / (
            f"{self.protocol.study_id}.jsonl"
        )

    @property
    def is_on_server(self) -> bool:
        """Whether it is kept in PostgreSQL."""
        return bool(self.protocol.database)

    def adopt(self, protocol: Protocol) -> None:
        """Put another protocol into the study's folder."""
        self.protocol = protocol
        self.folder.protocol_file.write_text(protocol_toml(protocol), encoding="utf-8")


def make_folder(place: Path, protocol: Protocol) -> Study:
    """A study's folder with its protocol."""
    folder = StudyFolder(place / "study")
    folder.path.mkdir()
    study = Study(folder, protocol, Places(config=place / "config", cache=place / "cache"))
    study.adopt(protocol)
    return study
