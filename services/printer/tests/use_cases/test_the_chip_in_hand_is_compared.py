from dataclasses import replace

import pytest
from printer.chip.elementary_files import ElementaryFiles
from printer.domain.errors import ChipMismatch, ChipNotRead, SecondPersonRequired
from printer.domain.job_transitions import JobState
from printer.domain.two_persons import ProposedAction

from .findings import passes
from .print_room import PrintRoom

CHIP = ElementaryFiles(com=b"com", dg1=b"dg1", dg2=b"dg2", sod=b"sod")


async def test_the_very_files_that_were_made_pass(room: PrintRoom) -> None:
    job = await room.printed(CHIP.digest)

    assert (await passes(room, job, room.by("siti"), chip=CHIP)).state is JobState.DONE


async def test_a_book_whose_chip_nobody_read_does_not_pass(room: PrintRoom) -> None:
    job = await room.printed(CHIP.digest)

    with pytest.raises(ChipNotRead):
        await passes(room, job, room.by("siti"))

    assert await room.job(job) == job


async def test_two_persons_let_it_pass_unread(room: PrintRoom) -> None:
    job = await room.printed(CHIP.digest)

    proposed = await passes(room, job, room.by("siti"), chip_unread=True)
    with pytest.raises(SecondPersonRequired):
        await passes(room, job, room.by("siti"), chip_unread=True)
    done = await passes(room, job, room.by("budi"), chip_unread=True)

    assert proposed.state is JobState.QUALITY_CHECK
    assert proposed.proposal is not None
    assert proposed.proposal.action is ProposedAction.PASS_CHIP_UNREAD
    assert done.state is JobState.DONE


async def test_a_chip_that_was_read_after_all_needs_no_second_person(room: PrintRoom) -> None:
    job = await room.printed(CHIP.digest)
    await passes(room, job, room.by("siti"), chip_unread=True)

    assert (await passes(room, job, room.by("siti"), chip=CHIP)).state is JobState.DONE


async def test_a_book_without_a_chip_passes_by_its_zone(room: PrintRoom) -> None:
    job = await room.printed()

    assert (await passes(room, job, room.by("siti"))).state is JobState.DONE


@pytest.mark.parametrize("name", ["com", "dg1", "dg2", "sod"])
async def test_another_file_does_not_and_changes_nothing(room: PrintRoom, name: str) -> None:
    job = await room.printed(CHIP.digest)

    with pytest.raises(ChipMismatch):
        await passes(room, job, room.by("siti"), chip=replace(CHIP, **{name: b"other"}))

    assert await room.job(job) == job


async def test_a_chip_in_a_book_that_has_none_does_not(room: PrintRoom) -> None:
    job = await room.printed()

    with pytest.raises(ChipMismatch):
        await passes(room, job, room.by("siti"), chip=CHIP)
