"""Truth and AI scores taken out of their seals, for the analysis of a study."""

from __future__ import annotations

from inference.types import ModelIdentity
from viewer.analysis.rows_of_study import ModelScores
from viewer.storage.key_ring import FileKeyRing, KeyRing
from viewer.storage.seal_list import read_seal_list
from viewer.storage.sealed_ai import MEAN_OF_MODELS, SealedAi, ai_from_bytes, model_words, models_in
from viewer.storage.sealed_truth import truth_from_bytes
from viewer.storage.sealing import TRUTH, SealedItems, is_ai, is_truth
from viewer.storage.study_folder import StudyFolder
from viewer.study.errors import Sealed
from viewer.study.protocol import Protocol, SealedParts
from viewer.study.truth import TruthEntry, by_breast


def key_ring_of(folder: StudyFolder, protocol: Protocol) -> KeyRing:
    """The keys of a study for its designer or analyst; raises StudyError."""
    if protocol.database:
        # Only studies on a server need its driver.
        from viewer.storage.postgres_keys import PostgresKeyRing

        return PostgresKeyRing.of(protocol)
    return FileKeyRing(folder.keys_file)


def open_truth(folder: StudyFolder, keys: KeyRing) -> tuple[TruthEntry, ...]:
    """The truth as analyses count it (by_breast), training cases included.

    Raises Sealed when nothing is sealed or it may not be opened, StudyError when it is damaged.
    """
    return by_breast(open_truth_entries(folder, keys))


def open_truth_entries(folder: StudyFolder, keys: KeyRing) -> tuple[TruthEntry, ...]:
    """The truth as it was sealed; raises as open_truth."""
    return truth_from_bytes(SealedItems(folder.sealed, keys).open(TRUTH))


def open_ai_scores(folder: StudyFolder, keys: KeyRing) -> tuple[ModelScores, ...]:
    """Every model's malignancy scores by (case id, laterality); their mean last if several.

    Empty when no result of an AI is sealed. Raises as open_truth.
    """
    results = open_ai_results(folder, keys)
    models = models_in(results)
    scores = [
        ModelScores(
            model=model.name,
            version=_version(model),
            malignant={
                (result.case_id, breast.laterality.value): breast.malignant
                for result in results
                for breast in result.breasts
                if breast.model == model_words(model)
            },
            passes=model.passes,
        )
        for model in models
    ]
    if len(models) > 1:
        scores.append(_mean(results))
    return tuple(scores)


def open_ai_results(folder: StudyFolder, keys: KeyRing) -> tuple[SealedAi, ...]:
    """The sealed results of all cases, without predictions; raises as open_truth."""
    items = SealedItems(folder.sealed, keys)
    return tuple(
        ai_from_bytes(items.open(name), with_predictions=False)
        for name in items.seals().items
        if is_ai(name)
    )


def check_seals(folder: StudyFolder, sealed: SealedParts) -> None:
    """Raise Sealed unless what lies in the folder is what the protocol says was sealed."""
    seals = read_seal_list(folder.sealed)
    for what, chosen, expected in (
        ("truth", is_truth, sealed.truth_sha256),
        ("AI results", is_ai, sealed.ai_sha256),
    ):
        if seals.sha256_of(chosen) != expected:
            raise Sealed(
                f"the sealed {what} are not those of the protocol's [sealed] table",
                "restore the study's folder; the designer seals anew with: tomolens study seal",
            )


def _mean(results: tuple[SealedAi, ...]) -> ModelScores:
    means = {
        (result.case_id, breast.laterality.value): result.malignant(breast.laterality)
        for result in results
        for breast in result.breasts
    }
    known = {side: score for side, score in means.items() if score is not None}
    return ModelScores(model=MEAN_OF_MODELS, version="", malignant=known)


def _version(model: ModelIdentity) -> str:
    """Everything that tells it from another model of the same name."""
    parts = (model.version, model.passes)
    version = ", ".join(part for part in parts if part)
    return f"{version} ({model.sha256[:12]})" if model.sha256 else version
