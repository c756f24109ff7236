"""Every model this computer knows: shipped with the program, and in the library."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path

from inference.engine.interface import ReadWeights
from inference.engine.local import LocalEngine
from inference.errors import WeightsError
from inference.model_card import ModelCard, card_path, read_card
from viewer.domain.model_use import ModelUse, uses_of
from viewer.storage.accepted_licences import LicenceTerms, terms_of
from viewer.storage.model_library import ModelLibrary
from viewer.storage.model_record import SHORT_LETTERS, ModelRecord, file_sha256

_LEAST_HASH_LETTERS = 6

ReadFile = Callable[[Path], ReadWeights]
"""Reads a weights file whole; raises WeightsError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownModel:
    """One weights file with what is known of it; `problem` says why it is not used."""

    weights: Path
    name: str
    version: str
    network: str
    """Its architecture as cards say it; empty of a file that cannot be read."""
    sha256: str
    """Empty of a file that cannot be read."""
    card: ModelCard | None
    """None when it cannot be read."""
    record: ModelRecord | None = None
    """None of what is not in the library."""
    is_built_in: bool = False
    """Whether the program ships it."""
    problem: str = ""

    @property
    def title(self) -> str:
        """Name and version."""
        return f"{self.name} {self.version}".strip()

    @property
    def short_hash(self) -> str:
        """Enough of the weights' SHA-256 to tell models apart."""
        return self.sha256[:SHORT_LETTERS]

    @property
    def uses(self) -> tuple[ModelUse, ...]:
        """What it serves."""
        return uses_of(self.card) if self.card is not None else ()

    @property
    def terms(self) -> LicenceTerms | None:
        """What to accept before its first use; None for what the program ships."""
        if self.is_built_in or self.card is None:
            return None
        return terms_of(self.card, self.sha256)

    @property
    def size_bytes(self) -> int | None:
        """Of the weights file; None when it is missing."""
        try:
            return self.weights.stat().st_size
        except OSError:
            return None


def demonstration_weights() -> tuple[Path, ...]:
    """The weights the program ships; empty when there are none."""
    folder = Path(str(resources.files("resources"))) / "weights"
    return tuple(sorted(folder.glob("*.safetensors")))


def read_here(weights: Path) -> ReadWeights:
    """Read weights whole in this process, which imports the networks for it."""
    return LocalEngine().read_weights(weights)


def known_models(
    library: ModelLibrary, also: Iterable[Path] = (), *, read: ReadFile = read_here
) -> tuple[KnownModel, ...]:
    """What is built in, then the library in the order of adding; every file is read once.

    also: files in use, which follow when they are none of those. read: reads those without a card.
    Raises WeightsError when what the program ships is damaged.
    """
    known = [
        *map(_built_in, demonstration_weights()),
        *map(of_record, library.read().models),
    ]
    places = {model.weights for model in known}
    return (*known, *(of_file(path, read) for path in dict.fromkeys(also) if path not in places))


def of_record(record: ModelRecord) -> KnownModel:
    """A registered model with its card, checked against its files."""
    return KnownModel(
        weights=record.weights,
        name=record.name,
        version=record.version,
        network=record.architecture.value,
        sha256=record.sha256,
        card=None if record.card_problem() else record.card(),
        record=record,
        problem=record.problem(),
    )


def of_file(weights: Path, read: ReadFile = read_here) -> KnownModel:
    """A file that is not registered; one without a card is loaded to know what it is."""
    try:
        sha256 = file_sha256(weights)
        card = _card_of(weights, read)
    except OSError as error:
        return _unreadable(weights, f"{weights.name}: {error.strerror or error}")
    except WeightsError as error:
        return _unreadable(weights, str(error))
    return _of_card(weights, card, sha256)


def named(models: Iterable[KnownModel], name: str) -> tuple[KnownModel, ...]:
    """The models of a name, a name and version, or the beginning of a hash; may be several."""
    wanted = name.strip().casefold()
    among = tuple(models)
    for said in (_title, _name):
        found = tuple(model for model in among if said(model) == wanted)
        if found:
            return found
    if len(wanted) >= _LEAST_HASH_LETTERS:
        return tuple(model for model in among if model.sha256.startswith(wanted))
    return ()


def nearest_names(models: Iterable[KnownModel], name: str) -> tuple[str, ...]:
    """Names that may have been meant."""
    names = list(dict.fromkeys(model.title for model in models))
    by_case = {each.casefold(): each for each in names}
    wanted = name.casefold()
    holding = [each for each in by_case if wanted in each]
    close = holding or difflib.get_close_matches(wanted, list(by_case), n=3, cutoff=0.4)
    return tuple(by_case[each] for each in close[:3])


def told_apart(models: Sequence[KnownModel]) -> tuple[str, ...]:
    """Titles, with the beginning of the hash where two models carry one name and version."""
    titles = [model.title for model in models]
    return tuple(
        f"{model.title} ({model.short_hash})" if titles.count(model.title) > 1 else model.title
        for model in models
    )


def _title(model: KnownModel) -> str:
    return model.title.casefold()


def _name(model: KnownModel) -> str:
    return model.name.casefold()


def _card_of(weights: Path, read: ReadFile) -> ModelCard:
    card = card_path(weights)
    return read_card(card) if card.is_file() else read(weights).card


def _unreadable(weights: Path, problem: str) -> KnownModel:
    return KnownModel(
        weights=weights,
        name=weights.name,
        version="",
        network="",
        sha256="",
        card=None,
        problem=problem,
    )


def _of_card(weights: Path, card: ModelCard, sha256: str) -> KnownModel:
    return KnownModel(
        weights=weights,
        name=card.name,
        version=card.version,
        network=card.architecture.value,
        sha256=sha256,
        card=card,
    )


def _built_in(weights: Path) -> KnownModel:
    try:
        model = _of_card(weights, read_card(card_path(weights)), file_sha256(weights))
    except OSError as error:
        raise WeightsError(f"{weights.name} cannot be read: {error.strerror or error}.") from error
    return replace(model, is_built_in=True)
