"""Open operations are counted with the bytes of their requests, and listed by caller and office."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from matcher.domain.operation import (
    NewOperation,
    OpenOperations,
    OperationOrigin,
    OperationScope,
    OperationState,
)
from matcher.store.store import Store

from .store_and_index import opened

NOON = datetime(2018, 10, 26, 12, 0, tzinfo=UTC)
METHOD = "package.Service/Method"
ISSUANCE = "spiffe://id/office/BJM/service/issuance"
REGISTRY = "spiffe://id/office/national/service/registry"
SEALED = 40 + 12 + 16
"""Bytes that encryption adds: a wrapped key, a nonce and a tag."""


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """The store of a new database."""
    async with opened(tmp_path) as base:
        yield base.store


async def _start(store: Store, name: str, caller: str, office: str, request: bytes) -> None:
    origin = OperationOrigin(METHOD, caller, None, office)
    async with store.write() as records:
        await records.operations.add(NewOperation(name, origin, request, 5), NOON)


async def _listed(store: Store, scope: OperationScope) -> list[str]:
    async with store.read() as records:
        return [each.operation_id for each in await records.operations.page(scope, "", 10)]


async def test_what_waits_counts_with_its_bytes_until_it_is_finished(store: Store) -> None:
    await _start(store, "one", ISSUANCE, "BJM", bytes(1000))
    await _start(store, "two", REGISTRY, "BJM", bytes(500))
    await _start(store, "three", REGISTRY, "MTP", bytes(20))

    async with store.write() as records:
        leased = await records.operations.lease_next("replica", [METHOD], NOON)
        assert leased
        running = await records.operations.open_now()
        of_registry = await records.operations.open_now(REGISTRY)
        await records.operations.finish(leased, OperationState.SUCCEEDED, b"result", NOON)
        left = await records.operations.open_now()
        of_nobody = await records.operations.open_now("nobody")

    assert running == OpenOperations(3, 1520 + 3 * SEALED)
    assert of_registry == OpenOperations(2, 520 + 2 * SEALED)
    assert left.count == 2
    assert left.request_bytes < running.request_bytes
    assert of_nobody == OpenOperations(0, 0)


async def test_they_are_listed_by_caller_by_office_or_all(tmp_path: Path) -> None:
    async with opened(tmp_path) as base:
        await _start(base.store, "a", ISSUANCE, "BJM", b"request")
        await _start(base.store, "b", REGISTRY, "BJM", b"request")
        await _start(base.store, "c", REGISTRY, "MTP", b"request")

        assert await _listed(base.store, OperationScope()) == ["a", "b", "c"]
        assert await _listed(base.store, OperationScope(caller=REGISTRY)) == ["b", "c"]
        assert await _listed(base.store, OperationScope(office_id="BJM")) == ["a", "b"]
        assert await _listed(base.store, OperationScope(ISSUANCE, "MTP")) == []
