"""Adding weights to the library: read them whole, find or make their card, refuse what is wrong."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomli_w

from inference.errors import WeightsError
from inference.model_card import card_path, published_card, write_card
from viewer.commands.known_models import KnownModel, ReadFile, known_models, read_here
from viewer.storage.model_library import CheckedFile, LibraryError, ModelLibrary
from viewer.storage.model_record import ModelRecord, file_sha256

NOT_STATED = "not stated"


def check_weights(path: Path, card_entries: Mapping[str, Any] | None = None) -> CheckedFile:
    """Load weights once, as a prediction would.

    card_entries: the card of weights that have none; they are checked like a card that was
    written by hand. Raises WeightsError naming the first thing that is wrong.
    """
    if not card_entries:
        return read_weights(path, read_here)
    from inference.checkpoint import load_model

    if card_path(path).is_file():
        raise WeightsError(
            f"{path.name} has a model card beside it, {card_path(path).name}: "
            "leave the card's options out, or change the card."
        )
    with tempfile.TemporaryDirectory() as folder:
        card_file = Path(folder) / card_path(path).name
        card_file.write_bytes(tomli_w.dumps(dict(card_entries)).encode())
        model = load_model(path, card_file=card_file)
    return CheckedFile(
        weights=path.absolute(),
        sha256=model.identity.sha256,
        card=model.card,
        has_card_file=False,
    )


def read_weights(path: Path, read: ReadFile) -> CheckedFile:
    """Read weights with the card that goes with them; read: where that is done.

    Raises WeightsError naming the first thing that is wrong.
    """
    has_card_file = card_path(path).is_file()
    found = read(path.absolute())
    return CheckedFile(
        weights=path.absolute(),
        sha256=found.sha256,
        card=found.card,
        has_card_file=has_card_file,
    )


def refuse_known(path: Path, library: ModelLibrary) -> None:
    """Raise LibraryError for weights that are there already and sound; reads no tensor."""
    try:
        sha256 = file_sha256(path)
    except OSError as error:
        raise WeightsError(f"{path.name} cannot be read: {error.strerror or error}.") from error
    for model in known_models(library):
        if model.sha256 == sha256 and not model.problem:
            raise LibraryError(f"{path.name} is there already: {_where(model)}", "nothing to do")


def add_model(checked: CheckedFile, library: ModelLibrary, *, link: bool = False) -> ModelRecord:
    """Register checked weights; a linked file without a card gets one beside it.

    Raises LibraryError; then nothing was added.
    """
    if not link or checked.has_card_file or _is_told_by_name(checked):
        return library.add(checked, link=link)
    card = card_path(checked.weights)
    try:
        write_card(card, checked.card)
    except OSError as error:
        raise LibraryError(
            f"the card {card.name} could not be written beside the weights: "
            f"{error.strerror or error}",
            "add the weights without --link, so that they are copied with their card",
        ) from error
    try:
        return library.add(checked, link=True)
    except LibraryError:
        card.unlink(missing_ok=True)
        raise


def _is_told_by_name(checked: CheckedFile) -> bool:
    """Whether a published file's name stands for its card."""
    if checked.card.architecture.spec.published is None:
        return False
    try:
        return published_card(checked.weights, checked.card.architecture) == checked.card
    except WeightsError:
        return False


def _where(model: KnownModel) -> str:
    place = "built in" if model.is_built_in else "in the library"
    return f"{model.title}, {place}, {model.short_hash}"
