"""Decisions of each kind, and what `matcher replay` says of those of today."""

from datetime import UTC, datetime

import pytest
from passport.matcher.v1 import identification_pb2

from .caller import Caller
from .matcher_process import Matcher
from .people import fingers, given

Output = pytest.CaptureFixture[str]


async def decided(matcher: Matcher, caller: Caller, someone: int) -> list[str]:
    """Enrol three people, decide one of each kind, and return the ids of the decisions."""
    for number in range(3):
        await caller.enrol(f"encounter-{number}", fingers(someone + number))
    again = given(fingers(someone, impression=1))
    duplicate = await caller.enrol("duplicate", fingers(someone, impression=2), check=True)
    made = [
        duplicate.decision,
        await caller.identify(again),
        await caller.verify(again, _encounter("encounter-0")),
        await caller.verify(_encounter("duplicate"), given(fingers(someone))),
        await caller.identify(given(fingers(someone + 9))),
    ]
    return [decision.decision_id for decision in made]


def replayed(matcher: Matcher, capsys: Output) -> tuple[int, list[str]]:
    """Replay the decisions of today; return the exit status and the lines."""
    matcher.stop()
    capsys.readouterr()
    status = matcher.replay(f"{datetime.now(UTC):%Y-%m-%d}")
    return status, capsys.readouterr().out.splitlines()


def _encounter(encounter_id: str) -> identification_pb2.FingerSource:
    return identification_pb2.FingerSource(encounter_id=encounter_id)
