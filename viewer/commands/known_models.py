"""Every model this computer knows: shipped with the program, and in the library."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from inference.architecture import Architecture
from inference.errors import WeightsError
from inference.model_card import ModelCard, card_path, read_card
from viewer.domain.model_use import ModelUse, uses_of
from viewer.storage.accepted_licences import LicenceTerms, terms_of
from viewer.storage.model_library import ModelLibrary
from viewer.storage.model_record import SHORT_LETTERS, ModelRecord, file_sha256

_LEAST_HASH_LETTERS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownModel:
    """One weights file with what is known of it; `problem` says why it is not used."""

    weights: Path
    name: str
    version: str
    architecture: Architecture
    sha256: str
    card: ModelCard | None
    """None when it cannot be read."""
    record: ModelRecord | None
    """None for what the program ships."""
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
    def is_built_in(self) -> bool:
        """Whether the program ships it."""
        return self.record is None

    @property
    def terms(self) -> LicenceTerms | None:
        """What to accept before its first use; None for what the program ships."""
        if self.record is None or self.card is None:
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


def known_models(library: ModelLibrary) -> tuple[KnownModel, ...]:
    """What is built in, then the library in the order of adding; every file is read once."""
    shipped = (_built_in(path) for path in demonstration_weights())
    return (*shipped, *map(of_record, library.read().models))


def of_record(record: ModelRecord) -> KnownModel:
    """A registered model with its card, checked against its files."""
    problem = record.problem()
    card = None
    if not record.card_problem():
        card = record.card()
    return KnownModel(
        weights=record.weights,
        name=record.name,
        version=record.version,
        architecture=record.architecture,
        sha256=record.sha256,
        card=card,
        record=record,
        problem=problem,
    )


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


def _built_in(weights: Path) -> KnownModel:
    try:
        card = read_card(card_path(weights))
        sha256 = file_sha256(weights)
    except OSError as error:
        raise WeightsError(f"{weights.name} cannot be read: {error.strerror or error}.") from error
    return KnownModel(
        weights=weights,
        name=card.name,
        version=card.version,
        architecture=card.architecture,
        sha256=sha256,
        card=card,
        record=None,
    )
