"""What a study's log may not hold: paths, file names, and the words its cases are known by.

No line of the program names a patient or a path (viewer/logs.py). A reader study must not rest on
that alone: whatever is logged while a study is read passes here last.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Iterator
from pathlib import PurePath

from viewer.study.protocol import Protocol, StudyCase

HIDDEN = "[hidden]"
_SHORTEST_WORD = 4
_PLACES = re.compile(
    r"""
    (?P<quote>['"]) [^'"\n]* [/\\] [^'"\n]* (?P=quote)   # a quoted path may hold spaces
    | [^\s'"]* [/\\] [^\s'"]*
    | [^\s'"=:]+ \. (?: dcm | dicom | nii | nii\.gz | nrrd | mha | mhd | raw | png | tiff?
      | pkl | csv | xlsx | json | toml | sealed ) \b
    """,
    re.VERBOSE | re.IGNORECASE,
)


class BlindFormatter(logging.Formatter):
    """Formats a record, traceback included, then hides places and the given words."""

    def __init__(self, layout: str, words: Collection[str] = ()) -> None:
        """layout: as logging.Formatter takes it. words: hidden wherever they stand alone."""
        super().__init__(layout)
        longest_first = sorted(
            {word for word in words if word}, key=lambda word: (-len(word), word)
        )
        joined = "|".join(re.escape(word) for word in longest_first)
        self._words = re.compile(rf"(?<!\w)(?:{joined})(?!\w)") if joined else None

    def format(self, record: logging.LogRecord) -> str:
        """The line or lines of a record."""
        said = super().format(record)
        if self._words is not None:
            said = self._words.sub(HIDDEN, said)
        return _PLACES.sub(HIDDEN, said)


def words_of_cases(protocol: Protocol, absolute: Collection[str] = ()) -> frozenset[str]:
    """What the cases of a study are known by: paths, their last names, ids, codes of patients.

    absolute: the paths as the program opens them.
    """
    words = {word for case in protocol.cases for word in _words_of(case)}
    for path in absolute:
        words |= {path, PurePath(path).name}
    return frozenset(word for word in words if len(word) >= _SHORTEST_WORD)


def _words_of(case: StudyCase) -> Iterator[str]:
    yield case.path
    yield PurePath(case.path).name
    yield case.case_id
    yield case.patient
    yield case.exam_alias
