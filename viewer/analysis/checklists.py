"""What reporting guidelines ask, answered where a protocol, its events or the results know it.

CLAIM goes by the item numbers of 2020, STARD-AI by those of STARD 2015 which it extends, and
DECIDE-AI by its topics. Items about model development, patients' characteristics, funding and
discussion are the authors'; they are listed as such, so that none is forgotten.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from viewer.analysis.methods_text import design_text
from viewer.analysis.results import StudyResults
from viewer.analysis.study_record import StudyRecord
from viewer.analysis.words import count, listed

AUTHORS = "For the authors."
_CUT = 16


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """One item of a guideline and its answer; `is_answered` says whether the program knew it."""

    item: str
    topic: str
    answer: str

    @property
    def is_answered(self) -> bool:
        """Whether something stands there that the authors need not write."""
        return self.answer != AUTHORS


@dataclass(frozen=True, slots=True)
class Checklist:
    """A guideline with its items."""

    name: str
    items: tuple[ChecklistItem, ...]


def checklists(record: StudyRecord, results: StudyResults) -> tuple[Checklist, ...]:
    """Answer CLAIM, STARD-AI and DECIDE-AI as far as the study's own records reach."""
    known = _Known(record, results)
    return (
        Checklist("CLAIM (2020 numbering)", _answered(_CLAIM, known)),
        Checklist("STARD-AI (STARD 2015 numbering)", _answered(_STARD, known)),
        Checklist("DECIDE-AI (topics)", _answered(_DECIDE, known)),
    )


class _Known:
    """The sentences that several guidelines ask for."""

    def __init__(self, record: StudyRecord, results: StudyResults) -> None:
        self._record = record
        self._protocol = record.protocol
        self._results = results
        self._paragraphs = design_text(record)

    def design(self) -> str:
        designs = listed(tuple(dict.fromkeys(arm.design.value for arm in self._protocol.arms)))
        return f"Multi-reader multi-case reader study; design: {designs}. See Methods."

    def goal(self) -> str:
        plan = self._protocol.analysis
        text = f"Primary endpoint {plan.primary_endpoint}: {' against '.join(plan.comparison)}."
        return f"{text} {plan.text}".strip()

    def deidentified(self) -> str:
        return (
            "Readers saw blind case numbers only; names, dates, descriptions and file names were "
            "not shown, logged or exported."
        )

    def missing(self) -> str:
        record = self._record
        reasons = listed(tuple(dict.fromkeys(e.reason for e in record.excluded)))
        text = (
            f"{count(len(record.excluded), 'reading')} excluded"
            f"{f' ({reasons})' if reasons else ''}, {record.unfinished} not finished. No answer "
            "was imputed."
        )
        refused = len(self._results.refusals)
        return text + (
            f" {count(refused, 'analysis', 'analyses')} not done, with reasons." if refused else ""
        )

    def flow(self) -> str:
        record, results = self._record, self._results
        return (
            f"{record.planned} readings planned, {record.finished} finished, "
            f"{len(record.excluded)} excluded, {record.unfinished} not finished; "
            f"{results.cases} breasts of {results.patients} patients analysed, "
            f"{results.positives} malignant."
        )

    def readers(self) -> str:
        return self._paragraphs[0]

    def training(self) -> str:
        number = sum(case.training for case in self._protocol.cases)
        if not number:
            return "Readers had no training cases in the program."
        shown = "with" if self._protocol.feedback else "without"
        return f"{count(number, 'training case')} before the first reading, {shown} feedback."

    def agreement(self) -> str:
        return "See Agreement: kappa, weighted kappa and ICC, repeats where planted."

    def sample(self) -> str:
        protocol = self._protocol
        cases = sum(not case.training for case in protocol.cases)
        return (
            f"{count(len(protocol.readers), 'reader')} and {count(cases, 'exam')}; the power "
            "calculation is the authors' to give."
        )

    def models(self) -> str:
        sealed = self._protocol.sealed
        return listed(sealed.ai_models) + "." if sealed.ai_models else "No AI was sealed."

    def metrics(self) -> str:
        return (
            "AUC (empirical), average precision, sensitivity and specificity at fixed and matched "
            "operating points, Matthews correlation. See Methods."
        )

    def uncertainty(self) -> str:
        options = self._results.options
        text = "DeLong and Wilson intervals; Obuchowski-Rockette with Hillis' degrees of freedom"
        if options.bootstraps:
            text += f"; {options.bootstraps:,} bootstraps of patients, seed {options.seed}"
        return f"{text}; alpha {options.alpha:g}."

    def explained(self) -> str:
        layers = listed(tuple(sorted(layer.value for layer in self._protocol.aided.ai_layers)))
        return f"Shown with the AI: {layers}." if layers else "No reasons of the AI were shown."

    def accuracy(self) -> str:
        return "See Results: every estimate with its interval."

    def failures(self) -> str:
        return (
            "See Influence of the AI: decisions changed for worse, and how many where the AI was "
            "wrong too."
        )

    def protocol(self) -> str:
        record = self._record
        return (
            f"Protocol {record.protocol.study_id}, version {record.protocol.version}, SHA-256 "
            f"{record.protocol_sha256[:_CUT]}…; frozen at the first answer, stored in the journal."
        )

    def cutoffs(self) -> str:
        questions = self._protocol.questions
        if questions.recall:
            return "Recall as each reader decided it."
        return f"Recall above {questions.recall_threshold_percent:g} %, fixed in the protocol."

    def blinded(self) -> str:
        return (
            "The truth was sealed in another process until after the last answer; no clinical "
            "information was shown."
        )

    def cross_tabulation(self) -> str:
        return "See Operating points: true and false positives and negatives of every reader."

    def subgroups(self) -> str:
        attributes = listed(tuple(dict.fromkeys(s.attribute for s in self._results.subgroups)))
        return f"See Subgroups: {attributes}." if attributes else "No subgroups were recorded."

    def timing(self) -> str:
        return "See Reading time: active time without idle spans, of every reader."

    def exposure(self) -> str:
        record = self._record
        return (
            f"The AI's layers were switched {count(record.ai_toggles, 'time')}, asked for "
            f"{count(record.ai_requests, 'time')}."
        )

    def changes(self) -> str:
        versions = self._record.versions
        if len(versions) < 2:
            return "The protocol was not changed."
        later = listed(
            tuple(f"version {v.version}: {v.reason or 'no reason'}" for v in versions[1:])
        )
        return f"{count(len(versions), 'version')} adopted ({later})."

    def software(self) -> str:
        return f"Tomolens {listed(self._record.app_versions) or 'version not recorded'}."


Answer = Callable[[_Known], str]
_Row = tuple[str, str, Answer | None]

_CLAIM: tuple[_Row, ...] = (
    ("5", "Prospective or retrospective", None),
    ("6", "Study goal", _Known.goal),
    ("7", "Data sources", None),
    ("8", "Eligibility", None),
    ("12", "De-identification", _Known.deidentified),
    ("13", "Missing data", _Known.missing),
    ("14", "Definition of the reference standard", None),
    ("15", "Rationale of the reference standard", None),
    ("16", "Annotators and their qualifications", None),
    ("17", "Annotation tools", _Known.software),
    ("18", "Inter- and intra-reader variability", _Known.agreement),
    ("19", "Sample size", _Known.sample),
    ("22", "Model", _Known.models),
    ("23", "Software", _Known.software),
    ("25", "Training of the model", None),
    ("28", "Metrics", _Known.metrics),
    ("29", "Significance and uncertainty", _Known.uncertainty),
    ("30", "Robustness", _Known.subgroups),
    ("31", "Explainability", _Known.explained),
    ("33", "Flow of cases", _Known.flow),
    ("34", "Demographics", None),
    ("36", "Accuracy with precision", _Known.accuracy),
    ("37", "Failure analysis", _Known.failures),
    ("38", "Limitations", None),
    ("40", "Registration", None),
    ("41", "Where the protocol is", _Known.protocol),
    ("42", "Funding", None),
)

_STARD: tuple[_Row, ...] = (
    ("4", "Objectives", _Known.goal),
    ("5", "Study design", _Known.design),
    ("6 to 9", "Participants and their selection", None),
    ("10a", "Index test", _Known.models),
    ("10b", "Reference standard", None),
    ("12a", "Cut-offs of the index test", _Known.cutoffs),
    ("13a", "What readers knew", _Known.blinded),
    ("13b", "What assessors of the truth knew", None),
    ("14", "Methods of comparison", _Known.uncertainty),
    ("16", "Missing data", _Known.missing),
    ("17", "Variability", _Known.subgroups),
    ("18", "Sample size", _Known.sample),
    ("19", "Flow", _Known.flow),
    ("20", "Baseline characteristics", None),
    ("23", "Cross tabulation", _Known.cross_tabulation),
    ("24", "Accuracy with precision", _Known.accuracy),
    ("26", "Limitations, bias", None),
    ("28", "Registration", None),
    ("29", "Protocol", _Known.protocol),
    ("30", "Funding", None),
    ("AI", "Version of the AI and of the software", _Known.models),
    ("AI", "Fairness across groups", _Known.subgroups),
)

_DECIDE: tuple[_Row, ...] = (
    ("", "Intended use", None),
    ("", "Users: recruitment and experience", _Known.readers),
    ("", "Users: familiarisation", _Known.training),
    ("", "AI system and version", _Known.models),
    ("", "What users saw of it", _Known.explained),
    ("", "Setting and workflow", _Known.design),
    ("", "Outcomes", _Known.goal),
    ("", "Exposure to the AI", _Known.exposure),
    ("", "Human and AI: changed decisions", _Known.failures),
    ("", "Human factors: time", _Known.timing),
    ("", "Changes of system or protocol", _Known.changes),
    ("", "Safety and errors", _Known.failures),
    ("", "Subgroups", _Known.subgroups),
    ("", "Ethics", None),
)


def _answered(rows: tuple[_Row, ...], known: _Known) -> tuple[ChecklistItem, ...]:
    return tuple(
        ChecklistItem(item, topic, AUTHORS if answer is None else answer(known))
        for item, topic, answer in rows
    )
