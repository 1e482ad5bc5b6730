"""The database and the index over it, put together as the service does, without a server."""

import copy
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from matcher.bootstrap import StoreAndIndex, open_store_and_index
from matcher.comparison.descriptor_quantizer import PROBED_LISTS
from matcher.config import Settings
from matcher.domain.encounter import Encounter, EncounterStatus
from matcher.domain.enrolment import Enrolment
from matcher.domain.finger import Finger, read_template
from matcher.domain.index_entry import FingerFeatures
from matcher.domain.request import RequestOrigin, SearchPolicy
from matcher.domain.shortlist import SearchDepth, SearchScope
from matcher.index.finger_features import finger_features
from matcher.maintenance import encrypt_stored
from matcher.models import ModelBundle
from matcher.store.store import MIGRATIONS
from servicekit.storage.database import migrate

from services.databases import database_of

from .matcher_process import master_key
from .models import models
from .people import template

NOW = datetime(2018, 10, 26, 1, 0, tzinfo=UTC)
INDEX = 2
DEPTH = SearchDepth(prefiltered=100, compared=3)


def other_embedding(version: str) -> ModelBundle:
    """The same models, of which the embedding says that it is of another version."""
    embedding = copy.copy(models().embedding)
    embedding.version = version
    return replace(models(), embedding=embedding)


def other_comparison(version: str) -> ModelBundle:
    """The same models, of which the comparison says that it is of another version."""
    comparator = copy.copy(models().comparator)
    comparator.version = version
    calibration = replace(models().calibration, comparison_version=version)
    return replace(models(), comparator=comparator, calibration=calibration)


def other_quantizer(version: str) -> ModelBundle:
    """The same models, of which the quantizer says that it is of another version."""
    return replace(models(), quantizer=replace(models().quantizer, version=version))


def settings_of(folder: Path, **others: Any) -> Settings:
    """Settings of a matcher over the database of a folder."""
    unused = Path(os.devnull)
    values: dict[str, Any] = {
        "certificate": unused,
        "private_key": unused,
        "authority": unused,
        "policy_file": unused,
        "database_url": database_of(folder / "matcher.sqlite"),
        "master_key_file": master_key(folder),
        "workers": 2,
        # What tests compute on the event loop takes long on a busy machine.
        "idempotency_lease_seconds": 300,
    }
    return Settings.load(**(values | others))


@asynccontextmanager
async def opened(
    folder: Path,
    *,
    using: ModelBundle | None = None,
    snapshot_file: Path | None = None,
    master_key_token: str | None = None,
    index_shards: int = 1,
) -> AsyncIterator[StoreAndIndex]:
    """The database of a folder, created if it does not exist, and an index that is not loaded."""
    settings = settings_of(
        folder,
        master_key_token=master_key_token,
        snapshot_file=snapshot_file,
        index_shards=index_shards,
    )
    migrate(settings.database_url, MIGRATIONS)
    await encrypt_stored(settings)
    async with open_store_and_index(settings, using or models()) as base:
        yield base


def finger(person: int) -> Finger:
    """A person's right index finger, as enrolment makes it of a template."""
    record = template(person, INDEX)
    minutiae = read_template(record)
    embedding = models().embedding.embed(minutiae).astype(np.float16)
    return Finger(INDEX, minutiae, record, embedding)


def features(person: int) -> dict[int, FingerFeatures]:
    """A person's right index finger, as a search has it."""
    found = finger(person)
    return {INDEX: finger_features(models(), found.minutiae, found.embedding, lists=PROBED_LISTS)}


def enrolment(
    person: int, galleries: tuple[str, ...] = (), check: SearchPolicy | None = None
) -> Enrolment:
    """What asks to store a person's fingers."""
    origin = RequestOrigin("spiffe://id/office/national/service/registry", f"request-{person}")
    return Enrolment(
        f"encounter-{person}", f"person-{person}", "BJM", (), check, origin, b"digest", galleries
    )


async def enrol(
    base: StoreAndIndex,
    person: int,
    status: EncounterStatus = EncounterStatus.ACTIVE,
    galleries: tuple[str, ...] = (),
) -> Encounter:
    """Store a person's right index finger."""
    async with base.store.write() as records:
        return await records.encounters.add(
            enrolment(person, galleries), [finger(person)], status, NOW
        )


async def delete(base: StoreAndIndex, person: int) -> None:
    """Delete what `enrol` stored of a person."""
    async with base.store.write() as records:
        await records.encounter_changes.delete(f"encounter-{person}")


async def delete_one_of_two_saved(base: StoreAndIndex) -> None:
    """Enrol persons 1 and 2, write a snapshot of both, and delete person 1."""
    for person in (1, 2):
        await enrol(base, person)
    await base.index.catch_up()
    await base.index.save_snapshot()
    await delete(base, 1)


async def shortlisted(base: StoreAndIndex, person: int) -> tuple[list[str], int]:
    """The persons shortlisted for a person's own template, and how many were searched."""
    found = await base.index.search(features(person), SearchScope(), DEPTH, seconds_left=10)
    return [str(each.person_id) for each in found.persons], found.people_searched
