"""Fingerprints are deleted once the matcher has stored them, or the applicant withdraws."""

from issuance.store.tables.biometrics import fingerprints
from passport.issuance.v1 import applications_pb2 as apps
from servicekit.storage.database import Database
from sqlalchemy import func, select

from .contract_values import some_fingers
from .country import Country


async def _stored(database_url: str) -> int:
    database = Database(database_url)
    async with database.read() as connection:
        count = await connection.scalar(select(func.count()).select_from(fingerprints))
    await database.close()
    return int(count or 0)


async def test_fingers_wait_for_the_matcher_and_no_longer(
    country: Country, database_url: str
) -> None:
    await country.matcher_fails()
    id = (await country.applies()).application_id
    waiting = await _stored(database_url)

    await country.matcher_returns()
    await country.reaches(id, "AWAITING_APPROVAL")

    assert (waiting, await _stored(database_url)) == (1, 0)


async def test_fingers_of_who_withdraws_are_forgotten(country: Country, database_url: str) -> None:
    id = (await country.takes_in()).application_id
    await country.officer("AcceptDocuments", apps.AcceptDocumentsRequest(application_id=id))
    payment = apps.RecordPaymentRequest(application_id=id, receipt="1")
    await country.officer("RecordPayment", payment)
    submit = apps.SubmitBiometricsRequest(application_id=id, samples=some_fingers(b"whorl"))
    await country.officer("SubmitBiometrics", submit)

    await country.officer("Withdraw", apps.WithdrawRequest(application_id=id))

    assert await _stored(database_url) == 0
    assert await country.state(id) == "WITHDRAWN"
