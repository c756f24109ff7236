"""May this protocol be used: free until the first answer, then only as a new version."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from viewer.study.errors import ProtocolError
from viewer.study.projection import AdoptedProtocol
from viewer.study.protocol import Protocol
from viewer.study.protocol_differences import differences
from viewer.study.protocol_hash import protocol_sha256
from viewer.study.read_protocol import parse_protocol


class Change(Enum):
    """What the file is against what the events say."""

    FIRST = "first"
    """Nothing was adopted yet: adopt it."""
    SAME = "same"
    """Nothing to do."""
    ADOPT_ANEW = "adopt anew"
    """It differs, but no answer was given yet: adopt it."""
    NEW_VERSION = "new version"
    """It differs, is the next version and says why: adopt it."""
    REFUSED = "refused"
    """It differs from the protocol that answers were given under."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeOfProtocol:
    """What to do with a protocol file, and what differs in words."""

    change: Change
    differences: tuple[str, ...] = ()
    message: str = ""
    """Why it was refused."""
    hint: str = ""

    @property
    def must_be_adopted(self) -> bool:
        """Whether a PROTOCOL_ADOPTED event is due."""
        return self.change in (Change.FIRST, Change.ADOPT_ANEW, Change.NEW_VERSION)

    def check(self) -> None:
        """Raise ProtocolError, naming every difference, when the protocol is refused."""
        if self.change is Change.REFUSED:
            listed = "".join(f"\n  {difference}" for difference in self.differences)
            raise ProtocolError(f"{self.message}{listed}", self.hint)


def change_of_protocol(
    adopted: AdoptedProtocol | None, *, has_answers: bool, found: Protocol
) -> ChangeOfProtocol:
    """Compare the protocol of the file with the newest adopted one.

    adopted: the newest of the events' protocols, None when there is none. has_answers: whether
    any answer was submitted, training included.
    """
    if adopted is None:
        return ChangeOfProtocol(change=Change.FIRST)
    if adopted.sha256 == protocol_sha256(found):
        return ChangeOfProtocol(change=Change.SAME)
    changed = _changed(adopted, found)
    if not has_answers:
        return ChangeOfProtocol(change=Change.ADOPT_ANEW, differences=changed)
    if found.version == adopted.version + 1 and found.reason.strip():
        return ChangeOfProtocol(change=Change.NEW_VERSION, differences=changed)
    return _refused(adopted, found, changed)


def _refused(
    adopted: AdoptedProtocol, found: Protocol, changed: tuple[str, ...]
) -> ChangeOfProtocol:
    following = adopted.version + 1
    if found.version > following:
        message = f"version {found.version} does not follow the adopted version {adopted.version}"
    elif found.version < adopted.version:
        message = f"this is version {found.version}; version {adopted.version} was adopted since"
    else:
        message = "the protocol was changed after the first answer"
    return ChangeOfProtocol(
        change=Change.REFUSED,
        differences=changed,
        message=f"{message}:" if changed else message,
        hint=f"restore the adopted protocol, or set version = {following} and give a reason",
    )


def _changed(adopted: AdoptedProtocol, found: Protocol) -> tuple[str, ...]:
    try:
        before = parse_protocol(adopted.toml, name="the adopted protocol")
    except ProtocolError:
        # Written by another version of the program; that it differs is known from its hash.
        return ("the adopted protocol is not one this program can compare",)
    return differences(before, found)
