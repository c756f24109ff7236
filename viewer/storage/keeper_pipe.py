"""How the keeper's answer travels through a pipe: one item with its hash, or a refusal."""

from __future__ import annotations

import hashlib
import json
import struct

from viewer.study.errors import Sealed, StudyError

REFUSED_CODE = 3
"""Exit code of the keeper when the item is not due."""
FAILED_CODE = 4
"""Exit code when the study could not be read."""

_MAGIC = b"TOMOITEM1\n"
_LENGTH = struct.Struct("<Q")
_HEAD = len(_MAGIC) + _LENGTH.size + hashlib.sha256().digest_size


def framed(content: bytes) -> bytes:
    """An item as it is written to stdout: magic, length, SHA-256, content."""
    return _MAGIC + _LENGTH.pack(len(content)) + hashlib.sha256(content).digest() + content


def unframed(answer: bytes) -> bytes:
    """The content of an answer; raises StudyError when it is cut short or changed."""
    (length,) = _LENGTH.unpack_from(answer, len(_MAGIC)) if len(answer) >= _HEAD else (0,)
    content = answer[_HEAD:]
    digest = answer[len(_MAGIC) + _LENGTH.size : _HEAD]
    is_whole = answer.startswith(_MAGIC) and len(content) == length
    if not is_whole or hashlib.sha256(content).digest() != digest:
        raise StudyError(
            "the sealed item did not arrive whole", "try again; if it stays so, restart the program"
        )
    return content


def refusal_line(error: StudyError) -> str:
    """What the keeper writes to stderr when it hands out nothing."""
    return json.dumps({"reason": str(error), "hint": error.hint})


def refusal(exit_code: int, errors: bytes) -> StudyError:
    """What an exit code and stderr say: Sealed when the item is not due, else StudyError."""
    kind = Sealed if exit_code == REFUSED_CODE else StudyError
    lines = errors.decode("utf-8", "replace").strip().splitlines()
    try:
        said = json.loads(lines[-1])
        return kind(str(said["reason"]), str(said["hint"]))
    except (ValueError, KeyError, TypeError, IndexError, RecursionError):
        return StudyError(
            f"the keeper of the sealed items stopped (exit code {exit_code})",
            "try again; if it stays so, tell the study's designer",
        )
