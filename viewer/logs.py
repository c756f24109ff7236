"""The log file: events of our own packages, never a patient's data."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Collection
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

from viewer.blind_log import BlindFormatter

_OWN = ("viewer", "inference")
_FORMAT = "%(asctime)s %(levelname)s %(threadName)s %(name)s: %(message)s"
_BYTES = 1 << 20

log = logging.getLogger(__name__)


def start_logging(
    folder: Path, *, level: int = logging.INFO, hidden: Collection[str] | None = None
) -> Path | None:
    """Log to a file in this folder; returns it, or None when it cannot be written.

    hidden: given while a study is read: these words, paths and file names never get into the
    file (viewer/blind_log.py). Other libraries are left out: readers of DICOM put header values
    into their warnings.
    """
    path = folder / "tomolens.log"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(path, maxBytes=_BYTES, backupCount=2, encoding="utf-8")
    except OSError:
        return None
    plain = logging.Formatter(_FORMAT)
    handler.setFormatter(plain if hidden is None else BlindFormatter(_FORMAT, hidden))
    for name in _OWN:
        logger = logging.getLogger(name)
        logger.setLevel(level)
        logger.addHandler(handler)
    return path


def stop_logging() -> None:
    """Close the log file."""
    for name in _OWN:
        logger = logging.getLogger(name)
        for handler in list(logger.handlers):
            if isinstance(handler, RotatingFileHandler):
                logger.removeHandler(handler)
                handler.close()


def log_bug(
    kind: type[BaseException], trace: TracebackType | None, cause: BaseException | None = None
) -> None:
    """Log where something went wrong, without its words: they may hold names and paths."""
    frames = "".join(
        f"\n  {Path(f.filename).name}:{f.lineno} in {f.name}" for f in traceback.extract_tb(trace)
    )
    because = f", caused by {type(cause).__name__}" if cause is not None else ""
    log.error("unexpected %s%s%s", kind.__name__, because, frames)
