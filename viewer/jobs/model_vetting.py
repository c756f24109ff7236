"""Whether weights may be used: they are what was registered, and their licence is accepted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from inference.errors import InferenceError, WeightsError
from inference.model_card import ModelCard
from viewer.commands.known_models import demonstration_weights
from viewer.storage.accepted_licences import AcceptedLicences, LicenceTerms, terms_of
from viewer.storage.model_library import ModelLibrary
from viewer.storage.model_record import ModelRecord


class LicenceNotAccepted(InferenceError):
    """Weights whose licence nobody has accepted on this computer."""

    def __init__(self, terms: Sequence[LicenceTerms]) -> None:
        more = f" and {len(terms) - 1} more" if len(terms) > 1 else ""
        which = f"{terms[0].model}{more}"
        super().__init__(f"licence not accepted; run the AI to read that of {which}")
        self.terms = tuple(terms)


class ModelVetting:
    """Asked before weights are used, in the inference thread; the index is read once."""

    def __init__(self, *, library: ModelLibrary, licences: AcceptedLicences) -> None:
        self._library = library
        self._licences = licences
        self._records: Mapping[Path, ModelRecord] | None = None
        self._shipped = frozenset(path.resolve() for path in demonstration_weights())

    def require_unchanged(self, weights: Path, sha256: str) -> None:
        """Raise WeightsError for a registered model whose files are not what was registered."""
        if self._records is None:
            self._records = {model.weights: model for model in self._library.read().models}
        record = self._records.get(weights.absolute())
        if record is None:
            return
        problem = record.card_problem()
        if record.sha256 != sha256:
            problem = record.problem()
        if problem:
            raise WeightsError(f"{problem}, under Models.")

    def require_accepted(self, models: Sequence[tuple[Path, ModelCard, str]]) -> None:
        """Raise LicenceNotAccepted with all that is open of these weights (path, card, SHA-256)."""
        terms = [
            terms_of(card, sha256)
            for weights, card, sha256 in models
            if weights.resolve() not in self._shipped
        ]
        open_terms = self._licences.open_terms(terms)
        if open_terms:
            raise LicenceNotAccepted(open_terms)
