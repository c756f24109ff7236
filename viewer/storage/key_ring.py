"""The keys of sealed items: in a file beside them, or on the study's server."""

from __future__ import annotations

import base64
import binascii
import json
from pathlib import Path
from typing import Protocol

from viewer.storage.journal_words import drive_problem
from viewer.storage.private_file import write_private
from viewer.study.errors import Sealed, StudyError

KEY_BYTES = 32
_FORMAT = 1


class KeyRing(Protocol):
    """One key for each item; an item keeps its key when it is sealed anew."""

    def key(self, name: str) -> bytes | None:
        """The key of an item; None when it has none.

        Raises Sealed when this user may not have it now, StudyError when it cannot be read.
        """

    def keep(self, name: str, key: bytes) -> None:
        """Keep a key, durably, before anything is sealed with it; raises StudyError."""


class FileKeyRing:
    """Keys in a JSON file of mode 0600.

    Whoever may read this file can open every seal of the study: where readers share an account
    or a folder with the designer, the seals keep the program and honest eyes out, not an
    intruder. For more, keep the study on PostgreSQL (viewer/storage/postgres_keys.py), where
    readers cannot read the keys, or give readers a copy of the study without the keys.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def key(self, name: str) -> bytes | None:
        """The key of an item; None when it has none. Raises StudyError."""
        text = self._read().get(name)
        return None if text is None else decoded_key(text)

    def keep(self, name: str, key: bytes) -> None:
        """Add or replace a key; raises StudyError."""
        keys = self._read() | {name: encoded_key(key)}
        content = json.dumps({"format": _FORMAT, "keys": keys}, indent=1, sort_keys=True)
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            write_private(self._path, content.encode("ascii"))
        except OSError as error:
            reason, hint = drive_problem(error)
            raise StudyError(f"the keys could not be kept: {reason}", hint) from error

    def _read(self) -> dict[str, str]:
        try:
            content = json.loads(self._path.read_bytes())
            keys = content["keys"]
            if content["format"] != _FORMAT:
                raise ValueError(f"format {content['format']}")
            return {str(name): str(key) for name, key in keys.items()}
        except FileNotFoundError:
            return {}
        except PermissionError as error:
            raise Sealed(
                "this user may not read the keys of the sealed items",
                "ask the study's designer; on PostgreSQL the server hands out what is due",
            ) from error
        except OSError as error:
            raise StudyError(f"the keys cannot be read: {error.strerror or error}") from error
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise StudyError(
                f"the file of keys {self._path.name} is damaged",
                "restore it from the designer's backup; without it sealed items stay closed",
            ) from error


def encoded_key(key: bytes) -> str:
    """A key as text."""
    return base64.b64encode(key).decode("ascii")


def decoded_key(text: str) -> bytes:
    """A key from its text; raises StudyError."""
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise StudyError("a key is damaged") from error
    if len(key) != KEY_BYTES:
        raise StudyError("a key is damaged", "restore the keys from the designer's backup")
    return key
