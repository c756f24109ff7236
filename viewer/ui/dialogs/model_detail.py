"""A model's whole card beside the table: what is wrong first, measures last."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from PySide6.QtWidgets import QTextBrowser, QWidget

from viewer.commands.card_words import card_lines, free_lines
from viewer.commands.known_models import KnownModel
from viewer.storage.accepted_licences import AcceptedLicences
from viewer.ui.text_size import scaled
from viewer.ui.theme import SECONDARY, WARNING

_NOTHING = "Choose a model to see its card. Without a model the AI does not run."


class ModelDetail(QTextBrowser):
    """Shows one model; text can be selected and copied."""

    def __init__(self, *, licences: AcceptedLicences, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._licences = licences
        self.setOpenLinks(False)
        self.setTabChangesFocus(True)
        self.setAccessibleName("Model card")
        self.document().setDocumentMargin(12)
        self.show_model(None)

    def show_model(self, model: KnownModel | None) -> None:
        """Show a model's card, or what to do when none is chosen."""
        if model is None:
            self.setPlainText(_NOTHING)
            return
        self.setHtml(_page(model, self._licences))

    def show_complaints(self, complaints: Sequence[str]) -> None:
        """Say why something could not be done; a card to write keeps its lines."""
        self.setHtml("".join(map(_complaint, complaints)))


def _complaint(words: str) -> str:
    first, _, rest = words.partition("\n")
    return _warning(first) + (f'<p style="white-space:pre-wrap">{escape(rest)}</p>' if rest else "")


def _page(model: KnownModel, licences: AcceptedLicences) -> str:
    large = f"font-size:{scaled(15)}px; font-weight:600"
    parts = [f'<p style="{large}">{escape(model.title)}</p>']
    if model.problem:
        parts.append(_warning(f"Not used: {model.problem}"))
    if model.is_built_in:
        parts.append(_warning("Demonstration: means nothing for patients."))
    lines = [*_where(model, licences)]
    if model.card is not None:
        lines += card_lines(model.card)
    parts.append(_table(lines))
    if model.card is not None and (free := free_lines(model.card)):
        parts.append(f'<p style="color:{SECONDARY}">Further entries of the card</p>')
        # Their names are long: apart, they do not narrow the rest.
        parts.append(_table(free))
    return "".join(parts)


def _table(lines: Sequence[tuple[str, str]]) -> str:
    rows = "".join(
        f'<tr><td style="color:{SECONDARY}; padding:2px 12px 2px 0">{escape(name)}</td>'
        f'<td style="padding:2px 0">{_breakable(value)}</td></tr>'
        for name, value in lines
    )
    return f"<table>{rows}</table>"


def _where(model: KnownModel, licences: AcceptedLicences) -> list[tuple[str, str]]:
    lines = [("Serves", ", ".join(use.value for use in model.uses) or "nothing")]
    terms = model.terms
    if terms is not None and terms.asks:
        said = "accepted" if licences.is_accepted(terms) else "not accepted yet"
        lines.append(("Licence is", said))
    if model.record is not None:
        lines.append(("Added", f"{model.record.added:%Y-%m-%d %H:%M} UTC"))
    lines.append(("File", str(model.weights)))
    lines.append(("SHA-256", model.sha256))
    return lines


def _warning(text: str) -> str:
    return f'<p style="color:{WARNING}">\u26a0 {_breakable(text)}</p>'


def _breakable(text: str) -> str:
    """Escaped, and broken between characters where a word is longer than a line."""
    words = [
        "\u200b".join(word[i : i + 8] for i in range(0, len(word), 8)) if len(word) > 28 else word
        for word in text.split(" ")
    ]
    return escape(" ".join(words)).replace("\n", "<br>")
