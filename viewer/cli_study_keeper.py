"""The keeper of the sealed items: a process of its own, so that the reader's never has the keys.

python -m viewer.cli_study_keeper STUDY READER SESSION ORDER_INDEX ai|truth

It looks at the study's events, applies the release rules (viewer/study/release.py), writes one
item to stdout (viewer/storage/keeper_pipe.py) and ends; or it refuses with a line of JSON on
stderr and exit code 3. Exit code 4: the study cannot be read.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from viewer.commands.keep_seals import Wanted, hand_out
from viewer.storage.keeper_pipe import FAILED_CODE, REFUSED_CODE, framed, refusal_line
from viewer.storage.study_folder import StudyFolder
from viewer.study.errors import Sealed, StudyError
from viewer.study.planned_reading import ReadingKey


def main(arguments: Sequence[str]) -> int:
    """Hand out one item, or say why not; returns the exit code."""
    try:
        study, reader_id, session_id, order_index, wanted = arguments
        key = ReadingKey(reader_id, session_id, int(order_index))
        content = hand_out(StudyFolder.of(Path(study)), key, Wanted(wanted))
    except Sealed as error:
        return _refuse(error, REFUSED_CODE)
    except StudyError as error:
        return _refuse(error, FAILED_CODE)
    except ValueError:
        return _refuse(Sealed("there is no such item"), REFUSED_CODE)
    # The boundary: nothing of what went wrong may leave but its kind.
    except Exception as error:  # noqa: BLE001
        return _refuse(StudyError(f"the keeper failed ({type(error).__name__})"), FAILED_CODE)
    sys.stdout.buffer.write(framed(content))
    sys.stdout.buffer.flush()
    return 0


def _refuse(error: StudyError, exit_code: int) -> int:
    sys.stderr.write(refusal_line(error) + os.linesep)
    return exit_code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
