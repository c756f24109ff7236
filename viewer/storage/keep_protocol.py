"""Protocol files written: a new one never over another, a changed one whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from inference.atomic_file import write_atomically
from viewer.storage.study_folder import StudyFolder, read_protocol_text
from viewer.study.errors import StudyError
from viewer.study.protocol import Protocol, SealedParts
from viewer.study.write_protocol import protocol_toml, with_sealed


def create_protocol(folder: StudyFolder, protocol: Protocol) -> Path:
    """Write the protocol of a new study, and make its folder; returns the file.

    Raises StudyError when there is one already, or when it cannot be written.
    """
    path = folder.protocol_file
    content = _content(protocol)
    if path.exists():
        raise StudyError(
            f"{path} is there already", "choose another folder: a protocol is never overwritten"
        )
    try:
        folder.path.mkdir(parents=True, exist_ok=True)
        _write_new(path, content)
    except FileExistsError as error:
        raise StudyError(f"{path} is in the way", "choose another folder") from error
    except OSError as error:
        raise _not_written(path, error) from error
    return path


def replace_protocol(folder: StudyFolder, protocol: Protocol) -> None:
    """Write a changed protocol over the one there; raises StudyError when that fails.

    Whether the change may be used is change_of_protocol's to say.
    """
    _replace(folder.protocol_file, _content(protocol))


def keep_sealed(folder: StudyFolder, sealed: SealedParts) -> None:
    """Write what was sealed into the protocol file; its other lines stay as they are written.

    Raises ProtocolError when the file cannot be read, StudyError when it cannot be written.
    """
    text = with_sealed(read_protocol_text(folder), sealed)
    _replace(folder.protocol_file, text.encode("utf-8"))


def _replace(path: Path, content: bytes) -> None:
    try:
        write_atomically(path, content)
    except OSError as error:
        raise _not_written(path, error) from error


def _write_new(path: Path, content: bytes) -> None:
    """Write a file that must not exist; nothing half-written is left."""
    with path.open("xb") as file:
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        except BaseException:
            path.unlink(missing_ok=True)
            raise


def _content(protocol: Protocol) -> bytes:
    try:
        return protocol_toml(protocol).encode("utf-8")
    except ValueError as error:
        raise StudyError(
            "a file name of a case has letters that no text can hold", "rename the file or folder"
        ) from error


def _not_written(path: Path, error: OSError) -> StudyError:
    reason = error.strerror or str(error)
    return StudyError(f"{path} was not written: {reason}", "choose another folder, or free space")
