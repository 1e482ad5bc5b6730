"""The process: serves calls and runs the workers, over one database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from servicekit.grpc.server import Server
from servicekit.process.metrics import metrics_read_by
from servicekit.security.identity import NATIONAL
from servicekit.storage.idempotency_retention import purge_records_daily
from servicekit.storage.write_probe import report_writability

from issuance.bootstrap.servicers import SERVICES, Servicers
from issuance.bootstrap.shared_parts import SharedParts
from issuance.bootstrap.workers import Workers
from issuance.config import IssuanceSettings
from issuance.metrics import read_metrics
from issuance.store.tables.idempotency import idempotency
from issuance.use_cases.application_steps import require_portraits
from issuance.use_cases.office_lifecycle import seed_offices, warn_of_unknown_offices
from issuance.use_cases.verify import record_verifications


class Issuance:
    """The service, wired by its settings. Raises OSError or ValueError for unusable files."""

    def __init__(self, settings: IssuanceSettings) -> None:
        self._parts = SharedParts(settings)
        self._servicers = Servicers(self._parts)
        self._workers = Workers(self._parts)

    async def serve(self) -> None:
        """Serve until stopped; tasks left in the outbox are done after the next start."""
        parts = self._parts
        server = Server(parts.settings, error_domain="passport.issuance", services=SERVICES)
        writability = report_writability(parts.database, server.set_writable)
        metrics = metrics_read_by(
            partial(
                read_metrics,
                parts.store,
                parts.offices,
                parts.clock,
                parts.real_now,
            )
        )
        async with parts.channel(parts.settings.matcher, "matcher", NATIONAL) as matcher:
            self._servicers.add_to(server, matcher)
            async with self._database_ready(), writability, self._workers.running(matcher):
                with metrics:
                    await server.run()

    @asynccontextmanager
    async def _database_ready(self) -> AsyncIterator[None]:
        parts = self._parts
        try:
            async with parts.store.begin() as records:
                now = parts.clock.now()
                await seed_offices(records, parts.settings.new_offices(now), now)
                await parts.offices.refresh(records)
                await records.outages.apply_policy(parts.outage_policy)
                await require_portraits(records, now, parts.apply_transition)
                await records.outbox.abandon_leases()
            special = parts.settings.finger_check_of_offices
            warn_of_unknown_offices("finger_check_of_offices", special, parts.offices)
            await record_verifications(parts.store, parts.apply_transition)
            async with purge_records_daily(
                parts.database, idempotency, parts.settings.idempotency_retention_days
            ):
                yield
        finally:
            self._servicers.close()
            await parts.database.close()
