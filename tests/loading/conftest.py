"""A pool of one thread, what it reports, and where it keeps frames."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from decode_builders import Reports

from viewer.loading.decode_pool import DecodePool
from viewer.loading.frame_store import FrameStore


@pytest.fixture
def reports() -> Reports:
    return Reports()


@pytest.fixture
def store() -> FrameStore:
    return FrameStore(1 << 20)


@pytest.fixture
def pool(store: FrameStore, reports: Reports) -> Iterator[DecodePool]:
    pool = DecodePool(
        store=store, workers=1, on_ready=reports.on_ready, on_failed=reports.on_failed
    )
    yield pool
    pool.close()
