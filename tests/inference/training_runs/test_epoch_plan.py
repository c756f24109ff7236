"""Which images an epoch shows."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from training_builders import blob_images

from inference.training_runs.epoch_plan import (
    Draw,
    balanced_epoch,
    share_of,
    steps_of,
    with_parts,
)
from inference.training_runs.examples import KnownImage, Part


def _known(findings: list[int]) -> list[KnownImage]:
    """Two images an exam; 0 nothing, 1 benign, 2 malignant, 3 both."""
    base = blob_images(1)[0].known
    return [
        replace(
            base,
            exam=f"exam {number}",
            patient=f"patient {number // 2}",
            benign=bool(finding & 1),
            malignant=bool(finding & 2) and index == 0,
        )
        for number, finding in enumerate(findings)
        for index in range(2)
    ]


@given(findings=st.lists(st.integers(0, 3), min_size=1, max_size=40), epoch=st.integers(0, 5))
def test_an_epoch_has_all_exams_with_a_finding_and_as_many_without(
    findings: list[int], epoch: int
) -> None:
    images = _known(findings)
    draws = balanced_epoch(images, seed=3, epoch=epoch)
    items = [draw.item for draw in draws]
    assert len(set(items)) == len(items)
    exams = {images[item].exam for item in items}
    assert len(items) == 2 * len(exams)
    found = {f"exam {number}" for number, finding in enumerate(findings) if finding}
    assert found <= exams
    others = len(findings) - len(found)
    assert len(exams - found) == (min(len(found), others) if found else others)
    assert [draw.position for draw in draws] == list(range(len(draws)))
    assert balanced_epoch(images, seed=3, epoch=epoch) == draws


def test_epochs_differ_in_order_and_in_the_exams_without_finding() -> None:
    images = _known([2] * 5 + [0] * 40)
    epochs = [balanced_epoch(images, seed=3, epoch=epoch) for epoch in range(6)]
    assert len({tuple(draw.item for draw in draws) for draws in epochs}) == 6
    seen = {draw.item for draws in epochs for draw in draws}
    assert len(seen) > 40


@given(
    draws=st.integers(0, 60),
    at_once=st.integers(1, 3),
    rounds=st.integers(1, 3),
    processes=st.integers(1, 4),
)
def test_processes_share_a_batch_without_overlap(
    draws: int, at_once: int, rounds: int, processes: int
) -> None:
    batch = at_once * rounds * processes
    epoch = [Draw(item=item, epoch=0, position=item) for item in range(draws)]
    steps = steps_of(epoch, batch)
    assert len(steps) == draws // batch
    for step in steps:
        shares = [
            share_of(step, rank=rank, processes=processes, images_at_once=at_once)
            for rank in range(processes)
        ]
        assert {len(share) for share in shares} == {rounds}
        assert sorted(d for share in shares for piece in share for d in piece) == sorted(step)
        alone = share_of(step, rank=0, processes=1, images_at_once=at_once)
        assert {piece for share in shares for piece in share} == set(alone)


@given(
    findings=st.lists(st.integers(0, 3), min_size=1, max_size=40),
    share=st.floats(0.01, 0.9),
    seed=st.integers(0, 100),
)
def test_a_patient_is_in_one_part_only(findings: list[int], share: float, seed: int) -> None:
    images = _known(findings)
    parts = with_parts(images, validation_share=share, seed=seed)
    by_patient: dict[str, set[Part]] = {}
    for image, part in zip(images, parts, strict=True):
        by_patient.setdefault(image.patient, set()).add(part)
    assert all(len(own) == 1 for own in by_patient.values())


def test_both_parts_get_their_share_of_every_kind() -> None:
    images = _known([0] * 80 + [1] * 80 + [2] * 80)
    parts = with_parts(images, validation_share=0.25, seed=1)
    held = [image for image, part in zip(images, parts, strict=True) if part is Part.VALIDATION]
    assert len({image.patient for image in held}) == 30
    assert len({image.patient for image in held if image.malignant}) == 10


def test_what_the_table_says_of_the_parts_holds() -> None:
    images = [replace(image, part=Part.VALIDATION) for image in _known([0, 1, 2])]
    assert set(with_parts(images, validation_share=0.1, seed=1)) == {Part.VALIDATION}
