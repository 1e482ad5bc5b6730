"""A service for tests that need a process of its own: it deletes each encounter once.

Its answer tells how often it has acted, so acting twice shows. It dies where it is told to.
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
from servicekit.storage.idempotency import IdempotentRequests, requests_table
from sqlalchemy import Column, Integer, MetaData, Table, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

TABLES = MetaData()
REQUESTS = requests_table(TABLES)
ACTS = Table("acts", TABLES, Column("number", Integer, primary_key=True))


def servicer(once: IdempotentRequests) -> Any:
    async def act(transaction: AsyncConnection) -> pb.DeleteEncounterResponse:
        await transaction.execute(insert(ACTS))
        count = await transaction.scalar(select(func.count()).select_from(ACTS))
        failpoint("before-commit")
        return pb.DeleteEncounterResponse(change_token=str(count))

    async def delete(request: pb.DeleteEncounterRequest, context: Any) -> Any:
        answer = await once.run(request, pb.DeleteEncounterResponse, act)
        failpoint("after-commit")
        return answer

    base: Any = stubs.EncountersServicer
    return type("Encounters", (base,), {"DeleteEncounter": staticmethod(delete)})()


async def main(settings: ServiceSettings) -> None:
    database = Database(settings.database_url)
    async with database.begin() as connection:
        await connection.run_sync(TABLES.create_all)
    service = pb.DESCRIPTOR.services_by_name["Encounters"]
    server = Server(settings, domain="passport.matcher", services=[service])
    stubs.add_EncountersServicer_to_server(
        servicer(IdempotentRequests(database, REQUESTS)), server.grpc
    )
    await server.run()
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(ServiceSettings.load(Path(sys.argv[1]))))
