import pytest
from harness.journey_office import JourneyOffice, NoticeSeen
from harness.machine_output import document_number, read_mrz
from harness.world.names import day_of
from passport.issuance.v1 import applications_pb2 as pb

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(300)]


async def test_an_applicant_gets_a_passport(office: JourneyOffice) -> None:
    [case] = await office.apply(office.first_time_applicant())
    promised = day_of((await office.file(case)).promised_collection_date)

    await office.decide()
    await office.print(case)
    office.clock(promised, 14)
    [passport] = await office.collect(case)

    assert passport.state == pb.APPLICATION_STATE_HANDED_OVER
    assert await office.notices_to(case) == [
        NoticeSeen("PROMISED_DATE", promised),
        NoticeSeen("READY", None),
    ]
    assert _numbers_printed_into(office, passport.book_serial) == [passport.document_number]


def _numbers_printed_into(office: JourneyOffice, serial: str) -> list[str]:
    pages = [output.page(serial) for output in office.country.machine_outputs]
    return [document_number(read_mrz(page)) for page in pages if page is not None]
