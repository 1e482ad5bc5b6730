"""A service for tests that need a separate process: DeleteEncounter inserts a row, idempotently.

Its response holds the number of rows, so a change applied twice shows. CreateEncounter, whose
requests may be large, does the same. They have two failpoints, and GetEncounter stops the whole
process from doing anything.
"""

import asyncio
import sys
import time
from pathlib import Path
from typing import Any

from passport.matcher.v1 import encounters_pb2 as pb
from passport.matcher.v1 import encounters_pb2_grpc as stubs
from servicekit.grpc.server import Server
from servicekit.process.failpoint import failpoint
from servicekit.process.settings import ServiceSettings
from servicekit.storage.database import Database
from servicekit.storage.idempotency import IdempotentRequests, StoreResponse, idempotency_table
from sqlalchemy import Column, Integer, MetaData, Table, func, insert, select

TABLES = MetaData()
IDEMPOTENCY = idempotency_table(TABLES)
CHANGES = Table("changes", TABLES, Column("number", Integer, primary_key=True))


def servicer(database: Database, requests: IdempotentRequests) -> Any:
    async def change(
        store_response: StoreResponse[pb.DeleteEncounterResponse],
    ) -> pb.DeleteEncounterResponse:
        async with database.begin() as transaction:
            await transaction.execute(insert(CHANGES))
            count = await transaction.scalar(select(func.count()).select_from(CHANGES))
            response = pb.DeleteEncounterResponse(change_token=str(count))
            await store_response(transaction, response)
            failpoint("before-commit")
        return response

    async def delete(request: pb.DeleteEncounterRequest, context: Any) -> Any:
        response = await requests.run(request, pb.DeleteEncounterResponse, change)
        failpoint("after-commit")
        return response

    async def create(request: pb.CreateEncounterRequest, context: Any) -> Any:
        async def change_and_answer(
            store_response: StoreResponse[pb.CreateEncounterResponse],
        ) -> pb.CreateEncounterResponse:
            async with database.begin() as transaction:
                await transaction.execute(insert(CHANGES))
                response = pb.CreateEncounterResponse()
                await store_response(transaction, response)
                failpoint("before-commit")
            return response

        return await requests.run(request, pb.CreateEncounterResponse, change_and_answer)

    async def freeze(request: pb.GetEncounterRequest, context: Any) -> Any:
        time.sleep(60)  # noqa: ASYNC251  that is the fault

    base: Any = stubs.EncountersServicer
    methods = {
        "CreateEncounter": staticmethod(create),
        "DeleteEncounter": staticmethod(delete),
        "GetEncounter": staticmethod(freeze),
    }
    return type("Encounters", (base,), methods)()


async def main(settings: ServiceSettings) -> None:
    database = Database(settings.database_url, silence=settings.silence)
    async with database.begin() as connection:
        await connection.run_sync(TABLES.create_all)
    service = pb.DESCRIPTOR.services_by_name["Encounters"]
    server = Server(settings, error_domain="passport.matcher", services=[service])
    stubs.add_EncountersServicer_to_server(
        servicer(database, IdempotentRequests(database, IDEMPOTENCY)), server.grpc
    )
    await server.run()
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(ServiceSettings.load(Path(sys.argv[1]))))
