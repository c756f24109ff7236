"""The hanging protocols on disk, offered to the session."""

from __future__ import annotations

from pathlib import Path

import pytest

from viewer.jobs.hangings import Hangings
from viewer.session.session import Session
from viewer.session.state import SessionState


@pytest.mark.parametrize("chosen", ["pairs", "screening"])
def test_the_protocol_that_was_in_use_hangs_again_without_a_word(
    tmp_path: Path, chosen: str
) -> None:
    session = Session(SessionState())
    hangings = Hangings(session=session, folder=tmp_path, chosen=chosen)
    assert session.state.protocol.protocol_id == chosen
    assert hangings.complaints == ()


def test_a_protocol_that_is_gone_is_named_with_the_one_that_serves(tmp_path: Path) -> None:
    session = Session(SessionState())
    hangings = Hangings(session=session, folder=tmp_path, chosen="mine")
    serving = session.state.protocol
    assert serving in session.state.protocols
    assert hangings.complaints == (
        f'No hanging is called "mine" any more: "{serving.title}" serves',
    )
