"""Asks the keeper for a sealed item, in a thread: the window goes on meanwhile."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject

from viewer.commands.keep_seals import Wanted
from viewer.jobs.task import Task, TaskProgress
from viewer.storage.keeper_pipe import refusal, unframed
from viewer.storage.sealed_ai import SealedAi, ai_from_bytes
from viewer.storage.sealed_truth import truth_from_bytes
from viewer.study.errors import Sealed, StudyError
from viewer.study.planned_reading import ReadingKey
from viewer.study.truth import TruthEntry

KEEPER = (sys.executable, "-m", "viewer.cli_study_keeper")
TIME_LIMIT_S = 60.0
_POLL_S = 0.05
if sys.platform == "win32":
    _NO_WINDOW = subprocess.CREATE_NO_WINDOW
else:
    _NO_WINDOW = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AiHanded:
    """The AI's result of the reading's case."""

    result: SealedAi
    item_sha256: str
    """Of the sealed content, for the AI_REVEALED event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TruthHanded:
    """The truth of a training case."""

    entries: tuple[TruthEntry, ...]
    item_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The item is not due, or not sealed; nothing of it is in this process."""

    reason: str
    hint: str = ""


AiOutcome = AiHanded | Refused
TruthOutcome = TruthHanded | Refused


class StudyKeeper:
    """Makes tasks that ask for one item each; connect to a task, then start it.

    A task's `succeeded` carries an outcome, Refused included; `failed` carries a Problem when the
    study cannot be read or the keeper does not answer within the time limit.
    """

    def __init__(
        self,
        study: Path,
        *,
        command: Sequence[str] = KEEPER,
        time_limit_s: float = TIME_LIMIT_S,
        parent: QObject | None = None,
    ) -> None:
        """study: the study's folder. command: the keeper's program."""
        self._study = study
        self._command = tuple(command)
        self._time_limit_s = time_limit_s
        self._parent = parent

    def ai(self, key: ReadingKey) -> Task[AiOutcome]:
        """Ask for the AI's result of a reading's case."""

        def ask(progress: TaskProgress) -> AiOutcome:
            try:
                content = self._ask(key, Wanted.AI, progress)
            except Sealed as refused:
                return Refused(reason=str(refused), hint=refused.hint)
            return AiHanded(result=ai_from_bytes(content), item_sha256=_sha256(content))

        return Task(ask, name="study-keeper", parent=self._parent)

    def truth(self, key: ReadingKey) -> Task[TruthOutcome]:
        """Ask for the truth of a training case."""

        def ask(progress: TaskProgress) -> TruthOutcome:
            try:
                content = self._ask(key, Wanted.TRUTH, progress)
            except Sealed as refused:
                return Refused(reason=str(refused), hint=refused.hint)
            return TruthHanded(entries=truth_from_bytes(content), item_sha256=_sha256(content))

        return Task(ask, name="study-keeper", parent=self._parent)

    def _ask(self, key: ReadingKey, wanted: Wanted, progress: TaskProgress) -> bytes:
        place = (key.reader_id, key.session_id, str(key.order_index))
        command = (*self._command, str(self._study), *place, wanted.value)
        exit_code, answer, errors = _run(command, progress, self._time_limit_s)
        if exit_code != 0:
            raise refusal(exit_code, errors)
        return unframed(answer)


def _run(
    command: Sequence[str], progress: TaskProgress, time_limit_s: float
) -> tuple[int, bytes, bytes]:
    """Run the keeper to its end; raises ScanCancelled when the task was cancelled."""
    give_up = time.monotonic() + time_limit_s
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            creationflags=_NO_WINDOW,
        )
    except OSError as error:
        raise StudyError(f"the keeper could not be started: {error.strerror}") from error
    try:
        while True:
            with suppress(subprocess.TimeoutExpired):
                answer, errors = process.communicate(timeout=_POLL_S)
                return process.returncode, answer, errors
            progress.update(0)
            if time.monotonic() > give_up:
                raise StudyError(
                    f"the keeper did not answer within {time_limit_s:.0f} s",
                    "check that the study's drive or server answers, then try again",
                )
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
