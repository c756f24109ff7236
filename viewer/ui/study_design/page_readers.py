"""Who reads, and in which arm."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QWidget

from viewer.study.protocol import StudyReader
from viewer.ui.study_design.design_page import DesignPage
from viewer.ui.study_design.draft import Draft, next_id
from viewer.ui.study_design.record_model import Column
from viewer.ui.study_design.record_table import RecordTable


class ReadersPage(DesignPage):
    """A table of readers; ids are codes, never names."""

    title = "Readers"
    places = (("reader",),)

    def __init__(self, draft: Draft, parent: QWidget | None = None) -> None:
        super().__init__(draft, parent)
        self.add_words(
            "Ids are codes, never names: they stand in every table. Experience and group make "
            "subgroups in the analysis. Fewer than three readers allow no statement about other "
            "readers."
        )
        self.table: RecordTable[StudyReader] = RecordTable(
            (
                Column(
                    key="id",
                    title="Reader",
                    read=lambda reader: reader.reader_id,
                    write=lambda reader, text: replace(reader, reader_id=text),
                    width=140,
                ),
                Column(
                    key="experience_years",
                    title="Experience, years",
                    read=_years,
                    write=_with_years,
                    width=150,
                ),
                Column(
                    key="group",
                    title="Group",
                    read=lambda reader: reader.group,
                    write=lambda reader, text: replace(reader, group=text),
                    tip='For subgroups, such as "breast fellow"',
                    width=220,
                ),
                Column(
                    key="arm",
                    title="Arm",
                    read=lambda reader: reader.arm_id,
                    write=lambda reader, text: replace(reader, arm_id=text),
                    choices=lambda: [arm.arm_id for arm in self.protocol.arms],
                    width=140,
                ),
            ),
            changed=lambda readers: self.set(readers=readers),
            made=self._next_reader,
            noun="reader",
            parent=self.inside,
        )
        self.add_wide(self.table, ("reader",))
        self.start()

    def follow(self) -> None:
        """Show the draft."""
        self.table.show_records(self.protocol.readers, self.draft.problems_at(("reader",)))
        self.table.fit_rows(16)

    def _next_reader(self) -> StudyReader:
        readers = self.protocol.readers
        arms = [arm.arm_id for arm in self.protocol.arms]
        return StudyReader(
            reader_id=next_id("R", {reader.reader_id for reader in readers}),
            arm_id=arms[len(readers) % len(arms)] if arms else "",
        )


def _years(reader: StudyReader) -> str:
    return "" if reader.experience_years is None else f"{reader.experience_years:g}"


def _with_years(reader: StudyReader, text: str) -> StudyReader:
    if not text:
        return replace(reader, experience_years=None)
    try:
        return replace(reader, experience_years=float(text.replace(",", ".")))
    except ValueError as error:
        raise ValueError("Experience is a number of years.") from error
