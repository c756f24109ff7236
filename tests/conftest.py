"""Fixtures every test may use."""

from __future__ import annotations

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The reference data beside the checkout; the test is skipped when it is absent."""
    if not (SHARED / "README.md").is_file():
        pytest.skip("the reference data beside the checkout is absent")
    return SHARED
