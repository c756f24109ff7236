"""Small studies on phantom exams, sealed as a designer seals them: real files, a real journal."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from inference.types import (
    Box,
    ClassScores,
    Laterality,
    ModelIdentity,
    Patch,
    Placement,
    Prediction,
)
from viewer.domain.findings import breast_scores
from viewer.domain.image_stack import ImageStack
from viewer.export.phantom_exams import write_phantom_exams
from viewer.loading.find_case import find_case
from viewer.storage.keep_protocol import create_protocol, replace_protocol
from viewer.storage.key_ring import FileKeyRing
from viewer.storage.sealed_ai import SealedAi, ai_to_bytes, model_words, scores_of
from viewer.storage.sealed_truth import truth_to_bytes
from viewer.storage.sealing import TRUTH, SealedItems, ai_item, is_ai, is_truth, truth_item
from viewer.storage.study_folder import StudyFolder
from viewer.study.protocol import (
    Arm,
    Design,
    Protocol,
    Questions,
    SealedParts,
    Showing,
    StudyCase,
    StudyReader,
    StudySession,
)
from viewer.study.truth import TruthEntry

MODEL = ModelIdentity(name="Small", version="1", architecture="gmic", sha256="ab" * 32)
EVERYTHING = Questions(pom=True, birads=True, recall=True, marks=True, text=True)
SIDES = (Laterality.RIGHT, Laterality.LEFT)


def write_exams(folder: Path, *, exams: int, slices: int = 4, rows: int = 256) -> Path:
    """Phantom exams with their table of findings."""
    write_phantom_exams(
        folder, exams=exams, seed=11, slices=slices, rows=rows, columns=round(rows * 0.78)
    )
    return folder


def a_protocol(exams: Path, **changes: object) -> Protocol:
    """Alone, locked, then with the AI; every question; two readers."""
    cases = [
        StudyCase(case_id=f"case{n}", path=str(path), patient=f"p{n}")
        for n, path in enumerate(sorted(p for p in exams.glob("exam_*") if p.is_dir()), start=1)
    ]
    plain = Protocol(
        study_id="small-study",
        title="A small study",
        seed=7,
        arms=(Arm(arm_id="a", design=Design.SEQUENTIAL),),
        readers=(
            StudyReader(reader_id="r1", arm_id="a", experience_years=10.0),
            StudyReader(reader_id="r2", arm_id="a", experience_years=2.0),
        ),
        cases=tuple(cases),
        sessions=(StudySession(session_id="s1"),),
        questions=EVERYTHING,
        aided=Showing(hybrid=True),
    )
    return replace(plain, **changes)


def with_design(protocol: Protocol, design: Design) -> Protocol:
    """The same study in another design."""
    return replace(protocol, arms=(Arm(arm_id="a", design=design),))


def with_training(protocol: Protocol, number: int = 1) -> Protocol:
    """The first cases are for training."""
    cases = [replace(c, training=n < number) for n, c in enumerate(protocol.cases)]
    return replace(protocol, cases=tuple(cases))


def make_study(folder: Path, protocol: Protocol, exams: Path) -> StudyFolder:
    """Write the protocol, and seal truth and results of an AI that knows the phantoms' findings."""
    study = StudyFolder(folder)
    create_protocol(study, protocol)
    items = SealedItems(study.sealed, FileKeyRing(study.keys_file))
    truth = _truth(protocol, exams)
    items.seal(TRUTH, truth_to_bytes(truth))
    for case in protocol.cases:
        of_case = [entry for entry in truth if entry.case_id == case.case_id]
        if case.training:
            items.seal(truth_item(case.case_id), truth_to_bytes(of_case))
        items.seal(ai_item(case.case_id), ai_to_bytes(_result(study, case, of_case)))
    seals = items.seals()
    sealed = SealedParts(
        truth_sha256=seals.sha256_of(is_truth),
        ai_sha256=seals.sha256_of(is_ai),
        ai_models=(f"{model_words(MODEL)} {MODEL.sha256}",),
    )
    replace_protocol(study, replace(protocol, sealed=sealed))
    return study


def _truth(protocol: Protocol, exams: Path) -> list[TruthEntry]:
    with (exams / "truth.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    entries = []
    for case in protocol.cases:
        of_case = [row for row in rows if row["exam"] == Path(case.path).name]
        entries += [_entry(case.case_id, row) for row in of_case]
        for side in case.breasts:
            if not any(row["view"].startswith(side.value) for row in of_case):
                entries.append(
                    TruthEntry(case_id=case.case_id, laterality=side, malignant=False, benign=False)
                )
    return entries


def _entry(case_id: str, row: dict[str, str]) -> TruthEntry:
    malignant = row["class"] == "malignant"
    return TruthEntry(
        case_id=case_id,
        laterality=Laterality(row["view"][0]),
        malignant=malignant,
        benign=not malignant,
        lesion_id=row["lesion"],
        lesion_kind=row["kind"],
        view=row["view"],
        image_kind={"synthetic 2D": "Synthetic 2D"}.get(row["image_kind"], row["image_kind"]),
        slice_index=int(row["slice"]),
        row=float(row["row"]),
        column=float(row["column"]),
        size_mm=float(row["size_mm"]),
    )


def _result(study: StudyFolder, case: StudyCase, truth: Sequence[TruthEntry]) -> SealedAi:
    exam = find_case(case, study.case_path(case.path)).exam
    predictions = {image.image_id: _prediction(image, truth) for image in exam.images}
    breasts = breast_scores(exam.images, predictions)
    return SealedAi(
        case_id=case.case_id,
        models=(MODEL,),
        breasts=tuple(scores_of(b.scores, b.laterality, model_words(MODEL)) for b in breasts),
        predictions=tuple(predictions.items()),
    )


def _prediction(image: ImageStack, truth: Sequence[TruthEntry]) -> Prediction:
    """Salient around the findings of the image."""
    here = [
        entry
        for entry in truth
        if entry.view == image.view.abbreviation and entry.image_kind == image.kind.value
    ]
    malignant = any(entry.malignant for entry in here)
    scores = ClassScores(benign=0.1 + 0.5 * (bool(here) and not malignant), malignant=0.08)
    if malignant:
        scores = replace(scores, malignant=0.81)
    cells = (image.slices, 2, 24, 19)
    saliency = np.zeros(cells, np.float32)
    patches = []
    mirrored = image.view.laterality is Laterality.RIGHT
    for entry in here or [None]:
        row, column, slice_index = image.rows / 2, image.columns / 3, image.slices // 2
        if entry is not None:
            row, column, slice_index = entry.row, entry.column, entry.slice_index
            facing = image.columns - column if mirrored else column
            r, c = int(row / image.rows * cells[2]), int(facing / image.columns * cells[3])
            near = saliency[slice_index, int(entry.malignant)]
            near[max(0, r - 1) : r + 2, max(0, c - 1) : c + 2] = 0.8
        side = image.rows // 8
        patches.append(
            Patch(
                slice_index=slice_index,
                box=Box(
                    top=int(max(0, row - side / 2)),
                    left=int(max(0, column - side / 2)),
                    height=side,
                    width=side,
                ),
                attention=1.0 / max(1, len(here)),
                input_top=0,
                input_left=0,
            )
        )
    return Prediction(
        model=MODEL,
        scores=scores,
        global_scores=scores,
        local_scores=scores,
        saliency=saliency,
        patches=tuple(patches),
        placement=Placement(
            input_rows=image.rows,
            input_columns=image.columns,
            image_rows=image.rows,
            image_columns=image.columns,
            row_offset=0,
            column_offset=0,
            mirrored=mirrored,
        ),
        has_salient_region=bool(here),
        outside_training_views=False,
        seconds=1.0,
        device="cpu",
    )
