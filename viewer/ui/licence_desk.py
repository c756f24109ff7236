"""Asks for consent to a model's licence, once, before its first use."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QDialog, QWidget

from viewer.errors import Problem, problem_of
from viewer.storage.accepted_licences import AcceptedLicences, LicenceTerms
from viewer.storage.toml_file import NotKept
from viewer.ui.dialogs.licence import LicenceDialog


class LicenceDesk(QObject):
    """What was declined is not asked for again until the user wants to run the AI."""

    accepted = Signal()
    """Images that were waiting for consent can be scored now."""
    failed = Signal(Problem)

    def __init__(
        self,
        *,
        licences: AcceptedLicences,
        window: QWidget,
        show: Callable[[QDialog], bool],
    ) -> None:
        super().__init__(window)
        self._licences = licences
        self._window = window
        self._show = show
        self._declined: set[str] = set()
        self._is_asking = False
        self._waiting: list[Sequence[LicenceTerms]] = []

    def forget_declined(self) -> None:
        """Ask for everything again when it is needed."""
        self._declined.clear()

    @Slot(tuple)
    def need(self, terms: Sequence[LicenceTerms]) -> None:
        """Images wait for these: ask, unless that was declined; one question at a time."""
        self._waiting.append(terms)
        if self._is_asking:
            return
        is_any_accepted = False
        while self._waiting:
            wanted = self._waiting.pop(0)
            if not any(each.key in self._declined for each in wanted):
                is_any_accepted |= self.agree(wanted)
        if is_any_accepted:
            self.accepted.emit()

    def agree(self, terms: Sequence[LicenceTerms], parent: QWidget | None = None) -> bool:
        """Show what is open of these terms; whether all of them are accepted now."""
        open_terms = self._licences.open_terms(terms)
        if not open_terms:
            return True
        self._is_asking = True
        try:
            is_accepted = self._show(LicenceDialog(open_terms, parent or self._window))
        finally:
            self._is_asking = False
        if not is_accepted:
            self._declined |= {each.key for each in open_terms}
            return False
        try:
            self._licences.accept(open_terms)
        except NotKept as error:
            self.failed.emit(problem_of(error))
        return True
