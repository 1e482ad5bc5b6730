"""The matcher has lost its index: renewals are verified 1:1, printed, and held until it is back."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import grpc
import pytest
import pytest_asyncio
from harness.journey_office import JourneyOffice
from harness.patient_calls import reason, wait_until
from harness.roles.counter import Case
from passport.issuance.v1 import applications_pb2 as pb
from passport.matcher.v1 import admin_pb2

from services.databases import execute
from services.issuance.tests.outage_policies import RENEWALS_GO_ON
from tests.countries import a_country, database_url

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]

_WITHIN_SECONDS = 240.0


@pytest_asyncio.fixture
async def office(tmp_path: Path) -> AsyncIterator[JourneyOffice]:
    """An office of its own, with one machine, on a Monday morning."""
    async with a_country(
        tmp_path,
        machines=1,
        books_per_minute=600.0,
        target_fpir=1e-6,
        outage_policy=RENEWALS_GO_ON,
    ) as country:
        office = JourneyOffice(country, seed=1)
        await office.staff.open_print_room()
        office.next_monday()
        yield office


async def test_a_renewal_is_printed_and_handed_over_once_it_is_identified(
    office: JourneyOffice,
) -> None:
    holder = await office.person_on_record()
    await _loses_its_index(office)

    renewal, first = await office.apply(office.renewing(holder), office.first_time_applicant())
    await _reaches(office, renewal, pb.APPLICATION_STATE_AWAITING_APPROVAL)
    waiting = await office.file(first)
    await office.staff.supervisor.approve_all()
    office.clock(office.today + timedelta(days=1), 8)
    held = await _is_printed(office, renewal)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await office.collect(renewal)
    await _has_its_index_again(office)
    await _reaches(office, renewal, pb.APPLICATION_STATE_READY)
    (passport,) = await office.collect(renewal)

    assert waiting.state == pb.APPLICATION_STATE_IDENTIFYING
    assert held.identification_due
    assert held.waiting.responsible_party == pb.RESPONSIBLE_PARTY_MATCHER
    assert reason(refused.value) == "IDENTIFICATION_DUE"
    assert passport.state == pb.APPLICATION_STATE_HANDED_OVER
    assert (passport.identification_due, passport.own_record_first) == (False, True)
    assert [notice.kind for notice in await office.notices_to(renewal)][-1] == "READY"


async def _loses_its_index(office: JourneyOffice) -> None:
    """Take a change from the matcher's log, without which its snapshot cannot follow."""
    country = office.country
    await country.terminate("matcher")
    await country.restart("matcher")
    await office.person_on_record()
    country.kill9("matcher")
    await country.processes["matcher"].stopped(_WITHIN_SECONDS)
    last = "FROM changes WHERE number = (SELECT max(number) FROM changes)"
    _change(office, f"CREATE TABLE lost AS SELECT * {last}")
    _change(office, f"DELETE {last}")
    country.processes["matcher"].start()

    async def only_verifies() -> bool:
        status = await office.staff.administrator.matcher()
        return status.level == admin_pb2.SERVICE_LEVEL_VERIFY_ONLY

    await wait_until(only_verifies, what="the matcher verifies only", within=_WITHIN_SECONDS)

    async def is_noticed() -> bool:
        return bool(await office.staff.administrator.outages(lasting=True))

    await wait_until(is_noticed, what="an outage is opened", within=_WITHIN_SECONDS)


async def _has_its_index_again(office: JourneyOffice) -> None:
    await office.country.terminate("matcher")
    _change(office, "INSERT INTO changes SELECT * FROM lost")
    await office.staff.matcher_returns()


def _change(office: JourneyOffice, statement: str) -> None:
    execute(database_url(office.country, "matcher"), statement)


async def _reaches(
    office: JourneyOffice, case: Case, state: "pb.ApplicationState.ValueType"
) -> pb.Application:
    async def is_there() -> bool:
        return (await office.file(case)).state == state

    name = pb.ApplicationState.Name(state)
    await wait_until(is_there, what=f"it is {name}", within=_WITHIN_SECONDS)
    return await office.file(case)


async def _is_printed(office: JourneyOffice, case: Case) -> pb.Application:
    async def is_held() -> bool:
        await office.staff.operator.check_and_resolve()
        return (await office.file(case)).state == pb.APPLICATION_STATE_BOOK_HELD

    await wait_until(is_held, what="its book is held", within=_WITHIN_SECONDS)
    return await office.file(case)
