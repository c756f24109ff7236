"""Seal a study's truth and AI results, and note their hashes in its protocol."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from viewer.commands.model_set import ModelSet
from viewer.commands.predict import RunProgress
from viewer.commands.study_ai import score_case
from viewer.commands.truth_places import place_truth
from viewer.loading.errors import LoadingError
from viewer.loading.find_case import find_case
from viewer.loading.located_exam import LocatedExam
from viewer.loading.read_ai_scores import ScoredBreast
from viewer.storage.open_journal import open_journal
from viewer.storage.open_seals import key_ring_of, open_ai_results
from viewer.storage.places import Places
from viewer.storage.sealed_ai import (
    AiBreast,
    SealedAi,
    ai_from_bytes,
    ai_to_bytes,
    model_words,
    models_in,
    run_name,
)
from viewer.storage.sealed_table import write_sealed_table
from viewer.storage.sealed_truth import truth_to_bytes
from viewer.storage.sealing import TRUTH, SealedItems, ai_item, is_ai, is_truth, truth_item
from viewer.storage.study_folder import StudyFolder
from viewer.study.change_of_protocol import Change, change_of_protocol
from viewer.study.check_truth import breast_words, check_truth, named
from viewer.study.errors import ProtocolError, StudyError
from viewer.study.projection import StudyProjection
from viewer.study.protocol import Protocol, StudyCase
from viewer.study.truth import TruthEntry, malignant_breasts

_PENDING = "being sealed"


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedTruth:
    """What was sealed of the truth."""

    breasts: int
    malignant: int
    lesions: int
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedResults:
    """What was sealed of the AI."""

    scored: int
    kept: int
    """Cases whose results of the same run were there already."""
    problems: tuple[str, ...]
    """Cases that were not sealed, and why."""
    remarks: tuple[str, ...] = ()


def check_may_seal(folder: StudyFolder, protocol: Protocol, *, where: Places | None = None) -> None:
    """Raise ProtocolError once answers were given, unless this is the protocol's next version."""
    if not (protocol.database or folder.journal_file.exists()):
        return
    journal = open_journal(folder, protocol, read_only=True, role="designer", where=where)
    try:
        projection = StudyProjection.of(journal.events())
    finally:
        journal.close()
    changed = replace(protocol, sealed=replace(protocol.sealed, truth_sha256=_PENDING))
    change = change_of_protocol(
        projection.protocols[-1] if projection.protocols else None,
        has_answers=projection.has_answers,
        found=changed,
    )
    if change.change is Change.REFUSED:
        raise ProtocolError(
            "answers were given already: what is sealed cannot change under the same protocol",
            change.hint,
        )


class StudySeals:
    """The designer's work on one study's seals."""

    def __init__(self, folder: StudyFolder, protocol: Protocol) -> None:
        self._folder = folder
        self._protocol = protocol
        self._items = SealedItems(folder.sealed, key_ring_of(folder, protocol))

    def seal_truth(self, entries: Iterable[TruthEntry]) -> SealedTruth:
        """Check the truth against the protocol and the images, and seal it.

        Raises TruthProblem naming every case that does not fit; then nothing is sealed.
        """
        listed = tuple(entries)
        check_truth(listed, self._protocol)
        placed = place_truth(listed, lambda name: self._find(self._protocol.case(name)).exam)
        truth = placed.entries
        self._items.seal(TRUTH, truth_to_bytes(truth))
        training = [case.case_id for case in self._protocol.cases if case.training]
        for case_id in training:
            of_case = [entry for entry in truth if entry.case_id == case_id]
            self._items.seal(truth_item(case_id), truth_to_bytes(of_case))
        self._drop_all_but(is_truth, {TRUTH, *map(truth_item, training)})
        breasts = malignant_breasts(truth)
        return SealedTruth(
            breasts=len(breasts),
            malignant=sum(breasts.values()),
            lesions=len({(entry.breast, entry.lesion_id) for entry in truth if entry.lesion_id}),
            remarks=placed.remarks,
        )

    def seal_scores(self, scores: Iterable[ScoredBreast]) -> SealedResults:
        """Seal scores of an AI that was run elsewhere; raises StudyError naming what is missing."""
        by_case: dict[str, list[ScoredBreast]] = {}
        for score in scores:
            by_case.setdefault(score.case_id, []).append(score)
        _check_scores(by_case, self._protocol)
        cases = self._protocol.cases
        for case in cases:
            result = _result_of(case, by_case[case.case_id])
            self._items.seal(ai_item(case.case_id), ai_to_bytes(result))
        self._drop_all_but(is_ai, {ai_item(case.case_id) for case in cases})
        return SealedResults(scored=len(cases), kept=0, problems=())

    def run_networks(
        self, models: ModelSet, *, progress: RunProgress, again: bool = False
    ) -> SealedResults:
        """Run the networks on every case and seal what they say, case by case.

        Results of the same models that are sealed already are kept unless `again`, so that a run
        that was stopped goes on where it was; those of other models are removed first. A case
        that fails is named and not sealed. Raises what `progress` raises; what is sealed by then
        stays.
        """
        cases = self._protocol.cases
        kinds = self._protocol.aided.kinds
        run = run_name(models.identities, kinds)
        kept = set() if again else {c.case_id for c in cases if self._is_sealed(c, run)}
        self._drop_all_but(is_ai, {ai_item(case_id) for case_id in kept})
        due = [case for case in cases if case.case_id not in kept]
        problems: list[str] = []
        remarks: list[str] = []
        for number, case in enumerate(due, start=1):
            progress.image_started(f"case {case.case_id}", number, len(due))
            try:
                located = self._find(case)
                found = score_case(case, located, models, kinds=kinds, progress=progress.inference)
            except LoadingError as error:
                problems.append(f"case {case.case_id}: {error.message}")
                continue
            problems += [f"case {case.case_id}: {problem}" for problem in found.problems]
            if not found.problems:
                self._items.seal(ai_item(case.case_id), ai_to_bytes(found.result))
                remarks += [f"case {case.case_id}: {note}" for note in found.result.notes]
        sealed = {name for name in self._items.names() if is_ai(name)}
        return SealedResults(
            scored=len(sealed) - len(kept),
            kept=len(kept),
            problems=tuple(problems),
            remarks=tuple(remarks),
        )

    def note_in_protocol(self) -> Protocol:
        """Write the hashes and the models into study.toml; returns the protocol as it is now.

        On a server, where only a designer adopts a protocol, it is adopted at once.
        """
        models = models_in(open_ai_results(self._folder, self._items.keys))
        protocol = write_sealed_table(self._folder, models)
        if protocol.database:
            open_journal(self._folder, protocol, role="designer").close()
        return protocol

    def _is_sealed(self, case: StudyCase, run: str) -> bool:
        """Whether the case's result of this run is there and whole."""
        try:
            content = self._items.open(ai_item(case.case_id))
            known = ai_from_bytes(content, with_predictions=False)
        except StudyError:
            return False
        return known.run == run and {b.laterality for b in known.breasts} >= set(case.breasts)

    def _find(self, case: StudyCase) -> LocatedExam:
        return find_case(case, self._folder.case_path(case.path))

    def _drop_all_but(self, chosen: Callable[[str], bool], kept: set[str]) -> None:
        stale = [name for name in self._items.seals().items if chosen(name) and name not in kept]
        if stale:
            self._items.drop(stale)


def _check_scores(by_case: Mapping[str, Sequence[ScoredBreast]], protocol: Protocol) -> None:
    known = {case.case_id for case in protocol.cases}
    problems = []
    strangers = [name for name in by_case if name not in known]
    if strangers:
        problems.append(f"not in the protocol: {named(strangers)}")
    missing = [
        breast_words((case.case_id, side))
        for case in protocol.cases
        for side in case.breasts
        if side not in {score.laterality for score in by_case.get(case.case_id, ())}
    ]
    if missing:
        problems.append(f"no score for {named(missing)}")
    if problems:
        raise StudyError(
            "the scores do not fit the study:\n  " + "\n  ".join(problems),
            "one row for every breast of every case, with the protocol's case ids",
        )


def _result_of(case: StudyCase, scores: Sequence[ScoredBreast]) -> SealedAi:
    asked = [score for score in scores if score.laterality in case.breasts]
    return SealedAi(
        case_id=case.case_id,
        models=tuple(dict.fromkeys(score.model for score in asked)),
        breasts=tuple(
            AiBreast(
                laterality=score.laterality,
                model=model_words(score.model),
                malignant=score.malignant,
                benign=score.benign,
            )
            for score in asked
        ),
        notes=("scores of an AI that was run elsewhere",),
    )
