"""Makes a study of phantom exams and reads it through the real window, reader after reader.

python tests/flows/read_study.py OUT --exams 20 --readers 2

OUT/study is then a study that was read whole: verify, analyse and report it with `tomolens study`.
The readers see findings with noise; with the AI the second one leans on it more than the first.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

TESTS = Path(__file__).resolve().parents[1]
if str(TESTS) not in sys.path:  # run as a script
    # The sources first: tests/inference would otherwise be taken for the package of that name.
    sys.path[:0] = [str(TESTS.parent), str(TESTS)]

from PySide6.QtWidgets import QApplication  # noqa: E402
from reading_driver import Answers, ReadingDriver, Said  # noqa: E402
from reading_study import a_protocol, make_study, with_training, write_exams  # noqa: E402

from inference.types import Laterality  # noqa: E402
from viewer.domain.hanging import Slot  # noqa: E402
from viewer.session.study_state import Page  # noqa: E402
from viewer.session.study_steps import Step  # noqa: E402
from viewer.study.protocol import Protocol, StudyReader  # noqa: E402
from viewer.ui.theme import apply_theme  # noqa: E402

SIDES = (Laterality.RIGHT, Laterality.LEFT)


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedReader:
    """Sees a breast's truth through noise."""

    reader_id: str
    skill: float
    """How far apart malignant and other breasts look, in standard deviations."""
    trust: float
    """Weight of the AI in the second answer, 0 to 1."""
    seed: int

    def say(self, malignant: Mapping[Laterality, bool]) -> Callable[[Mapping], Answers]:
        """Answers for a case; called with the AI's percentages, empty while it is hidden."""
        seeds = np.random.default_rng([self.seed, *(int(malignant[s]) for s in SIDES)])
        own = {
            side: _percent(seeds.normal(self.skill * malignant[side] - 2.6, 1.0)) for side in SIDES
        }

        def answers(ai: Mapping[Laterality, Mapping[str, float]]) -> Answers:
            said = {}
            for side in SIDES:
                percent = own[side]
                scores = list(ai.get(side, {}).values())
                if scores:
                    percent = (1 - self.trust) * percent + self.trust * scores[-1]
                said[side] = _said(percent)
            return said

        return answers


def read_whole_study(
    folder: Path,
    *,
    exams: int,
    readers: int = 2,
    training: int = 1,
    slices: int = 4,
    rows: int = 256,
    own_keeper_process: bool = False,
    tell: Callable[[str], None] = lambda line: None,
) -> Path:
    """Make exams and study under a folder and read every session; returns the study's folder."""
    exam_folder = write_exams(folder / "exams", exams=exams + training, slices=slices, rows=rows)
    simulated = [
        SimulatedReader(reader_id=f"r{n}", skill=1.2 + 0.3 * n, trust=0.25 * n, seed=n)
        for n in range(1, readers + 1)
    ]
    protocol = with_training(a_protocol(exam_folder), training)
    protocol = replace(
        protocol,
        title=f"{exams} phantom exams",
        readers=tuple(
            StudyReader(reader_id=r.reader_id, arm_id="a", experience_years=4.0 * n)
            for n, r in enumerate(simulated, start=1)
        ),
    )
    study = make_study(folder / "study", protocol, exam_folder).path
    truth = malignant_breasts(exam_folder, protocol)
    for reader in simulated:
        driver = ReadingDriver(
            study, reader.reader_id, folder / "home", own_keeper_process=own_keeper_process
        )
        read_session(driver, reader, truth, tell)
        driver.close()
    return study


def read_session(
    driver: ReadingDriver,
    reader: SimulatedReader,
    truth: Mapping[str, Mapping[Laterality, bool]],
    tell: Callable[[str], None],
) -> None:
    """Read one session to its end: scroll, mark what looks malignant, answer, submit, go on."""
    driver.begin()
    while driver.state.page is not Page.FINISHED:
        if driver.state.page is Page.GATE:
            driver.program.page.choose_first()
            driver.wait_for_step()
            continue
        planned = driver.state.planned
        say = replace(reader, seed=reader.seed * 1000 + planned.key.order_index).say(
            truth[planned.case_id]
        )
        while driver.state.step is Step.ANSWER:
            _read_phase(driver, say(driver.state.ai_percent))
        tell(f"{reader.reader_id} {planned.alias} {driver.state.progress.words}")
        driver.go_on()


def malignant_breasts(exams: Path, protocol: Protocol) -> Mapping[str, Mapping[Laterality, bool]]:
    """Which breasts of each case hold a malignancy, from the phantoms' table."""
    with (exams / "truth.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["class"] == "malignant"]
    return {
        case.case_id: {
            side: any(
                row["exam"] == Path(case.path).name and row["view"].startswith(side.value)
                for row in rows
            )
            for side in SIDES
        }
        for case in protocol.cases
    }


def _read_phase(driver: ReadingDriver, answers: Answers) -> None:
    driver.wait_for_images()
    driver.answer(answers)
    suspicious = [side for side in SIDES if float(answers[side].pom) > 10]
    if suspicious and not driver.state.form.marks:
        slot = Slot.RCC if suspicious[0] is Laterality.RIGHT else Slot.LCC
        image = driver.session.image_in(slot)
        driver.mark(slot, image.rows / 2, image.columns / 2)
    driver.go_on()


def _percent(logit: float) -> float:
    return float(100.0 / (1.0 + np.exp(-logit)))


def _said(percent: float) -> Said:
    # The same key again goes on from 4A to 4B and 4C: begin with another one.
    limits = ((2.0, "2"), (10.0, "14"), (50.0, "144"), (95.0, "1444"))
    keys = next((keys for limit, keys in limits if percent <= limit), "5")
    return Said(pom=f"{percent:.1f}", birads=keys, recall="Y" if percent > 2.0 else "N")


def main() -> None:
    """The script."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--exams", type=int, default=20)
    parser.add_argument("--readers", type=int, default=2)
    parser.add_argument("--training", type=int, default=1)
    parser.add_argument("--slices", type=int, default=8)
    parser.add_argument("--rows", type=int, default=512)
    parser.add_argument("--keeper-here", action="store_true", help="no keeper process: faster")
    options = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication([])
    apply_theme(application)
    study = read_whole_study(
        options.out,
        exams=options.exams,
        readers=options.readers,
        training=options.training,
        slices=options.slices,
        rows=options.rows,
        own_keeper_process=not options.keeper_here,
        tell=lambda line: print(line, flush=True),  # noqa: T201
    )
    print(f"read: {study}; journal copies in {options.out / 'home'}")  # noqa: T201


if __name__ == "__main__":
    main()
