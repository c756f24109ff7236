"""Ids of a protocol: sound, and each defined once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from viewer.study.protocol import Protocol
from viewer.study.protocol_problem import Problem

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_WANTED = "letters, digits, point, hyphen and underscore, 64 at most"


def is_id(text: str) -> bool:
    """Whether a text can name something: safe in file names, tables and seeds."""
    return _ID.fullmatch(text) is not None


def id_problems(protocol: Protocol) -> Iterator[Problem]:
    """Ids that are unsound or defined twice."""
    if not is_id(protocol.study_id):
        yield Problem(("study_id",), f'study_id "{protocol.study_id}" must be {_WANTED}')
    yield from _unique("arm", [arm.arm_id for arm in protocol.arms])
    yield from _unique("reader", [reader.reader_id for reader in protocol.readers])
    yield from _unique("session", [session.session_id for session in protocol.sessions])
    yield from _unique("case", [case.case_id for case in protocol.cases])


def _unique(kind: str, ids: Sequence[str]) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for place, name in enumerate(ids):
        path = (kind, place, "id")
        if not is_id(name):
            yield Problem(path, f'{kind} id "{name:.60}" must be {_WANTED}')
        elif name in first:
            before = (kind, first[name], "id")
            yield Problem(path, f"{kind} {name} is defined twice", before)
        else:
            first[name] = place
