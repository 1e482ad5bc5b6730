"""A service for tests that need a separate process: DeleteEncounter inserts a row, idempotently.

Its response holds the number of rows, so a change applied twice shows. It has two failpoints.
"""

import asyncio
import sys
from pathlib import Path
from typing import Any

from passport.matcher.v1 import encounters_pb2 as pb
from passport.matcher.v1 import encounters_pb2_grpc as stubs
from servicekit.grpc.server import Server
from servicekit.process.failpoint import failpoint
from servicekit.process.settings import ServiceSettings
from servicekit.storage.database import Database
from servicekit.storage.idempotency import IdempotentRequests, idempotency_table
from sqlalchemy import Column, Integer, MetaData, Table, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

TABLES = MetaData()
RECORDS = idempotency_table(TABLES)
CHANGES = Table("changes", TABLES, Column("number", Integer, primary_key=True))


def servicer(requests: IdempotentRequests) -> Any:
    async def change(transaction: AsyncConnection) -> pb.DeleteEncounterResponse:
        await transaction.execute(insert(CHANGES))
        count = await transaction.scalar(select(func.count()).select_from(CHANGES))
        failpoint("before-commit")
        return pb.DeleteEncounterResponse(change_token=str(count))

    async def delete(request: pb.DeleteEncounterRequest, context: Any) -> Any:
        response = await requests.run(request, pb.DeleteEncounterResponse, change)
        failpoint("after-commit")
        return response

    base: Any = stubs.EncountersServicer
    return type("Encounters", (base,), {"DeleteEncounter": staticmethod(delete)})()


async def main(settings: ServiceSettings) -> None:
    database = Database(settings.database_url)
    async with database.begin() as connection:
        await connection.run_sync(TABLES.create_all)
    service = pb.DESCRIPTOR.services_by_name["Encounters"]
    server = Server(settings, error_domain="passport.matcher", services=[service])
    stubs.add_EncountersServicer_to_server(
        servicer(IdempotentRequests(database, RECORDS)), server.grpc
    )
    await server.run()
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(ServiceSettings.load(Path(sys.argv[1]))))
