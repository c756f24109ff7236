"""Areas by subgroup of cases (density, lesion) and of readers (experience)."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from viewer.analysis.results import StudyResults, SubgroupResult
from viewer.ui.analysis.figure_table import Cell, FigureTable, Row
from viewer.ui.analysis.figures import NONE, number
from viewer.ui.analysis.modality_look import modality_words
from viewer.ui.analysis.page import Page


class SubgroupsTab(Page):
    """One table an attribute: mean areas, and each reader's below them."""

    def __init__(self, results: StudyResults, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tables: dict[str, FigureTable] = {}
        attributes = dict.fromkeys(
            (found.attribute, found.of_readers) for found in results.subgroups
        )
        for attribute, of_readers in attributes:
            groups = [
                found
                for found in results.subgroups
                if (found.attribute, found.of_readers) == (attribute, of_readers)
            ]
            self._add_attribute(attribute, of_readers, groups)
        if not attributes:
            self.add_words("These data carry no attributes of cases or readers.")
        else:
            self.add_words(
                "Subgroups are descriptive: small ones vary much, and none is corrected for the "
                "others."
            )

    def _add_attribute(
        self, attribute: str, of_readers: bool, groups: Sequence[SubgroupResult]
    ) -> None:
        modalities = tuple(dict.fromkeys(m for found in groups for m in found.mean_auc))
        readers = tuple(dict.fromkeys(r for found in groups for r in found.readers))
        titles = [f"Mean AUC, {modality_words(m)}" for m in modalities]
        table = FigureTable((attribute, "Cases", "Diseased", "Readers", *titles), self)
        table.show_rows([_mean_row(found, modalities) for found in groups])
        kind = "readers" if of_readers else "cases"
        blocks: list[QWidget] = [table]
        self.tables[attribute] = table
        if readers and not of_readers:
            each = FigureTable(("Reader", *_titles(groups, modalities)), self)
            each.show_rows([_reader_row(reader, groups, modalities) for reader in readers])
            blocks.append(each)
        self.add_block(f"{attribute} ({kind})", *blocks)
        for found in groups:
            if found.refusal:
                self.add_words(f"{attribute} {found.value}: {found.refusal}", is_warning=True)


def _titles(groups: Sequence[SubgroupResult], modalities: Sequence[str]) -> list[str]:
    return [f"{found.value}, {modality_words(m)}" for found in groups for m in modalities]


def _mean_row(found: SubgroupResult, modalities: Sequence[str]) -> Row:
    return (
        Cell(found.value or NONE, is_strong=True),
        Cell(f"{found.cases:,}", found.cases),
        Cell(f"{found.positives:,}", found.positives),
        Cell(str(len(found.readers)), len(found.readers)),
        *(Cell(number(found.mean_auc.get(m)), found.mean_auc.get(m)) for m in modalities),
    )


def _reader_row(reader: str, groups: Sequence[SubgroupResult], modalities: Sequence[str]) -> Row:
    areas = [found.auc.get(m, {}).get(reader) for found in groups for m in modalities]
    return (Cell(reader, is_strong=True), *(Cell(number(area), area) for area in areas))
