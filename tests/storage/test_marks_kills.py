"""kill -9 at random moments while marks are kept: what was confirmed is there and can be read."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from viewer.storage.marks_file import marks_path

VICTIM = Path(__file__).parent.parent / "marks_victim.py"
KILLS = 40


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no kill -9 and no fork")
def test_marks_that_were_kept_survive_kills_at_random_moments(tmp_path: Path) -> None:
    folder = tmp_path / "marks"
    done = subprocess.run(
        [sys.executable, str(VICTIM), str(folder), "e1", str(KILLS), "20260302"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    left = json.loads(done.stdout)
    assert len(left) == KILLS
    for confirmed, found, complaint in left:
        assert complaint is None
        # One whose keeping was cut off before it was confirmed may be there as well.
        assert confirmed <= found <= confirmed + 1
    damaged = [path.name for path in folder.iterdir() if "damaged" in path.name]
    assert damaged == []
    assert marks_path(folder, "e1").exists()
