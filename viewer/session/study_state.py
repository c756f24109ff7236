"""The state of a reading session as its window shows it; observable, without Qt."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from enum import Enum
from types import MappingProxyType
from typing import ClassVar

from psygnal import Signal

from inference.types import Laterality
from viewer.session.study_form import StudyForm
from viewer.session.study_steps import Progress, Step
from viewer.study.planned_reading import PlannedReading
from viewer.study.protocol import Phase


class Page(Enum):
    """What fills the window."""

    START = "start"
    LOADING = "loading"
    READING = "reading"
    TROUBLE = "trouble"
    """The case cannot be shown."""
    GATE = "gate"
    """Between training and study."""
    PAUSED = "paused"
    FINISHED = "finished"


class Saving(Enum):
    """Whether what was said is durable; the value is what the screen says."""

    NOTHING = ""
    DRAFT = "Draft kept"
    """The form as it stands comes back after a crash; it is no answer yet."""
    SAVING = "Saving…"
    SAVED = "Saved"
    FAILED = "Not saved"


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyState:
    """Replaced, never edited."""

    page: Page = Page.START
    planned: PlannedReading | None = None
    progress: Progress | None = None
    phase: Phase | None = None
    """Whose form is on screen."""
    step: Step | None = None
    form: StudyForm | None = None
    ai_percent: Mapping[Laterality, Mapping[str, float]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    """Malignancy scores of the AI by breast and model, per cent; empty while it is hidden."""
    ai_is_shown: bool = False
    ai_problem: str = ""
    """Why the AI or the truth that should be shown now cannot be; empty when it can."""
    truth: Mapping[Laterality, str] | None = None
    """What is known of each breast, after a training case; None while it is hidden."""
    submitting: bool = False
    """A submit waits to be durable; its form is closed from now on."""
    saving: Saving = Saving.NOTHING
    save_problem: str = ""
    unsaved: int = 0
    """Records that wait to be written."""
    time_is_over: bool = False
    trouble: str = ""
    head: str = ""
    """The hash the session ended with."""

    @property
    def can_answer(self) -> bool:
        """Whether the form takes answers."""
        return (
            self.page is Page.READING
            and self.form is not None
            and self.step is Step.ANSWER
            and not self.submitting
        )

    @property
    def can_submit(self) -> bool:
        """Whether the form can be submitted."""
        return self.can_answer and self.form is not None and not self.form.missing

    @property
    def can_go_on(self) -> bool:
        """Whether the next case may come: everything of this one is durable."""
        done = self.step is Step.GO_ON and self.saving is not Saving.FAILED
        return self.page is Page.READING and (done or self.can_ask_for_ai)

    @property
    def can_fetch_again(self) -> bool:
        """Whether what should be shown now can be asked for once more."""
        return bool(self.ai_problem)

    @property
    def can_ask_for_ai(self) -> bool:
        """Whether the reader may ask for the AI, or leave it."""
        offered = self.step is Step.OFFER_AI and not self.submitting
        return self.page is Page.READING and offered


Transition = Callable[[StudyState], StudyState]


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyChange:
    """One step of the state."""

    old: StudyState
    new: StudyState

    def touches(self, *names: str) -> bool:
        """Whether any of these fields differs."""
        return any(getattr(self.old, name) != getattr(self.new, name) for name in names)


class StudySession:
    """The one place the state of a reading session lives; belongs to the GUI thread."""

    changed: ClassVar[Signal] = Signal(StudyChange)

    def __init__(self, state: StudyState | None = None) -> None:
        self._state = state or StudyState()

    @property
    def state(self) -> StudyState:
        """The newest state."""
        return self._state

    def apply(self, transition: Transition) -> None:
        """Replace the state, and tell the listeners."""
        old, new = self._state, transition(self._state)
        if all(getattr(old, f.name) is getattr(new, f.name) for f in fields(old)):
            return
        self._state = new
        self.changed.emit(StudyChange(old=old, new=new))

    def set(self, **changes: object) -> None:
        """Replace some fields."""
        self.apply(lambda state: replace(state, **changes))  # type: ignore[arg-type]

    def set_form(self, change: Callable[[StudyForm], StudyForm]) -> None:
        """Change the form while it takes answers."""
        form = self._state.form
        if form is not None and self._state.can_answer:
            self.apply(lambda state: replace(state, form=change(form)))
