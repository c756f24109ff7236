"""What is wrong with a worklist before its exams become cases, all at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from viewer.loading.table_columns import refuse_identity, refuse_near_misses, refuse_truth
from viewer.loading.table_errors import TableError, at
from viewer.loading.table_text import Row, header_of, read_text, rows_of

COLUMNS = ("path", "case_id", "patient", "exam_alias", "breasts", "training")
TEMPLATE = (
    "case_id,path,patient,training,breasts,density\n"
    "case0001,exams/0001,P0001,1,RL,b\n"
    "case0002,exams/0002,P0002,0,RL,c\n"
)
_MOST_SAID = 20


def check_worklist(path: Path) -> None:
    """Refuse unsafe columns, cases that come twice and paths that lead nowhere.

    Paths are relative to the worklist. Raises TableError with a line for each thing wrong.
    """
    text = read_text(path)
    header = header_of(text)
    refuse_identity(path.name, header)
    refuse_truth(path.name, header)
    refuse_near_misses(path.name, header, COLUMNS)
    if "path" not in header:
        raise TableError(
            f"{path.name} has no column path",
            hint="name each exam's folder or file in a column called path",
        )
    wrong = list(_wrong(rows_of(text), path.absolute().parent))
    if wrong:
        rest = len(wrong) - _MOST_SAID
        more = [f"and {rest} more"] if rest > 0 else []
        lines = [f"{path.name}, {line}" for line in wrong[:_MOST_SAID]] + more
        raise TableError("\n".join(lines), hint="correct the worklist; nothing was written")


def _wrong(rows: Sequence[Row], folder: Path) -> Iterator[str]:
    ids: dict[str, int] = {}
    exams: dict[tuple[str, str], int] = {}
    for row in rows:
        case_id = row.maybe("case_id")
        if case_id and ids.setdefault(case_id, row.number) != row.number:
            said = f"case {case_id} is already in row {ids[case_id]}"
            yield f"{at(row.number, 'case_id')}: {said}"
        stated = row.maybe("path")
        if not stated:
            yield f"{at(row.number, 'path')}: the cell is empty"
            continue
        exam = (stated, row.maybe("exam_alias"))
        if exams.setdefault(exam, row.number) != row.number:
            yield f"{at(row.number, 'path')}: the same exam is already in row {exams[exam]}"
        elif not (folder / Path(stated).expanduser()).exists():
            yield f"{at(row.number, 'path')}: nothing is at {stated}"
