"""Inside the engine process: does what the program asks for, one piece after the other.

It ends when the program does, however that ends.
"""

from __future__ import annotations

import logging
import os
import pickle
import signal
import sys
import threading
import traceback
from concurrent.futures import Future
from io import FileIO
from itertools import count
from pathlib import Path
from queue import SimpleQueue
from typing import Any, cast

from numpy.typing import NDArray

from inference.engine.interface import Engine
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
from inference.errors import Cancelled, InferenceError

log = logging.getLogger(__name__)


class Child:
    """Listens in one thread and computes in the main one."""

    def __init__(self, wire: Wire, engine: Engine) -> None:
        self._wire = wire
        self._engine = engine
        self._asked: SimpleQueue[Ask] = SimpleQueue()
        self._cancelled = 0
        self._tickets = count(1)
        self._awaited: dict[int, tuple[int, Future[NDArray[Any]]]] = {}

    def run(self) -> None:
        """Compute until the program is gone; does not return."""
        threading.Thread(target=self._listen, name="listen", daemon=True).start()
        while True:
            asked = self._asked.get()
            try:
                self._wire.send(self._done(asked))
            except WireBroken:
                os._exit(0)

    def check(self, job: int) -> None:
        """Raise Cancelled when a job is not wanted any more."""
        if job <= self._cancelled:
            raise Cancelled

    def say(self, message: object) -> None:
        """Tell the program something."""
        self._wire.send(message)

    def slice_of(self, job: int, source: int, slice_index: int) -> NDArray[Any]:
        """Fetch a slice's pixels; from any thread. Raises SourceRefused and Cancelled."""
        ticket = next(self._tickets)
        coming: Future[NDArray[Any]] = Future()
        self._awaited[ticket] = job, coming
        # After it is awaited: a cancel either sees it there, or is seen here.
        self.check(job)
        self._wire.send(WantSlice(job, ticket, source, slice_index))
        return coming.result()

    def _done(self, asked: Ask) -> Answer | Failure:
        sources = [_CalledSource(self, asked.job, named) for named in asked.sources]
        try:
            self.check(asked.job)
            return Answer(
                asked.job, asked.work.outcome(self._engine, sources, _Told(self, asked.job))
            )
        except (Cancelled, SourceRefused, InferenceError, MemoryError) as error:
            return Failure(asked.job, _sendable(error))
        # The boundary: whatever happens to one piece of work, the process goes on.
        except Exception as error:  # noqa: BLE001
            log.error("unexpected %s%s", type(error).__name__, _places(error))
            return Failure(asked.job, _sendable(error))

    def _listen(self) -> None:
        while True:
            try:
                message, pixels = self._wire.receive()
            # Whatever is wrong with the pipe: nobody waits for results any more.
            except Exception:  # noqa: BLE001
                os._exit(0)
            self._take(message, pixels)

    def _take(self, message: object, pixels: NDArray[Any] | None) -> None:
        match message:
            case Ask():
                self._asked.put(message)
            case Cancel(job=job):
                self._cancelled = max(self._cancelled, job)
                for ticket in [t for t, (of, _) in tuple(self._awaited.items()) if of <= job]:
                    self._end(ticket, Cancelled())
            case SliceComes(ticket=ticket):
                self._end(ticket, cast("NDArray[Any]", pixels))
            case SliceRefused(ticket=ticket):
                self._end(ticket, SourceRefused())

    def _end(self, ticket: int, how: NDArray[Any] | Exception) -> None:
        _, coming = self._awaited.pop(ticket, (0, None))
        if coming is None:
            return
        if isinstance(how, Exception):
            coming.set_exception(how)
        else:
            coming.set_result(how)


class _CalledSource:
    """An ImageSource whose pixels are with the program."""

    def __init__(self, child: Child, job: int, named: NamedSource) -> None:
        self._child = child
        self._job = job
        self._named = named

    @property
    def slices(self) -> int:
        """How many slices."""
        return self._named.slices

    @property
    def rows(self) -> int:
        """Rows of every slice."""
        return self._named.rows

    @property
    def columns(self) -> int:
        """Columns of every slice."""
        return self._named.columns

    def read_slice(self, slice_index: int) -> NDArray[Any]:
        """Return one slice, (rows, columns)."""
        return self._child.slice_of(self._job, self._named.number, slice_index)


class _Told:
    """Progress of a job, told to the program."""

    def __init__(self, child: Child, job: int) -> None:
        self._child = child
        self._job = job

    def update(self, done: int, total: int, stage: str) -> None:
        """Tell a step; raises Cancelled when the job is not wanted any more."""
        self._child.check(self._job)
        self._child.say(Step(self._job, done, total, stage))


class _ToldLog(logging.Handler):
    """Gives what is logged here to the program, which has the file."""

    def __init__(self, wire: Wire) -> None:
        super().__init__()
        self._wire = wire

    def emit(self, record: logging.LogRecord) -> None:
        """Send a line."""
        try:
            self._wire.send(Said(record.name, record.levelno, record.getMessage()))
        except WireBroken:
            # The listening thread ends the process.
            return


def _sendable(error: Exception) -> Exception:
    """The error itself where the program can have it, else one that bears its name."""
    try:
        copied = pickle.loads(pickle.dumps(error))
    # Any error may refuse to be copied in a way of its own.
    except Exception:  # noqa: BLE001
        return RuntimeError(type(error).__name__)
    return copied if isinstance(copied, Exception) else RuntimeError(type(error).__name__)


def _places(error: BaseException) -> str:
    """Where it happened, without its words: they may hold names and paths."""
    frames = traceback.extract_tb(error.__traceback__)
    return "".join(f"\n  {Path(f.filename).name}:{f.lineno} in {f.name}" for f in frames)


def serve(engine: Engine) -> None:
    """Take over a process whose standard input and output are pipes; does not return."""
    # The window ends this process; Ctrl+C in a terminal reaches both.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    incoming, outgoing = FileIO(os.dup(0), "r"), FileIO(os.dup(1), "w")
    # Whatever a library reads or prints must not get between the messages.
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(sys.stderr.fileno() if sys.stderr else os.open(os.devnull, os.O_WRONLY), 1)
    wire = Wire(incoming, outgoing)
    ours = logging.getLogger("inference")
    ours.setLevel(logging.INFO)
    ours.addHandler(_ToldLog(wire))
    Child(wire, engine).run()
