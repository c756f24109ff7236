"""The budget of decoded slices: of the machine's memory, or of what a container allows."""

from __future__ import annotations

from pathlib import Path

import pytest

from viewer.loading.container_memory import container_limit
from viewer.loading.memory_budget import SMALLEST_BUDGET, budget_of

GB = 1 << 30


def limit(folder: Path, membership: str, files: dict[str, str]) -> int | None:
    said = folder / "cgroup"
    said.write_text(membership)
    for name, content in files.items():
        path = folder / "groups" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return container_limit(said, folder / "groups")


@pytest.mark.parametrize(
    ("membership", "files", "expected"),
    [
        ("0::/a/b\n", {"a/b/memory.max": "2147483648\n"}, 2 * GB),
        ("0::/a/b\n", {"a/b/memory.max": "max\n", "a/memory.max": f"{3 * GB}\n"}, 3 * GB),
        ("0::/a/b\n", {"a/b/memory.max": f"{4 * GB}", "a/memory.max": f"{GB}"}, GB),
        ("0::/\n", {"memory.max": f"{GB}\n"}, GB),
        ("0::/../other\n", {"memory.max": f"{GB}\n"}, GB),
        ("0::/a\n", {"a/memory.max": "max\n"}, None),
        ("0::/a\n", {"a/memory.max": "many\n"}, None),
        ("4:memory:/a\n0::/\n", {"memory/a/memory.limit_in_bytes": f"{GB}\n"}, GB),
        (
            "4:cpu,memory:/docker/x\n",
            {"cpu,memory/docker/x/memory.limit_in_bytes": f"{2 * GB}\n"},
            2 * GB,
        ),
        ("4:memory:/docker/x\n", {"memory/memory.limit_in_bytes": f"{GB}\n"}, GB),
        ("4:memory:/a\n", {"memory/a/memory.limit_in_bytes": "9223372036854771712\n"}, None),
        ("3:cpuset:/a\n", {"memory/memory.limit_in_bytes": f"{GB}\n"}, None),
        ("nonsense\n", {}, None),
    ],
)
def test_the_smallest_limit_of_the_groups_holds(
    tmp_path: Path, membership: str, files: dict[str, str], expected: int | None
) -> None:
    assert limit(tmp_path, membership, files) == expected


def test_a_system_without_groups_has_no_limit(tmp_path: Path) -> None:
    assert container_limit(tmp_path / "none", tmp_path) is None


def test_the_budget_is_a_third_of_what_may_be_used() -> None:
    assert budget_of(12 * GB, None) == 4 * GB
    assert budget_of(12 * GB, 3 * GB) == GB
    assert budget_of(3 * GB, 12 * GB) == GB
    assert budget_of(12 * GB, 100 << 20) == SMALLEST_BUDGET
