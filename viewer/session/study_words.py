"""What the pages of a study say: what comes, what is asked, how it goes on."""

from __future__ import annotations

from collections.abc import Sequence

from viewer.study.planned_reading import PlannedReading
from viewer.study.protocol import AiLayer, Phase, Protocol, Questions, Showing

_LAYERS = {
    AiLayer.SALIENCY: "saliency",
    AiLayer.PATCHES: "patches",
    AiLayer.SCORES: "scores",
}


def start_lines(
    protocol: Protocol, session_id: str, plan: Sequence[PlannedReading], finished: int
) -> tuple[str, ...]:
    """What a reader should know before a session."""
    limit = protocol.session(session_id).time_limit_s
    training = sum(planned.training for planned in plan)
    lines = [_cases_words(len(plan) - training, training, feedback=protocol.feedback)]
    if finished:
        lines.append(f"{finished} of {len(plan)} are done; you go on where you stopped.")
    lines.append(design_words(plan, protocol.aided))
    lines.append(questions_words(protocol.questions))
    if limit is not None:
        lines.append(
            f"Time limit: {limit:g} s for each case and phase. When it is over the screen says so; "
            "nothing is cut off."
        )
    lines.append(
        "A submitted answer is locked. Everything is kept as you go: you can pause or close the "
        "window at any time and come back to the same place."
    )
    return tuple(lines)


def design_words(plan: Sequence[PlannedReading], aided: Showing) -> str:
    """How the AI is met."""
    phases = {planned.phases for planned in plan}
    layers = ", ".join(words for layer, words in _LAYERS.items() if layer in aided.ai_layers)
    shown = f" ({layers})" if layers else ""
    if not any(Phase.AIDED in those for those in phases):
        return "You read alone; the AI is not shown."
    if any(planned.ai_on_request for planned in plan):
        return (
            f"You read each case alone. When your answer is locked you may ask for the AI{shown} "
            "and answer a second time, or go on without it."
        )
    if all(len(those) > 1 for those in phases):
        return (
            f"You read each case alone. When your answer is locked the AI appears{shown}, and you "
            "answer a second time; your first answer stays as it is."
        )
    return (
        f"You read some cases alone and some with the AI{shown}; the band above the images says "
        "which."
    )


def questions_words(questions: Questions) -> str:
    """What is asked of each breast."""
    asked = [
        (questions.pom, "the probability of malignancy from 0 to 100 %"),
        (questions.birads, "the BI-RADS category"),
        (questions.recall, "recall or not"),
        (questions.marks, "marks on the images, with class and confidence"),
        (questions.text, "remarks, if you have any"),
    ]
    words = [text for is_asked, text in asked if is_asked]
    return f"For each breast you are asked: {'; '.join(words)}."


def _cases_words(cases: int, training: int, *, feedback: bool) -> str:
    words = "1 case" if cases == 1 else f"{cases} cases"
    if not training:
        return f"{words} in this session."
    first = "1 training case" if training == 1 else f"{training} training cases"
    shown = "; after each you are shown what is known" if feedback else ""
    return f"{first} first{shown}; then {words}."
