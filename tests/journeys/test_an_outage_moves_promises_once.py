from datetime import timedelta

import pytest
from harness.journey_office import JourneyOffice, NoticeSeen

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(300)]


async def test_an_outage_moves_promises_once(office: JourneyOffice) -> None:
    monday = office.today
    thursday, friday, next_monday = (monday + timedelta(days=days) for days in (3, 4, 7))
    await office.staff.matcher_fails()
    [case] = await office.apply(office.first_time_applicant())

    office.clock(thursday, 9)
    await office.wait_for_notice(case, "DELAYED")
    office.clock(friday, 18)
    await office.staff.matcher_returns()
    await office.decide()
    office.clock(next_monday, 9)
    await office.print(case)

    assert await office.notices_to(case) == [
        NoticeSeen("PROMISED_DATE", thursday),
        NoticeSeen("DELAYED", None),
        NoticeSeen("DATE_CHANGED", next_monday),
        NoticeSeen("READY", None),
    ]
