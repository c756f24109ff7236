"""Answers with the fields of Grand Challenge's reader studies, for tools that read those."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Sequence

from viewer.analysis.study_rows import LongRow
from viewer.study.event import Json

_NAMESPACE = uuid.UUID("5f1b1b0e-6f5e-4d0c-9a52-0c8f2a3f7d61")

PROBABILITY = "Probability of malignancy"
BIRADS = "BI-RADS"
RECALL = "Recall"
_SIDES = {"R": "right breast", "L": "left breast", "": "image"}


def answers_json(rows: Sequence[LongRow]) -> str:
    """A JSON list, one item a question and breast; there is no server, so api_url is empty.

    display_set is the case's alias, creator the reader's code, question its words. Durations are
    the active time of the phase (both breasts together), as HH:MM:SS.ffffff.
    """
    items = [item for row in rows for item in _items(row)]
    return json.dumps(items, indent=1, allow_nan=False) + "\n"


def question(what: str, row: LongRow) -> str:
    """The words of a question: phase, what is asked, which breast."""
    return f"[{row.phase}] {what}, {_SIDES.get(row.laterality, row.laterality)}"


def _items(row: LongRow) -> Iterator[dict[str, Json]]:
    given: tuple[tuple[str, Json], ...] = (
        (PROBABILITY, row.pom),
        (BIRADS, row.birads or None),
        (RECALL, row.recall),
    )
    for what, answer in given:
        if answer is not None:
            yield _item(row, what, answer)


def _item(row: LongRow, what: str, answer: Json) -> dict[str, Json]:
    key = (
        f"{row.study_id}|{row.reader_id}|{row.session_id}|{row.order_index}|{row.case_alias}|"
        f"{question(what, row)}|{row.event_seq}|{row.amended}"
    )
    duration = None if row.active_ms is None else _duration(row.active_ms)
    return {
        "answer": answer,
        "api_url": "",
        "created": row.submit_utc or None,
        "creator": row.reader_id,
        "display_set": row.case_alias,
        "pk": str(uuid.uuid5(_NAMESPACE, key)),
        "question": question(what, row),
        "modified": row.submit_utc or None,
        "answer_image": None,
        "last_edit_duration": duration,
        "total_edit_duration": duration,
        "is_ground_truth": False,
    }


def _duration(milliseconds: int) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}.{rest * 1000:06d}"
