"""What came out of arms, kept in files: one for each arm and seed, and all together under gzip."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from inference.ablations import learning, phantoms
from inference.ablations.arms import ARMS, Size
from inference.ablations.summary import columns_of
from inference.atomic_file import write_atomically

Run = Mapping[str, Any]
"""What came out of one arm with one seed."""


class OtherSettings(ValueError):
    """Runs were made with other settings, so that they do not belong to these."""


def settings_key(size: Size) -> str:
    """A name that is another one wherever a number that decides what comes out is."""
    told = [repr(asdict(size)), repr(learning.CONSTANTS), repr(phantoms.CONSTANTS)]
    told += [f"{arm}\n{arm.text(size, seed=0)}" for arm in ARMS]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:12]


def read_run(path: Path) -> Run:
    """Read what Ablations.run wrote."""
    run: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return run | {when: columns_of(run[when]) for when in ("before", "after") if when in run}


def read_earlier(path: Path, size: Size) -> list[Run]:
    """The runs of a results file. Raises OtherSettings if it was made with others than these."""
    kept = json.loads(gzip.decompress(path.read_bytes()))
    if kept.get("settings") != settings_key(size):
        raise OtherSettings(
            f"{path.name} was made with other settings than those of now; its runs cannot stand "
            "beside new ones. Leave it out, or train all arms again."
        )
    runs: list[Run] = kept["runs"]
    return runs


def write_results(runs: Sequence[Run], size: Size, path: Path) -> None:
    """Put runs into one file, the arms in their order; see summary.read_results."""
    names = [arm.name for arm in ARMS]
    kept = {
        "size": asdict(size),
        "settings": settings_key(size),
        "runs": sorted(runs, key=lambda run: (names.index(run["arm"]), run["seed"])),
    }
    text = json.dumps(kept, separators=(",", ":"))
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, gzip.compress(text.encode(), mtime=0))
