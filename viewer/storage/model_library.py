"""The models of this computer: a folder with an index, copies of weights, and their cards."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from inference.model_card import ModelCard, card_path, write_card
from viewer.storage.file_lock import FileIsHeld, FileLock
from viewer.storage.model_record import (
    FOLDER_LETTERS,
    ModelRecord,
    file_sha256,
    from_entry,
    to_entry,
)
from viewer.storage.toml_file import NotKept, read_toml, write_toml

INDEX = "index.toml"
_LOCK = "index.lock"
_STAGING = ".adding-"
_LOCK_TIMEOUT_S = 10.0


class LibraryError(Exception):
    """The library could not be changed; it is as it was before. `hint` says the way out."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryContents:
    """What is registered, and what was wrong with the index."""

    models: tuple[ModelRecord, ...] = ()
    """In the order they were added."""
    complaints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedFile:
    """Weights that were loaded once without a fault, and may be added."""

    weights: Path
    sha256: str
    card: ModelCard
    has_card_file: bool
    """Whether the card stands beside the weights; if not it came from elsewhere."""


class ModelLibrary:
    """Adds and removes models; several processes may do so, one after the other."""

    def __init__(self, folder: Path) -> None:
        """folder: need not exist; it is made when something is added."""
        self._folder = folder.absolute()

    @property
    def folder(self) -> Path:
        """Where index and copies lie."""
        return self._folder

    def read(self) -> LibraryContents:
        """What is registered; a damaged index is set aside and named, a wrong entry is named."""
        file = read_toml(self._folder / INDEX)
        if file.complaint is not None:
            hint = f"copies of weights are still in {self._folder}: add them again"
            return LibraryContents(complaints=(f"{file.complaint}; {hint}",))
        entries = file.entries.get("model", [])
        if not isinstance(entries, list):
            return LibraryContents(complaints=(f'{INDEX}: "model" must be a list of tables',))
        models: list[ModelRecord] = []
        complaints: list[str] = []
        for number, entry in enumerate(entries, start=1):
            try:
                if not isinstance(entry, dict):
                    raise ValueError("it is no table")
                models.append(from_entry(entry, self._folder))
            except ValueError as error:
                complaints.append(f"{INDEX}: entry {number} is left out: {error}")
        return LibraryContents(models=tuple(models), complaints=tuple(complaints))

    def record_of(self, weights: Path) -> ModelRecord | None:
        """The record of a weights file at this place; None when it is not registered."""
        wanted = weights.absolute()
        return next((m for m in self.read().models if m.weights == wanted), None)

    def add(self, checked: CheckedFile, *, link: bool = False) -> ModelRecord:
        """Register weights: a copy of them with its card, or the file in its place.

        Whatever was registered with the same weights or at the same place is replaced. Either all
        of it is there afterwards or nothing is: raises LibraryError.
        """
        with self._changing() as contents:
            if link:
                made = _record(checked, checked.weights.absolute(), linked=True)
                self._register(made, contents)
                return made
            place = self._place(checked.sha256)
            if checked.weights.absolute().parent == place:
                made = _record(checked, checked.weights.absolute(), linked=False)
                self._register(made, contents)
                return made
            with self._staged(checked) as staging, _in_place_of(place, staging):
                made = _record(checked, place / checked.weights.name, linked=False)
                self._register(made, contents)
            return made

    def remove(self, record: ModelRecord) -> None:
        """Forget a model, and delete its copy; a linked file is left alone. Raises LibraryError."""
        with self._changing() as contents:
            kept = [m for m in contents.models if m.sha256 != record.sha256]
            self._write(kept, contents)
            if not record.linked:
                shutil.rmtree(self._place(record.sha256), ignore_errors=True)

    def _place(self, sha256: str) -> Path:
        return self._folder / sha256[:FOLDER_LETTERS]

    @contextmanager
    def _staged(self, checked: CheckedFile) -> Iterator[Path]:
        """A folder with a checked copy of weights and card; gone afterwards if still there."""
        staging = Path(tempfile.mkdtemp(prefix=_STAGING, dir=self._folder))
        try:
            copy = staging / checked.weights.name
            shutil.copyfile(checked.weights, copy)
            _sync(copy)
            if file_sha256(copy) != checked.sha256:
                raise LibraryError(
                    f"{checked.weights.name} changed while it was copied",
                    "add it again when nothing writes to it",
                )
            if checked.has_card_file:
                shutil.copyfile(card_path(checked.weights), card_path(copy))
                _sync(card_path(copy))
            else:
                write_card(card_path(copy), checked.card)
            yield staging
        finally:
            shutil.rmtree(staging, ignore_errors=True)

    def _register(self, made: ModelRecord, contents: LibraryContents) -> None:
        def is_replaced(model: ModelRecord) -> bool:
            return model.sha256 == made.sha256 or model.weights == made.weights

        self._write([*(m for m in contents.models if not is_replaced(m)), made], contents)
        for model in contents.models:
            if (
                is_replaced(model)
                and not model.linked
                and model.weights.parent != made.weights.parent
            ):
                shutil.rmtree(model.weights.parent, ignore_errors=True)

    def _write(self, models: list[ModelRecord], before: LibraryContents) -> None:
        index = self._folder / INDEX
        if before.complaints and index.is_file():
            # What could not be read would be lost with the next line.
            shutil.copyfile(index, index.with_name(f"{INDEX}.damaged"))
        write_toml(index, {"model": [to_entry(model, self._folder) for model in models]})

    @contextmanager
    def _changing(self) -> Iterator[LibraryContents]:
        """Hold the lock, and say in words why the library cannot be changed."""
        lock = FileLock(self._folder / _LOCK)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            lock.acquire(timeout_s=_LOCK_TIMEOUT_S)
            try:
                for left in self._folder.glob(f"{_STAGING}*"):
                    # Of a program that was ended in the middle: who holds the lock is alone.
                    shutil.rmtree(left, ignore_errors=True)
                yield self.read()
            finally:
                lock.release()
        except FileIsHeld as error:
            raise LibraryError(
                "another program is changing the models of this computer",
                "try again in a moment",
            ) from error
        except (OSError, NotKept) as error:
            raise self._refusal(error) from error

    def _refusal(self, error: OSError | NotKept) -> LibraryError:
        cause = error.__cause__ if isinstance(error, NotKept) else error
        reason = cause.strerror if isinstance(cause, OSError) and cause.strerror else str(error)
        return LibraryError(
            f"the models of this computer could not be changed: {reason}",
            f"they are as they were; free some space or make {self._folder} writable, "
            "or set TOMOLENS_HOME to a folder elsewhere",
        )


def _record(checked: CheckedFile, weights: Path, *, linked: bool) -> ModelRecord:
    card = card_path(weights)
    return ModelRecord(
        weights=weights,
        linked=linked,
        sha256=checked.sha256,
        card_sha256=file_sha256(card) if card.is_file() else "",
        name=checked.card.name,
        version=checked.card.version,
        architecture=checked.card.architecture,
        added=datetime.now(UTC).replace(microsecond=0),
    )


@contextmanager
def _in_place_of(place: Path, staging: Path) -> Iterator[None]:
    """Put a folder where another may be; what was there comes back when the block raises."""
    before = Path(f"{staging}-before")
    if place.exists():
        place.rename(before)
    try:
        staging.rename(place)
        yield
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        if before.exists():
            before.rename(place)
        raise
    shutil.rmtree(before, ignore_errors=True)


def _sync(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
