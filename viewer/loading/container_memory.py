"""How much memory the container allows that the program runs in (Linux control groups)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

MEMBERSHIP = Path("/proc/self/cgroup")
GROUPS = Path("/sys/fs/cgroup")
_NO_LIMIT = 1 << 60
"""Version 1 says that there is no limit by a number near 2^63."""


def container_limit(membership: Path = MEMBERSHIP, groups: Path = GROUPS) -> int | None:
    """Return the smallest limit in bytes of the program's group and those above; None: no limit.

    membership: lines such as "0::/a/b" (version 2) and "4:memory:/a/b" (version 1); groups: where
    the groups are mounted. A container often sees its own group at the root, so that is asked too.
    """
    try:
        lines = membership.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    files = (file for line in lines for file in _limit_files(line, groups))
    limits = [limit for file in files if (limit := _read(file)) is not None]
    return min(limits, default=None)


def _limit_files(line: str, groups: Path) -> Iterator[Path]:
    number, _, rest = line.partition(":")
    controllers, _, path = rest.partition(":")
    if number == "0" and not controllers:
        tops, name = (groups, groups / "unified"), "memory.max"
    elif "memory" in controllers.split(","):
        tops, name = (groups / "memory", groups / controllers), "memory.limit_in_bytes"
    else:
        return
    parts = [part for part in PurePosixPath(path).parts if part not in ("/", "..")]
    for top in tops:
        for depth in range(len(parts), -1, -1):
            yield top.joinpath(*parts[:depth], name)


def _read(file: Path) -> int | None:
    try:
        said = file.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return None
    if not (said.isascii() and said.isdecimal()):
        return None
    limit = int(said)
    return limit if 0 < limit < _NO_LIMIT else None
