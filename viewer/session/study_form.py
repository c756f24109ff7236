"""The question form of one reading, as data: nothing is answered before the reader answers it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from inference.types import Laterality
from viewer.session.study_marks import DraftMark, draft_of
from viewer.study.answer import BiRads, BreastAnswer, PomSource
from viewer.study.protocol import Questions

BREAST_NAMES: Mapping[Laterality, str] = MappingProxyType(
    {Laterality.RIGHT: "right breast", Laterality.LEFT: "left breast"}
)
POM_OF_BIRADS: Mapping[BiRads, float] = MappingProxyType(
    {
        BiRads.NEGATIVE: 0.0,
        BiRads.BENIGN: 0.0,
        BiRads.PROBABLY_BENIGN: 1.0,
        BiRads.SUSPICIOUS_LOW: 5.0,
        BiRads.SUSPICIOUS_MODERATE: 25.0,
        BiRads.SUSPICIOUS_HIGH: 70.0,
        BiRads.HIGHLY_SUGGESTIVE: 97.0,
    }
)
"""Where a category places the probability of malignancy, per cent; the reader moves it from there.

Inside the likelihoods that the ACR BI-RADS Atlas (5th edition, 2013) gives the categories: 1 and
2 essentially 0 %; 3 over 0 to 2 %; 4A over 2 to 10 %; 4B over 10 to 50 %; 4C over 50 to below
95 %; 5 at least 95 %. Category 0 is incomplete and places nothing.
"""
SMALLEST_POM_STEP = 0.1
"""Per cent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BreastForm:
    """What has been answered of one breast so far; None and empty: not yet."""

    laterality: Laterality
    pom_percent: float | None = None
    pom_source: PomSource | None = None
    birads: BiRads | None = None
    recall: bool | None = None
    marks: tuple[DraftMark, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyForm:
    """The form of one phase."""

    questions: Questions
    breasts: tuple[BreastForm, ...]
    first: tuple[BreastForm, ...] = ()
    """The locked answers alone that this form began with; empty where it began empty."""
    selected_mark: str | None = None

    def breast(self, laterality: Laterality) -> BreastForm:
        """The form of a breast; raises KeyError when it is not asked about."""
        for breast in self.breasts:
            if breast.laterality is laterality:
                return breast
        raise KeyError(laterality)

    @property
    def sides(self) -> tuple[Laterality, ...]:
        """The breasts asked about, in order."""
        return tuple(breast.laterality for breast in self.breasts)

    @property
    def marks(self) -> tuple[DraftMark, ...]:
        """All marks; their position + 1 is their number on screen."""
        return tuple(mark for breast in self.breasts for mark in breast.marks)

    @property
    def missing(self) -> tuple[str, ...]:
        """What must still be answered, as short phrases; empty when it can be submitted."""
        return tuple(words for breast in self.breasts for words in self._missing_of(breast))

    @property
    def answers(self) -> tuple[BreastAnswer, ...]:
        """What is submitted; raises ValueError while something is missing."""
        if self.missing:
            raise ValueError(f"not answered: {', '.join(self.missing)}")
        return tuple(_answer(breast) for breast in self.breasts)

    def is_as_first(self, laterality: Laterality) -> bool:
        """Whether a second answer still equals the first."""
        return self.breast(laterality) in self.first

    def _missing_of(self, breast: BreastForm) -> list[str]:
        name = BREAST_NAMES[breast.laterality]
        asked = (
            (self.questions.pom, breast.pom_percent is None, "probability of malignancy"),
            (self.questions.birads, breast.birads is None, "BI-RADS"),
            (self.questions.recall, breast.recall is None, "recall"),
        )
        missing = [f"{name}: {words}" for is_asked, is_open, words in asked if is_asked and is_open]
        for mark in breast.marks:
            number = self.marks.index(mark) + 1
            if mark.finding is None:
                missing.append(f"mark {number}: class")
            if mark.confidence_percent is None:
                missing.append(f"mark {number}: confidence")
        return missing


def empty_form(questions: Questions, sides: Iterable[Laterality]) -> StudyForm:
    """Nothing answered yet; the right breast first."""
    ordered = sorted(sides, key=lambda side: side is Laterality.LEFT)
    breasts = tuple(BreastForm(laterality=side) for side in ordered)
    return StudyForm(questions=questions, breasts=breasts)


def second_form(questions: Questions, first: Iterable[BreastAnswer]) -> StudyForm:
    """The form of a second answer, set as the first was given."""
    breasts = tuple(form_of(answer) for answer in first)
    return StudyForm(questions=questions, breasts=breasts, first=breasts)


def form_of(answer: BreastAnswer) -> BreastForm:
    """A given answer as a form."""
    return BreastForm(
        laterality=answer.laterality,
        pom_percent=answer.pom_percent,
        pom_source=answer.pom_source,
        birads=answer.birads,
        recall=answer.recall,
        marks=tuple(draft_of(mark) for mark in answer.marks),
        text=answer.text,
    )


def pom_placed(
    form: StudyForm, laterality: Laterality, percent: float, source: PomSource
) -> StudyForm:
    """Place the probability of malignancy, clamped to 0 to 100 and rounded to a tenth."""
    value = round(min(max(percent, 0.0), 100.0), 1)
    return _changed(
        form, laterality, lambda breast: replace(breast, pom_percent=value, pom_source=source)
    )


def birads_chosen(form: StudyForm, laterality: Laterality, category: BiRads) -> StudyForm:
    """Answer the category where it is asked, and place the probability in its band.

    Where the category is a question of its own, a probability that the reader gave otherwise
    stays: the two may differ.
    """
    asked = form.questions
    placed = POM_OF_BIRADS.get(category) if asked.pom else None

    def change(breast: BreastForm) -> BreastForm:
        is_own = breast.pom_source in (PomSource.SLIDER, PomSource.KEYBOARD)
        if asked.birads:
            breast = replace(breast, birads=category)
        if placed is not None and not (asked.birads and is_own):
            breast = replace(breast, pom_percent=placed, pom_source=PomSource.BIRADS)
        return breast

    return _changed(form, laterality, change)


def recall_chosen(form: StudyForm, laterality: Laterality, recall: bool) -> StudyForm:
    """Answer whether the patient is recalled for this breast."""
    return _changed(form, laterality, lambda breast: replace(breast, recall=recall))


def text_written(form: StudyForm, laterality: Laterality, text: str) -> StudyForm:
    """Keep what was written."""
    return _changed(form, laterality, lambda breast: replace(breast, text=text))


def why_no_mark(form: StudyForm) -> str | None:
    """Why no mark can be added; None when one can."""
    if not form.questions.marks:
        return "this study asks for no marks"
    most = form.questions.largest_number_of_marks
    return f"there are {most} marks already" if len(form.marks) >= most else None


def mark_added(form: StudyForm, laterality: Laterality, mark: DraftMark) -> StudyForm:
    """Add a mark and select it."""
    added = _changed(form, laterality, lambda b: replace(b, marks=(*b.marks, mark)))
    return replace(added, selected_mark=mark.mark_id)


def mark_changed(
    form: StudyForm, mark_id: str, change: Callable[[DraftMark], DraftMark]
) -> StudyForm:
    """Change one mark and select it."""
    breasts = tuple(
        replace(b, marks=tuple(change(m) if m.mark_id == mark_id else m for m in b.marks))
        for b in form.breasts
    )
    if breasts == form.breasts:
        return form
    return replace(form, breasts=breasts, selected_mark=mark_id)


def mark_deleted(form: StudyForm, mark_id: str) -> StudyForm:
    """Take a mark away."""
    breasts = tuple(
        replace(b, marks=tuple(m for m in b.marks if m.mark_id != mark_id)) for b in form.breasts
    )
    selected = None if form.selected_mark == mark_id else form.selected_mark
    return replace(form, breasts=breasts, selected_mark=selected)


def mark_selected(form: StudyForm, mark_id: str | None) -> StudyForm:
    """Make a mark the one that keys and the list act on."""
    return form if form.selected_mark == mark_id else replace(form, selected_mark=mark_id)


def mark_stepped(form: StudyForm, by: int) -> StudyForm:
    """Select the next or previous mark, around the end."""
    ids = [mark.mark_id for mark in form.marks]
    if not ids:
        return form
    if form.selected_mark not in ids:
        return mark_selected(form, ids[0] if by > 0 else ids[-1])
    return mark_selected(form, ids[(ids.index(form.selected_mark) + by) % len(ids)])


def hybrid_percent(reader_percent: float, ai_percent: float, reader_weight: float) -> float:
    """The reader's and the AI's probability mixed linearly (papers/001 section 3.4)."""
    return reader_weight * reader_percent + (1.0 - reader_weight) * ai_percent


def _answer(breast: BreastForm) -> BreastAnswer:
    return BreastAnswer(
        laterality=breast.laterality,
        pom_percent=breast.pom_percent,
        pom_source=breast.pom_source,
        birads=breast.birads,
        recall=breast.recall,
        marks=tuple(mark.mark for mark in breast.marks),
        text=breast.text.strip(),
    )


def _changed(
    form: StudyForm, laterality: Laterality, change: Callable[[BreastForm], BreastForm]
) -> StudyForm:
    form.breast(laterality)
    breasts = tuple(change(b) if b.laterality is laterality else b for b in form.breasts)
    return form if breasts == form.breasts else replace(form, breasts=breasts)
