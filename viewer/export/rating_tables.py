"""Tables of ratings that other programs read: iMRMC, MRMCaov and OR-DBM, and the wide layout.

Cases are numbered from 1 in the table's order, so that ids of elsewhere stay there; readers and
modalities keep their codes.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from viewer.analysis.case_names import exam_and_side
from viewer.analysis.study_table import StudyTable
from viewer.export.csv_rows import cell, csv_of_cells
from viewer.study.errors import StudyError


def imrmc_text(table: StudyTable) -> str:
    """The .imrmc format of iMRMC and RJafroc: counts, BEGIN DATA:, truth rows, ratings."""
    ratings = table.ratings
    lines = [
        "Tomolens reader study",
        f"N0:{ratings.negatives}",
        f"N1:{ratings.positives}",
        f"NR:{len(ratings.readers)}",
        f"NM:{len(ratings.modalities)}",
        "BEGIN DATA:",
    ]
    lines += [f"truth,{case},truth,{int(truth)}" for case, truth in enumerate(ratings.truth, 1)]
    lines += [
        f"{_plain(reader)},{case},{_plain(modality)},{score!r}"
        for reader, modality, case, score in _readings(table)
    ]
    return "\r\n".join(lines) + "\r\n"


def mrmcaov_text(table: StudyTable) -> str:
    """One row a reading: reader,treatment,case,truth,rating."""
    truth = table.ratings.truth
    return csv_of_cells(
        ("reader", "treatment", "case", "truth", "rating"),
        (
            (reader, modality, case, int(truth[case - 1]), score)
            for reader, modality, case, score in _readings(table)
        ),
    )


def wide_text(table: StudyTable, modality: str) -> str:
    """One row a breast: case_ID,side,label, a column a reader, a column an AI; one modality.

    Raises StudyError when the table has no such modality, or scores that are no probabilities.
    """
    ratings = table.ratings
    if modality not in ratings.modalities:
        raise StudyError(
            f'there is no modality "{modality}"', f"choose one of {', '.join(ratings.modalities)}"
        )
    if not table.is_probability:
        raise StudyError(
            "the wide layout holds probabilities, and these scores are on another scale",
            "use --format mrmcaov or imrmc",
        )
    scores = ratings.scores[ratings.modalities.index(modality)]
    header = ["case_ID", "side", "label"]
    header += [f"{_plain(reader)}_POM" for reader in ratings.readers]
    header += [f"AI_{_plain(model)}_POM" for model in table.ai]
    columns = [*scores, *table.ai.values()]
    numbers: dict[str, int] = {}
    rows = []
    for index, case in enumerate(ratings.cases):
        exam, side = exam_and_side(case)
        number = numbers.setdefault(exam, len(numbers) + 1)
        label = float(ratings.truth[index])
        rows.append([number, side, label, *(_known(column[index]) for column in columns)])
    return csv_of_cells(header, rows)


def _readings(table: StudyTable) -> Iterator[tuple[str, str, int, float]]:
    """Reader, modality, case number and score of every reading that is there."""
    ratings = table.ratings
    for modality, reader, case in np.argwhere(~np.isnan(ratings.scores)):
        score = float(ratings.scores[modality, reader, case])
        yield ratings.readers[reader], ratings.modalities[modality], int(case) + 1, score


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _plain(name: str) -> str:
    """A code without the characters that would break a line."""
    return cell(name.replace(",", " ").replace('"', " "))
