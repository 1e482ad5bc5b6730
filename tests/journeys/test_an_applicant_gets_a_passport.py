import pytest
from harness.town import Told, Town
from harness.trays import document_number, read_mrz
from harness.world.names import day_of
from passport.issuance.v1 import applications_pb2 as pb

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(300)]


async def test_an_applicant_gets_a_passport(town: Town) -> None:
    [case] = await town.apply(town.stranger())
    promised = day_of((await town.file(case)).promised_collection_date)

    await town.decide()
    await town.print(case)
    town.clock(promised, 14)
    [passport] = await town.collect(case)

    assert passport.state == pb.APPLICATION_STATE_HANDED_OVER
    assert await town.told(case) == [Told("PROMISE", promised), Told("READY", None)]
    assert _numbers_printed_into(town, passport.book_serial) == [passport.document_number]


def _numbers_printed_into(town: Town, serial: str) -> list[str]:
    pages = [tray.page(serial) for tray in town.country.trays]
    return [document_number(read_mrz(page)) for page in pages if page is not None]
