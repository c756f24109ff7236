"""The folder of a study: where its protocol, its events and what is sealed lie."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from viewer.storage.places import Places
from viewer.study.errors import ProtocolError, StudyError
from viewer.study.protocol import Protocol
from viewer.study.read_protocol import PROTOCOL_NAME, parse_protocol

_LARGEST_BYTES = 64 << 20


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
        """The absolute place of a path as the protocol states it; "~/" is the user's home."""
        path = Path(stated)
        return self.path / (path.expanduser() if path.parts[:1] == ("~",) else path)

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


def read_protocol(folder: StudyFolder) -> Protocol:
    """The protocol of a study, checked; raises ProtocolError naming each wrong line."""
    return parse_protocol(read_protocol_text(folder))


def read_protocol_text(folder: StudyFolder) -> str:
    """The protocol file as it is; raises ProtocolError when it cannot be read."""
    path = folder.protocol_file
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise ProtocolError(f"{path.name} is too large to be a protocol")
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError as error:
        raise ProtocolError(
            f"there is no {path.name} in {folder.path}",
            "make a study with `tomolens study new`, or give the folder of one",
        ) from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ProtocolError(
            f"{path.name}, line {line}: not UTF-8 text", "save the file as UTF-8"
        ) from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise ProtocolError(
            f"{path.name} cannot be read: {reason}", "is the folder there, and may you read it?"
        ) from error
