"""The part of a table that every reader has read in every modality."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from viewer.analysis.study_table import FrocTable, StudyTable
from viewer.study.errors import StudyError

Bools = NDArray[np.bool_]


def complete_cases(table: StudyTable) -> StudyTable:
    """Leave out cases that someone has not read, and say how many.

    Raises StudyError when one class or nothing remains.
    """
    kept: Bools = np.logical_not(np.isnan(table.ratings.scores).any(axis=(0, 1)))
    if kept.all():
        return table
    truth = table.ratings.truth[kept]
    if not truth.any() or truth.all():
        raise StudyError(
            f"only {int(kept.sum())} of {kept.size} cases were read by everybody in every "
            "modality, and not of both classes",
            "analyse all cases: what holds for unbalanced readings is given",
        )
    left_out = int((~kept).sum())
    note = f"{left_out} of {kept.size} cases were left out, because someone has not read them."
    return _chosen(table, kept, note)


def _chosen(table: StudyTable, kept: Bools, note: str) -> StudyTable:
    ratings = table.ratings
    names = np.flatnonzero(kept)
    place = {int(old): new for new, old in enumerate(names)}
    return replace(
        table,
        ratings=replace(
            ratings,
            cases=tuple(ratings.cases[n] for n in names),
            patients=tuple(ratings.patients[n] for n in names),
            truth=ratings.truth[kept],
            scores=ratings.scores[:, :, kept],
        ),
        recall=None if table.recall is None else table.recall[:, :, kept],
        birads=None if table.birads is None else table.birads[:, :, kept],
        active_seconds=None if table.active_seconds is None else table.active_seconds[:, :, kept],
        ai={model: scores[kept] for model, scores in table.ai.items()},
        froc=None if table.froc is None else _froc(table.froc, kept, place),
        case_groups={
            name: tuple(values[n] for n in names) for name, values in table.case_groups.items()
        },
        repeats=tuple(
            (modality, reader, place[case], first, second)
            for modality, reader, case, first, second in table.repeats
            if case in place
        ),
        notes=(*table.notes, note),
    )


def _froc(froc: FrocTable, kept: Bools, place: dict[int, int]) -> FrocTable:
    lesions = kept[froc.lesion_case]
    return replace(
        froc,
        lesion_ratings=froc.lesion_ratings[:, :, lesions],
        lesion_case=np.array([place[int(case)] for case in froc.lesion_case[lesions]], np.intp),
        lesion_weight=froc.lesion_weight[lesions],
        highest_false=froc.highest_false[:, :, kept],
        # All false marks together do not say of which cases they are.
        false_ratings=None,
    )
