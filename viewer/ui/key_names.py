"""From a key event to the key's name in the table of commands."""

from __future__ import annotations

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

_MODIFIER_KEYS = {
    Qt.Key.Key_Shift,
    Qt.Key.Key_Control,
    Qt.Key.Key_Alt,
    Qt.Key.Key_Meta,
    Qt.Key.Key_AltGr,
    Qt.Key.Key_CapsLock,
    Qt.Key.Key_NumLock,
    Qt.Key.Key_unknown,
}
_OTHER_NAMES = {Qt.Key.Key_Backtab: Qt.Key.Key_Tab, Qt.Key.Key_Enter: Qt.Key.Key_Return}


def key_name(event: QKeyEvent) -> str | None:
    """The name of the pressed key with its modifiers; None for a modifier alone.

    A sign that needs Shift on some keyboards (such as + or ?) is named without Shift, so that
    one binding serves all of them. The number pad counts as the other keys do.
    """
    key = Qt.Key(event.key())
    if key in _MODIFIER_KEYS:
        return None
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    modifiers &= ~Qt.KeyboardModifier.GroupSwitchModifier
    text = event.text()
    if len(text) == 1 and text.isprintable() and not text.isalnum() and not text.isspace():
        modifiers &= ~Qt.KeyboardModifier.ShiftModifier
    key = _OTHER_NAMES.get(key, key)
    combination = QKeyCombination(modifiers, key)
    name = QKeySequence(combination).toString(QKeySequence.SequenceFormat.PortableText)
    return name or None
