"""Problems in a study's window: words of other parts could name files, so they are not shown."""

from __future__ import annotations

from PySide6.QtCore import Slot

from viewer.errors import Problem, ProblemKind
from viewer.ui.messages import Messages

_WORDS = {
    ProblemKind.FIXABLE: "Something could not be done.",
    ProblemKind.ENVIRONMENT: "The machine could not do something: a disk, memory or the network.",
    ProblemKind.BUG: "Something went wrong in the program.",
}
_HINT = "Your answers are kept. Tell the study's designer if it happens again."


class BlindMessages(Messages):
    """Says that something went wrong, not where."""

    @Slot(Problem)
    def problem(self, problem: Problem) -> None:
        """Show that something went wrong until it is closed."""
        blind = Problem(kind=problem.kind, message=_WORDS[problem.kind], hint=_HINT)
        super().problem(blind)
