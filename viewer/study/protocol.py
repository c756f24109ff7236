"""The frozen design of a reader study: who reads what, when, with which questions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import TypeVar

from inference.types import Laterality

FORMAT = 1
"""The protocol format this program writes; it refuses newer ones."""

Found = TypeVar("Found")


def _first(found: Iterator[Found], name: str) -> Found:
    for item in found:
        return item
    raise KeyError(name)


class Phase(Enum):
    """A step of a reading that ends with a locked answer; the value is what tables say."""

    ALONE = "unaided"
    AIDED = "aided"


class Design(Enum):
    """How a reader meets the AI."""

    SEQUENTIAL = "sequential"
    """Alone, locked, then with the AI, in one sitting."""
    CROSSOVER = "crossover"
    """Half of the cases alone and half with the AI, the halves swapped after the washout."""
    ALONE = "alone"
    """Never with the AI."""
    ON_REQUEST = "on request"
    """Alone, locked; then the AI appears only if the reader asks for it."""


class AiLayer(Enum):
    """A part of the AI's result that a phase may show."""

    SALIENCY = "saliency"
    PATCHES = "patches"
    SCORES = "scores"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """A group of readers that meets the AI in the same way."""

    arm_id: str
    design: Design
    washout_days: int = 28
    """Crossover: at least so many days between a reader's two readings of a case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyReader:
    """Who reads; the id is a code, never a name."""

    reader_id: str
    arm_id: str
    experience_years: float | None = None
    group: str = ""
    """For subgroups, such as "breast fellow"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyCase:
    """One exam of the study. Paths and ids stay with the designer; readers see blind numbers."""

    case_id: str
    path: str
    """Files of the exam, relative to the study's folder or absolute."""
    patient: str
    """Clusters cases of one patient; a code."""
    exam_alias: str = ""
    """Which exam of the path, where it holds several: its alias or its id."""
    breasts: tuple[Laterality, ...] = (Laterality.RIGHT, Laterality.LEFT)
    training: bool = False
    """Read first, with feedback; never analysed."""
    attributes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """For subgroups and for blocks, such as density = "c"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StudySession:
    """A sitting, or several, of every reader; sessions follow each other."""

    session_id: str
    cases: tuple[str, ...] = ()
    """Case ids; empty: every case."""
    time_limit_s: float | None = None
    """For each case and phase; None: no limit. When it is over the form says so; nothing is cut."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """What is asked of every breast."""

    pom: bool = True
    birads: bool = False
    recall: bool = False
    recall_threshold_percent: float = 2.0
    """Probability of malignancy above which a breast counts as recalled where recall is not asked
    (facts of the published study: more than 2 %, BI-RADS 4 and higher)."""
    marks: bool = False
    largest_number_of_marks: int = 20
    text: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """What a phase may show beside the images."""

    ai_layers: frozenset[AiLayer] = frozenset(AiLayer)
    hybrid: bool = False
    """Whether the hybrid score is shown after the lock."""
    kinds: tuple[str, ...] = ()
    """Names of image kinds shown (ImageKind values); empty: all."""
    priors: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisPlan:
    """What is computed, fixed beforehand."""

    primary_endpoint: str = "auc"
    """"auc", "sensitivity", "specificity" or "wafroc"."""
    comparison: tuple[str, str] = ("unaided", "aided")
    alpha: float = 0.05
    hybrid_lambda: float = 0.5
    """Weight of the reader in the hybrid."""
    bootstraps: int = 2000
    bootstrap_seed: int = 20200801
    acceptance_radius_mm: float = 15.0
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedParts:
    """SHA-256 of what is sealed apart, hexadecimal; empty while it is not there."""

    truth_sha256: str = ""
    ai_sha256: str = ""
    ai_models: tuple[str, ...] = ()
    """Name, version and hash of each model whose results are sealed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Protocol:
    """A whole design. Read from TOML and checked there; its canonical form is hashed."""

    study_id: str
    title: str
    version: int = 1
    reason: str = ""
    """Why this version differs from the one before; needed from version 2 on."""
    seed: int
    arms: tuple[Arm, ...]
    readers: tuple[StudyReader, ...]
    cases: tuple[StudyCase, ...]
    sessions: tuple[StudySession, ...]
    questions: Questions = field(default_factory=Questions)
    alone: Showing = field(default_factory=lambda: Showing(ai_layers=frozenset()))
    aided: Showing = field(default_factory=Showing)
    planted_repeats: int = 0
    """How many cases every reader reads twice in a session, far apart, to measure agreement."""
    repeat_distance: int = 20
    feedback: bool = True
    """Whether training cases show the truth after the last answer."""
    analysis: AnalysisPlan = field(default_factory=AnalysisPlan)
    sealed: SealedParts = field(default_factory=SealedParts)
    database: str = ""
    """A PostgreSQL URL without password; empty: SQLite in the study's folder."""
    second_copy: str = ""
    """The folder of the journal's second copy; empty: beside the user's program data."""

    def reader(self, reader_id: str) -> StudyReader:
        """The reader with this id; raises KeyError."""
        return _first((r for r in self.readers if r.reader_id == reader_id), reader_id)

    def arm_of(self, reader_id: str) -> Arm:
        """The arm a reader is in; raises KeyError."""
        arm_id = self.reader(reader_id).arm_id
        return _first((a for a in self.arms if a.arm_id == arm_id), arm_id)

    def case(self, case_id: str) -> StudyCase:
        """The case with this id; raises KeyError."""
        return _first((c for c in self.cases if c.case_id == case_id), case_id)

    def session(self, session_id: str) -> StudySession:
        """The session with this id; raises KeyError."""
        return _first((s for s in self.sessions if s.session_id == session_id), session_id)
