"""What sealed items hold: truth and results of the AI, and what analyses are given of them."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from builders import make_image, make_prediction
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.types import Laterality, ModelIdentity
from viewer.storage.key_ring import FileKeyRing
from viewer.storage.open_seals import (
    check_seals,
    open_ai_scores,
    open_truth,
)
from viewer.storage.sealed_ai import (
    MEAN_OF_MODELS,
    AiBreast,
    SealedAi,
    ai_from_bytes,
    ai_to_bytes,
)
from viewer.storage.sealed_truth import truth_from_bytes, truth_to_bytes
from viewer.storage.sealing import SealedItems, ai_item, is_ai, is_truth
from viewer.storage.study_folder import StudyFolder
from viewer.study.errors import Sealed, StudyError
from viewer.study.protocol import SealedParts
from viewer.study.truth import TruthEntry

R, L = Laterality.RIGHT, Laterality.LEFT
MODEL = ModelIdentity(name="gmic", version="1", architecture="gmic", sha256="ab" * 32)
OTHER = ModelIdentity(name="gmic3d", version="2", architecture="gmic3d", sha256="cd" * 32)

_TEXT = st.text(max_size=12)
_NUMBER = st.none() | st.floats(0, 5000, allow_nan=False)
ENTRIES = st.builds(
    TruthEntry,
    case_id=_TEXT,
    laterality=st.sampled_from(Laterality),
    malignant=st.booleans(),
    benign=st.none() | st.booleans(),
    lesion_id=_TEXT,
    lesion_kind=_TEXT,
    view=_TEXT,
    image_kind=_TEXT,
    image_id=_TEXT,
    slice_index=st.none() | st.integers(0, 200),
    row=_NUMBER,
    column=_NUMBER,
    mask_ref=_TEXT,
    weight=_NUMBER,
    size_mm=_NUMBER,
)


@pytest.fixture
def folder(tmp_path: Path) -> StudyFolder:
    return StudyFolder(tmp_path)


@pytest.fixture
def items(folder: StudyFolder) -> SealedItems:
    return SealedItems(folder.sealed, FileKeyRing(folder.keys_file))


def make_result(case_id: str = "1", *models: ModelIdentity, score: float = 0.25) -> SealedAi:
    return SealedAi(
        case_id=case_id,
        models=models,
        breasts=tuple(
            AiBreast(
                laterality=side,
                model=f"{model.name} {model.version}",
                malignant=min(1.0, score * (place + 1)),
                benign=0.5,
            )
            for place, model in enumerate(models)
            for side in (R, L)
        ),
    )


def entry(case_id: str, side: Laterality = R, **fields: object) -> TruthEntry:
    return TruthEntry(case_id=case_id, laterality=side, **{"malignant": False, **fields})  # type: ignore[arg-type]


@settings(max_examples=50)
@given(st.lists(ENTRIES, max_size=4))
def test_truth_comes_out_as_it_went_in(entries: list[TruthEntry]) -> None:
    assert truth_from_bytes(truth_to_bytes(entries)) == tuple(entries)


def test_the_hash_of_the_truth_cannot_be_guessed_by_trying_what_it_may_be() -> None:
    entries = [entry("1", malignant=True)]
    hashes = {hashlib.sha256(truth_to_bytes(entries)).hexdigest() for _ in range(3)}
    assert len(hashes) == 3


@given(st.binary(max_size=60))
def test_bytes_that_are_no_truth_are_said(content: bytes) -> None:
    with pytest.raises(StudyError, match="cannot be understood"):
        truth_from_bytes(content)


@given(st.binary(max_size=80))
def test_bytes_that_are_no_result_are_said(content: bytes) -> None:
    with pytest.raises(StudyError, match="cannot be understood"):
        ai_from_bytes(content)


def test_a_result_comes_out_as_it_went_in_saliency_included() -> None:
    predictions = (
        ("a" * 16, make_prediction(make_image("RCC"))),
        ("b" * 16, make_prediction(make_image("RCC"))),
    )
    result = replace(make_result("1", MODEL), predictions=predictions, notes=("no DBT weights",))
    opened = ai_from_bytes(ai_to_bytes(result))
    assert replace(opened, predictions=()) == replace(result, predictions=())
    for (image_id, found), (expected_id, expected) in zip(
        opened.predictions, predictions, strict=True
    ):
        assert image_id == expected_id
        np.testing.assert_array_equal(found.saliency, expected.saliency)
        assert found.patches == expected.patches
        assert found.scores == expected.scores


def test_a_result_cut_short_is_said() -> None:
    content = ai_to_bytes(
        replace(make_result("1", MODEL), predictions=(("a", make_prediction(make_image("RCC"))),))
    )
    for length in (3, 40, len(content) - 1):
        with pytest.raises(StudyError, match="cannot be understood"):
            ai_from_bytes(content[:length])


def test_the_first_model_of_an_image_is_its_overlay() -> None:
    first, second = make_prediction(make_image("RCC")), make_prediction(make_image("RCC"))
    result = replace(
        make_result("1", MODEL, OTHER), predictions=(("a", first), ("b", second), ("a", second))
    )
    assert result.overlays()["a"] is first
    assert set(result.overlays()) == {"a", "b"}


def test_a_breast_scored_by_several_models_has_their_mean() -> None:
    result = make_result("1", MODEL, OTHER, score=0.25)
    assert result.malignant(R) == 0.375
    assert result.benign(R) == 0.5
    assert make_result("1").malignant(R) is None


@pytest.mark.parametrize("score", [-0.1, 1.5, float("nan")])
def test_a_score_outside_0_to_1_is_refused(score: float) -> None:
    with pytest.raises(ValueError, match="0 to 1"):
        AiBreast(laterality=R, model="m", malignant=score)


def test_analyses_get_each_model_and_the_mean_of_several(
    folder: StudyFolder, items: SealedItems
) -> None:
    items.seal(ai_item("1"), ai_to_bytes(make_result("1", MODEL, OTHER)))
    items.seal(ai_item("2"), ai_to_bytes(make_result("2", MODEL, score=0.75)))
    first, second, mean = open_ai_scores(folder, items.keys)
    assert (first.model, first.version) == ("gmic", "1 (abababababab)")
    assert first.malignant == {
        ("1", "R"): 0.25,
        ("1", "L"): 0.25,
        ("2", "R"): 0.75,
        ("2", "L"): 0.75,
    }
    assert second.malignant == {("1", "R"): 0.5, ("1", "L"): 0.5}
    assert mean.model == MEAN_OF_MODELS
    assert mean.malignant["1", "R"] == 0.375
    assert mean.malignant["2", "R"] == 0.75


def test_without_sealed_results_there_are_no_scores(
    folder: StudyFolder, items: SealedItems
) -> None:
    assert open_ai_scores(folder, items.keys) == ()


def test_the_truth_of_a_breast_is_that_of_its_worst_lesion(
    folder: StudyFolder, items: SealedItems
) -> None:
    items.seal(
        "truth",
        truth_to_bytes(
            [
                entry("1", lesion_id="a", malignant=True, view="RCC", row=3.0, column=4.0),
                entry("1", lesion_id="b", view="RCC"),
                entry("1", L),
                entry("2", lesion_id="c", benign=True),
                entry("2", L, benign=False),
            ]
        ),
    )
    opened = open_truth(folder, items.keys)
    assert [(e.case_id, e.laterality, e.malignant, e.benign, e.lesion_id) for e in opened] == [
        ("1", R, True, True, "a"),
        ("1", L, False, None, ""),
        ("2", R, False, True, "c"),
        ("2", L, False, False, ""),
    ]


def test_seals_that_are_not_the_protocols_are_refused(
    folder: StudyFolder, items: SealedItems
) -> None:
    items.seal("truth", truth_to_bytes([entry("1")]))
    items.seal(ai_item("1"), ai_to_bytes(make_result("1", MODEL)))
    seals = items.seals()
    parts = SealedParts(truth_sha256=seals.sha256_of(is_truth), ai_sha256=seals.sha256_of(is_ai))
    check_seals(folder, parts)
    items.seal("truth", truth_to_bytes([entry("1", malignant=True)]))
    with pytest.raises(Sealed, match="sealed truth are not those"):
        check_seals(folder, parts)
