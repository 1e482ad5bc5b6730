from datetime import timedelta

import pytest
from harness.town import Told, Town

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(300)]


async def test_an_outage_moves_promises_once(town: Town) -> None:
    monday = town.today
    thursday, friday, next_monday = (monday + timedelta(days=days) for days in (3, 4, 7))
    await town.office.matcher_fails()
    [case] = await town.apply(town.stranger())

    town.clock(thursday, 9)
    await town.has_been_told(case, "DELAYED")
    town.clock(friday, 18)
    await town.office.matcher_returns()
    await town.decide()
    town.clock(next_monday, 9)
    await town.print(case)

    assert await town.told(case) == [
        Told("PROMISE", thursday),
        Told("DELAYED", None),
        Told("MOVED", next_monday),
        Told("READY", None),
    ]
