"""Fingerprints are deleted once the matcher has stored them, or the applicant withdraws."""

import sqlite3
from contextlib import closing

from passport.issuance.v1 import applications_pb2 as apps

from .contract_values import some_fingers
from .country import Country


def _stored(country: Country) -> int:
    with closing(sqlite3.connect(country.folder / "issuance.db")) as database:
        return int(database.execute("SELECT count(*) FROM fingerprints").fetchone()[0])


async def test_fingers_wait_for_the_matcher_and_no_longer(country: Country) -> None:
    await country.matcher_fails()
    id = (await country.applies()).application_id
    waiting = _stored(country)

    await country.matcher_returns()
    await country.reaches(id, "AWAITING_APPROVAL")

    assert (waiting, _stored(country)) == (1, 0)


async def test_fingers_of_who_withdraws_are_forgotten(country: Country) -> None:
    id = (await country.takes_in()).application_id
    await country.officer("AcceptDocuments", apps.AcceptDocumentsRequest(application_id=id))
    payment = apps.RecordPaymentRequest(application_id=id, receipt="1")
    await country.officer("RecordPayment", payment)
    submit = apps.SubmitBiometricsRequest(application_id=id, samples=some_fingers(b"whorl"))
    await country.officer("SubmitBiometrics", submit)

    await country.officer("Withdraw", apps.WithdrawRequest(application_id=id))

    assert _stored(country) == 0
    assert await country.state(id) == "WITHDRAWN"
