"""The hanging protocols on disk, offered to the session."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from viewer.domain.hanging_protocol import HangingProtocol
from viewer.errors import Problem, problem_of
from viewer.session.session import Session
from viewer.session.staging import with_protocol, with_protocols
from viewer.storage.hanging_files import (
    StoredHangings,
    delete_hanging,
    read_hangings,
    write_hanging,
)
from viewer.storage.toml_file import NotKept


class Hangings(QObject):
    """Reads, writes and deletes a user's protocols; what hangs follows."""

    not_kept = Signal(Problem)

    def __init__(
        self, *, session: Session, folder: Path, chosen: str, parent: QObject | None = None
    ) -> None:
        """Read what there is; damaged files are set aside and named in `complaints`.

        folder: the user's own files. chosen: the protocol to hang by, by its id.
        """
        super().__init__(parent)
        self._session = session
        self._folder = folder
        stored = self._read(chosen)
        self.complaints = stored.complaints
        self._hang(chosen, 0)
        serving = session.state.protocol
        if serving.protocol_id != chosen:
            gone = f'No hanging is called "{chosen:.40}" any more: "{serving.title}" serves'
            self.complaints = (*self.complaints, gone)

    def save(self, protocol: HangingProtocol) -> None:
        """Keep a protocol as the user's own, and hang by it."""
        try:
            kept_id = write_hanging(self._folder, protocol)
        except NotKept as error:
            self.not_kept.emit(problem_of(error))
            return
        self._read(kept_id)
        self._hang(kept_id, self._session.state.stage_index)

    def delete(self, protocol_id: str) -> None:
        """Delete a user's own protocol; a shipped one of that name serves again."""
        try:
            delete_hanging(self._folder, protocol_id)
        except OSError as error:
            self.not_kept.emit(problem_of(NotKept(self._folder / protocol_id, error)))
            return
        self._read(protocol_id)

    def _read(self, chosen: str) -> StoredHangings:
        stored = read_hangings(self._folder)
        self._session.apply(lambda state: with_protocols(state, stored.protocols, chosen))
        return stored

    def _hang(self, protocol_id: str, stage_index: int) -> None:
        """Hang by a protocol, from a stage on; one that is not there changes nothing."""
        protocols = self._session.state.protocols
        wanted = next((p for p in protocols if p.protocol_id == protocol_id), None)
        if wanted is not None:
            stage = min(stage_index, len(wanted.stages) - 1)
            self._session.apply(lambda state: with_protocol(state, wanted, stage))
