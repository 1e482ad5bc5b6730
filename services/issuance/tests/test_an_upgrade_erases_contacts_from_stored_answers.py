"""Answers that an earlier version stored whole say after an upgrade nothing that is erased."""

import asyncio
from pathlib import Path

from google.protobuf.message import Message
from issuance.store.records import MIGRATIONS
from passport.issuance.v1 import applications_pb2 as pb
from servicekit.storage.database import Database, migrate
from sqlalchemy import text

from services.older_schema import migrate_until

WITHOUT = pb.Application(application_id="a", state=pb.APPLICATION_STATE_READY, revision=3)
WHOLE = pb.Application(
    application_id="a", state=pb.APPLICATION_STATE_READY, revision=3,
    contact=pb.Contact(email="siti@example.org"), proxy=pb.Proxy(name="Budi Rahman"),
    guardians=[pb.Guardian(name="Nur Rahman", identity_number="6371014107850001")],
)  # fmt: skip
STORED: dict[str, Message] = {
    "AppointProxyRequest": WHOLE,
    "RecordPaymentRequest": WITHOUT,
    "SubmitPortraitRequest": pb.SubmitPortraitResponse(application=WHOLE, eye_distance_pixels=90),
    "ListApplicationsRequest": pb.ListApplicationsResponse(next_page_token="t"),
}


def test_an_upgrade_erases_contacts_from_stored_answers(database_url: str, tmp_path: Path) -> None:
    migrate_until("0045", database_url, MIGRATIONS, tmp_path)
    asyncio.run(_write(database_url))

    migrate(database_url, MIGRATIONS)

    assert asyncio.run(_read(database_url)) == {
        "AppointProxyRequest": WITHOUT.SerializeToString(),
        "RecordPaymentRequest": WITHOUT.SerializeToString(),
        "SubmitPortraitRequest": pb.SubmitPortraitResponse(
            application=WITHOUT, eye_distance_pixels=90
        ).SerializeToString(),
        "ListApplicationsRequest": STORED["ListApplicationsRequest"].SerializeToString(),
    }


async def _write(url: str) -> None:
    database = Database(url)
    insert = text(
        "INSERT INTO idempotency_records"
        " (caller, request_type, request_id, request_digest, response, completed_at)"
        " VALUES ('siti', :type, 'request-1', :response, :response, '2018-10-29 02:00:00+00:00')"
    )
    async with database.begin() as connection:
        for name, answer in STORED.items():
            values = {
                "type": f"passport.issuance.v1.{name}",
                "response": answer.SerializeToString(),
            }
            await connection.execute(insert, values)
    await database.close()


async def _read(url: str) -> dict[str, bytes]:
    database = Database(url)
    async with database.read() as connection:
        rows = await connection.execute(
            text("SELECT request_type, response FROM idempotency_records")
        )
        found = {str(row.request_type).rpartition(".")[2]: bytes(row.response) for row in rows}
    await database.close()
    return found
