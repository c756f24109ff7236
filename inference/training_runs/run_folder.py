"""The folder of a run: its configuration, its checkpoint, its log and its best weights."""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import tomli_w

from inference.atomic_file import write_atomically
from inference.training_runs.config import TrainingConfig
from inference.training_runs.errors import RunFolderError
from inference.training_runs.read_config import config_entries
from inference.training_runs.standing import LogRow

CONFIG, CHECKPOINT, LOG, BEST = "run.toml", "checkpoint.pt", "log.csv", "best.safetensors"
_COLUMNS = (
    "stage",
    "epoch",
    "steps",
    "loss",
    "validation_loss",
    "auc_benign",
    "auc_malignant",
    "auc_suspicious",
    "auc_normal",
    "watched",
    "best",
    "seconds",
)
_MAY_CHANGE = (
    "run",
    "data.prepared",
    "optimisation.epochs",
    "optimisation.patience",
    "optimisation.slices_at_once",
)
"""What a run may be resumed with another value of."""


class RunFolder:
    """Writes files so that a kill or a full disk leaves the old ones."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def best_weights(self) -> Path:
        """The best weights of the last stage, once an epoch was validated."""
        return self.path / BEST

    @property
    def prepared(self) -> Path:
        """Where prepared images are kept if nothing else is said."""
        return self.path / "prepared"

    @property
    def tensorboard(self) -> Path:
        """Where TensorBoard finds its events."""
        return self.path / "tensorboard"

    def pretrained(self, stage: int) -> Path:
        """The best whole-slice network of a pretraining stage."""
        return self.path / f"pretrained-{stage + 1}.safetensors"

    def begin(self, config: TrainingConfig, *, resume: bool) -> None:
        """Take the folder for a run, or for going on with its run.

        Raises RunFolderError when it holds something else, or a run of another configuration.
        """
        entries = config_entries(config)
        if resume:
            self._check_same(entries)
        elif (self.path / CONFIG).exists():
            raise RunFolderError(
                f"{self.path} holds another run",
                "add --resume to go on with it, or choose another folder",
            )
        elif self.path.exists() and (not self.path.is_dir() or any(self.path.iterdir())):
            raise RunFolderError(f"{self.path} is not an empty folder", "choose another folder")
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise RunFolderError(f"{self.path} cannot be made: {error.strerror}") from error
        self._write(CONFIG, tomli_w.dumps(entries).encode())

    def read_checkpoint(self) -> bytes | None:
        """The last checkpoint; None where there was none yet."""
        try:
            return (self.path / CHECKPOINT).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise RunFolderError(f"{CHECKPOINT} cannot be read: {error.strerror}") from error

    def write_checkpoint(self, content: bytes) -> None:
        """Replace the checkpoint."""
        self._write(CHECKPOINT, content)

    def write_log(self, rows: Sequence[LogRow]) -> None:
        """Replace the log by these rows."""
        text = io.StringIO()
        table = csv.DictWriter(text, _COLUMNS, restval="", lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
        self._write(LOG, text.getvalue().encode())

    def keep(self, name: str, write: Callable[[Path], None]) -> None:
        """Let `write` write a file of the folder; its errors become RunFolderError."""
        try:
            write(self.path / name)
        except OSError as error:
            raise _not_written(name, error) from error

    def _write(self, name: str, content: bytes) -> None:
        self.keep(name, lambda path: write_atomically(path, content))

    def _check_same(self, entries: Mapping[str, Any]) -> None:
        try:
            begun = tomllib.loads((self.path / CONFIG).read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise RunFolderError(
                f"{self.path} holds no run to resume", "leave out --resume to begin one"
            ) from None
        except (OSError, ValueError) as error:
            raise RunFolderError(f"{self.path / CONFIG} cannot be read: {error}") from error
        changed = _first_change(begun, entries)
        if changed is not None:
            raise RunFolderError(
                f"the run in {self.path} was begun with another {changed}",
                "resume with the same configuration, or begin in another folder",
            )


def _not_written(name: str, error: OSError) -> RunFolderError:
    return RunFolderError(
        f"{name} cannot be written: {error.strerror or error}; what was written before is kept",
        "free some space and run again with --resume",
    )


def _first_change(one: Mapping[str, Any], other: Mapping[str, Any], place: str = "") -> str | None:
    """The first key with different values, among those that matter."""
    for key in sorted({*one, *other}):
        name = f"{place}{key}"
        mine, theirs = one.get(key), other.get(key)
        if name in _MAY_CHANGE or mine == theirs:
            continue
        if isinstance(mine, Mapping) and isinstance(theirs, Mapping):
            below = _first_change(mine, theirs, f"{name}.")
            if below is None:
                continue
            return below
        return name
    return None
