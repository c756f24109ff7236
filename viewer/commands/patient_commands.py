"""Commands on the studies of a patient and on where their images hang."""

from __future__ import annotations

from viewer.commands.command import Command, Context, Group, transition
from viewer.commands.reasons import without_exam
from viewer.session.patient import patient_parted, related


def _nobody_in_doubt(context: Context) -> str | None:
    if context.state.exam is None:
        return "open an exam first"
    if any(not relation.confirmed for relation in related(context.state)):
        return None
    return "no open study has this patient id and another name or birth date"


def _nobody_confirmed(context: Context) -> str | None:
    if context.state.exam is None:
        return "open an exam first"
    if any(
        relation.confirmed and relation.match.is_doubtful for relation in related(context.state)
    ):
        return None
    return "no study had to be confirmed as this patient's"


PATIENT_COMMANDS = (
    Command(
        id="view.put_image",
        title="Put image here…",
        help="Choose any image of the exam or of its priors for the active pane.",
        group=Group.VIEWS,
        keys=("Ctrl+E",),
        mouse=("drag a thumbnail",),
        icon="mdi6.image-move",
        why_not=without_exam,
        run=lambda context: context.desk.put_image(),
    ),
    Command(
        id="exam.confirm_patient",
        title="Confirm patient…",
        help="Compare a study whose name or birth date differs, and say it is the same patient.",
        group=Group.EXAM,
        icon="mdi6.account-question-outline",
        why_not=_nobody_in_doubt,
        run=lambda context: context.desk.confirm_patient(),
    ),
    Command(
        id="exam.part_patient",
        title="Part patients",
        help="Take back that a study whose name or birth date differs is of this patient.",
        group=Group.EXAM,
        icon="mdi6.account-off-outline",
        why_not=_nobody_confirmed,
        run=transition(patient_parted),
    ),
)
