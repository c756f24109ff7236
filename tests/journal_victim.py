"""A program that appends answers until it is killed; told on stdout what was confirmed.

Run as `python journal_victim.py FOLDER SECOND_COPY KILLS SEED [DATABASE STUDY_ID]`. It kills a
child of its own KILLS times at random moments with SIGKILL, and prints the client uuids whose
append returned, as a JSON list. Children are forked, so that no kill waits for imports.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path

from journal_builders import make_study, submitted

from viewer.storage.open_journal import open_journal
from viewer.storage.study_folder import StudyFolder
from viewer.study.protocol import Protocol

LONGEST_OPENING_S = 0.05
LONGEST_WRITING_S = 0.03
KILLED_WHILE_OPENING = 0.25
"""Of the kills; the others come while answers are written."""


def answer_until_killed(
    folder: StudyFolder, protocol: Protocol, next_number: int, out: int
) -> None:
    """Append answers, each told after it is confirmed; the first repeats one that was not."""
    journal = open_journal(folder, protocol, reader_id="R1")
    number = next_number
    while True:
        uuid = f"answer-{number}"
        journal.append(submitted(number, client_uuid=uuid), client_uuid=uuid)
        os.write(out, f"{number}\n".encode())
        number += 1


def kill_one(folder: StudyFolder, protocol: Protocol, next_number: int, draw: random.Random) -> int:
    """Start a child, kill it at a random moment; returns how many answers it had confirmed."""
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read_end)
        status = 1
        try:
            answer_until_killed(folder, protocol, next_number, write_end)
        finally:
            os._exit(status)
    os.close(write_end)
    said = b""
    if draw.random() < KILLED_WHILE_OPENING:
        time.sleep(draw.uniform(0.0, LONGEST_OPENING_S))
    else:
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
    return said.count(b"\n")


def main(arguments: list[str]) -> None:
    """Kill again and again; see the module."""
    place, second_copy, kills, seed, *server = arguments
    protocol = make_study(second_copy=second_copy)
    if server:
        protocol = replace(protocol, database=server[0], study_id=server[1])
    folder = StudyFolder(Path(place))
    draw = random.Random(int(seed))
    confirmed = 0
    # What is imported at the first use is not imported again in every child.
    open_journal(folder, protocol, reader_id="R1").close()
    for _ in range(int(kills)):
        confirmed += kill_one(folder, protocol, confirmed, draw)
    sys.stdout.write(json.dumps([f"answer-{n}" for n in range(confirmed)]))


if __name__ == "__main__":
    main(sys.argv[1:])
