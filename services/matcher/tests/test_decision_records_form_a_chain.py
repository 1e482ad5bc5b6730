"""Decision records form a chain: none is changed, removed or added unnoticed."""

import hashlib
from pathlib import Path

import pytest
from matcher.domain.change_token import ChangeToken
from matcher.domain.decision import (
    Decision,
    DecisionKind,
    DecisionOutcome,
    DecisionRequest,
    ProbeFinger,
)
from matcher.domain.office_scope import ALL_OFFICES

from services.databases import database_of, execute

from .store_and_index import NOW, opened

TAMPERING = {
    "changed": "UPDATE decisions SET record = :other WHERE number = 2",
    "rehashed": "UPDATE decisions SET record_hash = :zeros WHERE number = 2",
    "removed": "DELETE FROM decisions WHERE number = 2",
    "cut off": "DELETE FROM decisions WHERE number > 1",
}


def _decision(number: int) -> Decision:
    return Decision(
        decision_id=f"decision-{number}",
        request=DecisionRequest(
            DecisionKind.IDENTIFY, "spiffe://NO", f"request-{number}", 0.001, 10
        ),
        probe=(ProbeFinger(2, None, "00"),),
        outcome=DecisionOutcome.NO_HIT,
        candidates=(),
        threshold=1 / 3,
        people_searched=7,
        people_compared=7,
        model_version="model",
        calibration_version="calibration",
        change_token=ChangeToken("0" * 32, number),
        decided_at=NOW,
    )


async def _three(folder: Path) -> None:
    async with opened(folder) as base:
        for number in (1, 2, 3):
            async with base.store.write() as records:
                await records.decisions.append(_decision(number))


async def _first_broken_record(folder: Path) -> int | None:
    async with opened(folder) as base, base.store.read() as records:
        return await records.decisions.first_broken_record()


async def test_a_whole_chain_is_whole(tmp_path: Path) -> None:
    await _three(tmp_path)

    async with opened(tmp_path) as base, base.store.read() as records:
        third = await records.decisions.get("decision-3", ALL_OFFICES)
    url = database_of(tmp_path / "matcher.sqlite")
    rows = execute(url, "SELECT record FROM decisions ORDER BY number")
    chain = bytes(32)
    for (record,) in rows:
        chain = hashlib.sha256(chain + record).digest()

    assert third.decision == _decision(3)
    assert third.record_hash == chain
    assert await _first_broken_record(tmp_path) is None


@pytest.mark.parametrize("statement", TAMPERING.values(), ids=TAMPERING.keys())
async def test_tampering_shows(tmp_path: Path, statement: str) -> None:
    await _three(tmp_path)

    url = database_of(tmp_path / "matcher.sqlite")
    ((record,),) = execute(url, "SELECT record FROM decisions WHERE number = 2")
    other = bytes(record).replace(b"NO", b"ON")
    execute(url, statement, other=other, zeros=bytes(32))

    assert other != record
    assert await _first_broken_record(tmp_path) == 2
