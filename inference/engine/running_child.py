"""A process that computes, seen from the program: its pipes, its jobs, the slices it asks for."""

from __future__ import annotations

import contextlib
import logging
import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from io import RawIOBase
from pathlib import Path
from typing import Any, cast

from numpy.typing import NDArray

from inference.engine.messages import (
    Answer,
    Ask,
    Cancel,
    Failure,
    NamedSource,
    Said,
    SliceComes,
    SliceRefused,
    SourceRefused,
    Step,
    WantSlice,
)
from inference.engine.wire import Wire, WireBroken
from inference.engine.work import Work
from inference.errors import InferenceError
from inference.process import yield_to_window
from inference.progress import Progress
from inference.types import ImageSource

log = logging.getLogger(__name__)

_READERS = 4
"""Slices that are read at once; the engine reads ahead."""
_ROOT = Path(__file__).resolve().parents[2]
_END_WITHIN_S = 5.0
if sys.platform == "win32":
    _NO_WINDOW = subprocess.CREATE_NO_WINDOW
else:
    _NO_WINDOW = 0


class RunningChild:
    """One process and its pipes. All but `kill`: from one thread."""

    def __init__(self, command: Sequence[str]) -> None:
        """Start it. Raises InferenceError when the system cannot."""
        own_path = os.environ.get("PYTHONPATH")
        path = os.pathsep.join([str(_ROOT), *([own_path] if own_path else [])])
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                bufsize=0,
                env={**os.environ, "PYTHONPATH": path},
                creationflags=_NO_WINDOW,
            )
        except OSError as error:
            raise InferenceError(
                f"The AI's process could not be started: {error.strerror}."
            ) from error
        pipes = self._process.stdout, self._process.stdin
        self._wire = Wire(*(cast(RawIOBase, pipe) for pipe in pipes))
        self._readers = ThreadPoolExecutor(
            _READERS, "slices for the AI", initializer=yield_to_window
        )
        self._job = 0
        self._refusals: list[Exception] = []
        log.info("engine process started")

    @property
    def process_id(self) -> int:
        """As the system knows it."""
        return self._process.pid

    def kill(self) -> None:
        """End it at once; from any thread."""
        with contextlib.suppress(OSError):
            self._process.kill()

    def end(self) -> int | None:
        """Clear up behind a process that has ended or shall; returns how it ended."""
        self.kill()
        self._readers.shutdown(wait=True, cancel_futures=True)
        self._wire.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self._process.wait(_END_WITHIN_S)
        return None

    def result_of(
        self, job: int, wanted: Work, sources: Sequence[ImageSource], progress: Progress
    ) -> object:
        """Let it do a piece of work, giving it the slices it asks for meanwhile."""
        self._job, self._refusals = job, []
        named = tuple(NamedSource.of(source, number) for number, source in enumerate(sources))
        self._wire.send(Ask(job, wanted, named))
        try:
            while True:
                message, _ = self._wire.receive()
                if isinstance(message, Said):
                    logging.getLogger(message.logger).log(message.level, "%s", message.text)
                elif message.job != job:
                    continue
                elif isinstance(message, Step):
                    progress.update(message.done, message.total, message.stage)
                elif isinstance(message, WantSlice):
                    self._readers.submit(self._give, message, sources[message.source])
                elif isinstance(message, Answer):
                    return message.value
                elif isinstance(message, Failure):
                    raise self._reason(message)
        except WireBroken:
            raise
        except BaseException:
            self._job = 0
            self._send(Cancel(job))
            raise

    def _reason(self, failure: Failure) -> Exception:
        """Why a job failed: the engine does not know what went wrong with a source."""
        if isinstance(failure.error, SourceRefused) and self._refusals:
            return self._refusals[0]
        return failure.error

    def _give(self, wanted: WantSlice, source: ImageSource) -> None:
        """Send a slice; in a thread that may wait for its decoding."""
        if wanted.job != self._job:
            return
        try:
            pixels = source.read_slice(wanted.slice_index)
        # The boundary: the job ends with it, in the thread that waits for the job.
        except Exception as error:  # noqa: BLE001
            self._refusals.append(error)
            self._send(SliceRefused(wanted.ticket))
            return
        rows, columns = pixels.shape
        self._send(SliceComes(wanted.ticket, rows, columns, pixels.dtype.str), pixels)

    def _send(self, message: object, pixels: NDArray[Any] | None = None) -> None:
        with contextlib.suppress(WireBroken):
            self._wire.send(message, pixels)
