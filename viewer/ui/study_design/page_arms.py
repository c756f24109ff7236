"""How readers meet the AI: arms and their designs."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QWidget

from viewer.study.protocol import Arm, Design
from viewer.ui.study_design.design_page import DesignPage
from viewer.ui.study_design.draft import Draft, next_id
from viewer.ui.study_design.record_model import Column
from viewer.ui.study_design.record_table import RecordTable

_DESIGNS = {
    Design.SEQUENTIAL: "sequential: alone, locked, then with the AI, in one sitting",
    Design.CROSSOVER: "crossover: half alone, half with the AI, swapped after the washout",
    Design.ALONE: "alone: never with the AI",
    Design.ON_REQUEST: "on request: alone, locked; then the AI only if the reader asks",
}
_WORDS = """\
Sequential reading mirrors an AI used as a second reader, is less work and has more power. A
crossover mirrors an AI that is there from the start, needs two sessions and a washout (28 days or
more are usual). Every reader is in one arm."""


class ArmsPage(DesignPage):
    """A table of arms."""

    title = "Arms and design"
    places = (("arm",),)

    def __init__(self, draft: Draft, parent: QWidget | None = None) -> None:
        super().__init__(draft, parent)
        self.add_words(_WORDS)
        self.table: RecordTable[Arm] = RecordTable(
            (
                Column(
                    key="id",
                    title="Arm",
                    read=lambda arm: arm.arm_id,
                    write=lambda arm, text: replace(arm, arm_id=text),
                    width=120,
                ),
                Column(
                    key="washout_days",
                    title="Washout, days",
                    read=lambda arm: (
                        str(arm.washout_days) if arm.design is Design.CROSSOVER else "–"
                    ),
                    write=_with_washout,
                    tip="Crossover: at least so many days between a reader's two readings",
                    width=130,
                ),
                Column(
                    key="design",
                    title="Design",
                    read=lambda arm: _DESIGNS[arm.design],
                    write=_with_design,
                    choices=lambda: list(_DESIGNS.values()),
                    width=480,
                ),
            ),
            changed=self._take,
            made=lambda: Arm(
                arm_id=_next_arm({arm.arm_id for arm in self.protocol.arms}),
                design=Design.SEQUENTIAL,
            ),
            noun="arm",
            parent=self.inside,
        )
        self.add_wide(self.table, ("arm",))
        self.start()

    def follow(self) -> None:
        """Show the draft."""
        self.table.show_records(self.protocol.arms, self.draft.problems_at(("arm",)))
        self.table.fit_rows(10)

    def _take(self, arms: tuple[Arm, ...]) -> None:
        """Take other arms over; readers follow an arm that got another id."""
        before = self.protocol.arms
        readers = self.protocol.readers
        if len(arms) == len(before):
            new_ids = {b.arm_id: a.arm_id for b, a in zip(before, arms, strict=True)}
            readers = tuple(
                replace(reader, arm_id=new_ids.get(reader.arm_id, reader.arm_id))
                for reader in readers
            )
        self.set(arms=arms, readers=readers)


def _next_arm(taken: set[str]) -> str:
    for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ":
        if letter not in taken:
            return letter
    return next_id("A", taken)


def _with_washout(arm: Arm, text: str) -> Arm:
    if arm.design is not Design.CROSSOVER:
        raise ValueError("Only a crossover has a washout.")
    try:
        return replace(arm, washout_days=int(text))
    except ValueError as error:
        raise ValueError("The washout is a whole number of days.") from error


def _with_design(arm: Arm, text: str) -> Arm:
    for design, words in _DESIGNS.items():
        if text in (words, design.value):
            return replace(arm, design=design)
    raise ValueError(f"There is no design {text}.")
