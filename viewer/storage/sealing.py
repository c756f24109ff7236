"""Items that nobody reads before their time: encrypted files, each with a key of its own.

AES-256-GCM: an item that was changed, cut, renamed or copied over another is recognised. What
the seals can and cannot keep out is said in viewer/storage/key_ring.py.

An item's size says little: contents are padded, else the truth of a case with lesions would be
told from that of a normal one by the size of its file.

A study's items are `truth` (the whole table), `truth-CASE` (of a training case, for feedback)
and `ai-CASE`. Each content carries random bytes, so that its published SHA-256 says nothing
about it.
"""

from __future__ import annotations

import hashlib
import secrets
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from viewer.storage.journal_words import drive_problem
from viewer.storage.key_ring import KEY_BYTES, KeyRing
from viewer.storage.private_file import write_shared
from viewer.storage.seal_list import SealList, read_seal_list, write_seal_list
from viewer.study.check_ids import is_id
from viewer.study.errors import Sealed, StudyError

TRUTH = "truth"
_MAGIC = b"TOMOSEAL1\n"
_NONCE_BYTES = 12
_LENGTH = struct.Struct("<Q")
_LEAST_BYTES = 1 << 16
_SUFFIX = ".sealed"


def truth_item(case_id: str) -> str:
    """The item with the truth of one training case."""
    return f"truth-{case_id}"


def ai_item(case_id: str) -> str:
    """The item with the AI's result of one case."""
    return f"ai-{case_id}"


def is_truth(name: str) -> bool:
    """Whether an item holds truth."""
    return name == TRUTH or name.startswith("truth-")


def is_ai(name: str) -> bool:
    """Whether an item holds a result of the AI."""
    return name.startswith("ai-")


@dataclass(frozen=True, slots=True)
class SealedItems:
    """The sealed items of one study.

    folder: StudyFolder.sealed. Methods raise Sealed when the key is withheld or does not fit,
    StudyError for everything else.
    """

    folder: Path
    keys: KeyRing

    def seal(self, name: str, content: bytes) -> str:
        """Encrypt and keep an item, replacing one of that name; returns the content's SHA-256."""
        key = self.keys.key(name)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if key is None:
                # The key is kept first: a crash leaves a key without an item, never the reverse.
                key = secrets.token_bytes(KEY_BYTES)
                self.keys.keep(name, key)
            write_shared(self._path(name), encrypted(name, content, key))
        except OSError as error:
            reason, hint = drive_problem(error)
            raise StudyError(f"the item {name} could not be sealed: {reason}", hint) from error
        sha256 = hashlib.sha256(content).hexdigest()
        self._list(self.seals().with_item(name, sha256))
        return sha256

    def open(self, name: str) -> bytes:
        """The content of an item, checked against the list of seals."""
        try:
            sealed = self._path(name).read_bytes()
        except FileNotFoundError as error:
            raise Sealed(
                f"nothing is sealed as {name}",
                "the study's designer seals it with: tomolens study seal STUDY",
            ) from error
        except OSError as error:
            raise StudyError(f"the item {name} cannot be read: {error.strerror}") from error
        key = self.keys.key(name)
        if key is None:
            raise Sealed(f"there is no key for {name}", "the keys belong beside the sealed items")
        content = decrypted(name, sealed, key)
        expected = self.seals().items.get(name)
        if expected != hashlib.sha256(content).hexdigest():
            raise Sealed(
                f"the item {name} is not the one in the list of seals",
                "an older or a foreign item was put in its place; restore the study's folder",
            )
        return content

    def names(self) -> tuple[str, ...]:
        """The items in the list of seals whose files are there."""
        return tuple(name for name in self.seals().items if self._path(name).is_file())

    def drop(self, names: Iterable[str]) -> None:
        """Remove items and take them from the list."""
        seals = self.seals()
        for name in names:
            try:
                self._path(name).unlink(missing_ok=True)
            except OSError as error:
                reason, hint = drive_problem(error)
                raise StudyError(f"the item {name} stays: {reason}", hint) from error
            seals = seals.without_item(name)
        self._list(seals)

    def seals(self) -> SealList:
        """Which items are sealed, and the SHA-256 of each content."""
        return read_seal_list(self.folder)

    def _list(self, seals: SealList) -> None:
        write_seal_list(self.folder, seals)

    def _path(self, name: str) -> Path:
        if name != TRUTH and not is_id(name.removeprefix("truth-").removeprefix("ai-")):
            raise StudyError(f'"{name:.80}" is no name of an item')
        return self.folder / f"{name}{_SUFFIX}"


def encrypted(name: str, content: bytes, key: bytes) -> bytes:
    """The bytes of a sealed file; the name is bound to them."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return _MAGIC + nonce + AESGCM(key).encrypt(nonce, _padded(content), _bound(name))


def decrypted(name: str, sealed: bytes, key: bytes) -> bytes:
    """The content of a sealed file; raises Sealed when it is not what was sealed."""
    if not sealed.startswith(_MAGIC):
        raise Sealed(
            f"the item {name} is not a sealed file this version of Tomolens knows",
            "restore it from the designer's copy of the study, or install a newer version",
        )
    start = len(_MAGIC) + _NONCE_BYTES
    try:
        padded = AESGCM(key).decrypt(sealed[len(_MAGIC) : start], sealed[start:], _bound(name))
    except (InvalidTag, ValueError) as error:
        raise Sealed(
            f"the item {name} was changed, or its key is another one's",
            "restore the sealed items and their keys from the designer's copy of the study",
        ) from error
    (length,) = _LENGTH.unpack_from(padded)
    return padded[_LENGTH.size : _LENGTH.size + length]


def _padded(content: bytes) -> bytes:
    """The content behind its length, filled up to the next power of two."""
    needed = _LENGTH.size + len(content)
    size = max(_LEAST_BYTES, 1 << (needed - 1).bit_length())
    return _LENGTH.pack(len(content)) + content + bytes(size - needed)


def _bound(name: str) -> bytes:
    return _MAGIC + name.encode("utf-8")
