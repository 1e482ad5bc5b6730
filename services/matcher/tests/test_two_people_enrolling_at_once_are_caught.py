"""Whoever enrols the same fingers twice at the same moment meets himself."""

import asyncio

from passport.matcher.v1 import encounters_pb2

from .caller import Caller, hits
from .people import fingers


async def test_of_two_at_once_the_later_is_caught(issuance: Caller, someone: int) -> None:
    names = [f"{someone}-{name}" for name in ("first", "second", "third")]

    answers = await asyncio.gather(
        *(
            issuance.enrol(name, fingers(someone, impression), check=True)
            for impression, name in enumerate(names)
        )
    )

    earlier: list[str] = []
    for answer in sorted(answers, key=_number):
        assert sorted(hits(answer.decision)) == sorted(earlier)
        earlier.append(answer.encounter.person_id)


async def test_nobody_else_is(issuance: Caller, someone: int) -> None:
    answers = await asyncio.gather(
        *(
            issuance.enrol(f"{person}", fingers(person), check=True)
            for person in range(someone, someone + 4)
        )
    )

    # Whether that is certain enough depends on how many others tests have enrolled before.
    assert [hits(answer.decision) for answer in answers] == [[]] * 4
    assert {answer.encounter.status for answer in answers} == {
        encounters_pb2.ENCOUNTER_STATUS_PENDING
    }


def _number(answer: encounters_pb2.CreateEncounterResponse) -> int:
    return int(answer.encounter.change_token.split(":")[1])
