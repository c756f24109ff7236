"""A program that keeps marks until it is killed; says on stdout what every kill left.

Run as `python marks_victim.py FOLDER EXAM KILLS SEED`. It kills a child of its own KILLS times at
random moments with SIGKILL, and prints a JSON list of [confirmed, found, complaint]: the number of
marks that the child had been told are kept, of those that a program finds which starts then, and
what it complains of. Children are forked, so that no kill waits for imports.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

from viewer.domain.geometry import Orientation
from viewer.domain.kept_marks import KeptMarks
from viewer.domain.mark import ImagePoint, Mark, MarkShape
from viewer.domain.mark_layout import ImageLayout
from viewer.storage.shared_marks import SharedMarks

IMAGE = "image"
LONGEST_WRITING_S = 0.012
LAYOUT = ImageLayout(rows=900, columns=700, orientation=Orientation())


def mark(number: int) -> Mark:
    """A mark as a reader sets them, one after the other."""
    return Mark(
        mark_id=f"m{number}",
        image_id=IMAGE,
        shape=MarkShape.POINT,
        points=(ImagePoint(float(number), 4.0),),
        slice_index=0,
        first_slice=0,
        last_slice=0,
        text=f"finding {number}",
    )


def marks_up_to(count: int) -> KeptMarks:
    """The first so many marks."""
    return KeptMarks(marks=tuple(mark(n) for n in range(count)), layouts={IMAGE: LAYOUT})


def mark_until_killed(folder: Path, exam_id: str, count: int, out: int) -> None:
    """Go on where an earlier program was killed; each mark is told after it is kept."""
    files = SharedMarks(folder)
    files.read(exam_id)
    while True:
        count += 1
        files.keep(exam_id, marks_up_to(count))
        os.write(out, f"{count}\n".encode())


def kill_one(folder: Path, exam_id: str, count: int, draw: random.Random) -> int:
    """Start a child, kill it at a random moment; returns how many marks were confirmed by then."""
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read_end)
        try:
            mark_until_killed(folder, exam_id, count, write_end)
        finally:
            os._exit(1)
    os.close(write_end)
    # However busy the machine is, the child has begun to write.
    said = os.read(read_end, 65536)
    time.sleep(draw.uniform(0.0, LONGEST_WRITING_S))
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if not os.WIFSIGNALED(status):
        raise SystemExit(f"the child ended by itself: {status}")
    while piece := os.read(read_end, 65536):
        said += piece
    os.close(read_end)
    return int(said.split()[-1])


def main(arguments: list[str]) -> None:
    """Kill again and again; see the module."""
    folder, exam_id, kills, seed = Path(arguments[0]), arguments[1], *map(int, arguments[2:])
    draw = random.Random(seed)
    left, count = [], 0
    for _ in range(kills):
        confirmed = kill_one(folder, exam_id, count, draw)
        found = SharedMarks(folder).read(exam_id)
        count = len(found.kept.marks)
        is_whole = found.kept == marks_up_to(count)
        left.append((confirmed, count if is_whole else -1, found.complaint))
    sys.stdout.write(json.dumps(left))


if __name__ == "__main__":
    main(sys.argv[1:])
