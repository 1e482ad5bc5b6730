from datetime import UTC, datetime, timedelta

import grpc
import pytest
from passport.printer.v1 import jobs_pb2 as jobs
from printer.chip.data_groups import read_face
from printer.chip.passive_authentication import PassiveAuthentication, load_authorities
from servicekit.security.development_document_signer import issue_document_signer

from .office import Office, reason
from .signed_clearances import a_payload, a_portrait


async def test_the_machine_writes_what_the_document_signer_signed(office: Office) -> None:
    await office.machine()

    job = await office.until((await office.print()).job_id, "QUALITY_CHECK")

    machine, serial = office.machines["M1"], job.attempts[-1].book_serial
    chip, mrz = machine.chip_of(serial), machine.zone_of(serial)
    assert office.document_signer is not None
    authorities = load_authorities(office.document_signer.authorities)
    PassiveAuthentication(authorities).verify(chip, mrz, datetime.now(UTC))
    assert mrz.startswith("P<IDNSITI<<NURHALIZA<")
    assert read_face(chip.dg2).portrait == a_portrait()
    assert machine.ledger[-1]["chip_sha256"] == chip.digest.hex()


async def test_the_chip_in_hand_must_be_the_one_that_was_made(office: Office) -> None:
    await office.machine()
    job = await office.until((await office.print()).job_id, "QUALITY_CHECK")
    chip = office.machines["M1"].chip_of(job.attempts[-1].book_serial)
    read = jobs.ChipFiles(com=chip.com, dg1=chip.dg1, dg2=chip.dg2, sod=chip.sod)
    misread = jobs.ChipFiles(com=chip.com, dg1=chip.dg1, dg2=chip.dg2[:-1] + b"?", sod=chip.sod)

    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await office.check_quality(job, chip=misread)
    unchanged = await office.job(job.job_id)
    done = await office.check_quality(job, chip=read)

    assert reason(refusal.value) == ("CHIP_MISMATCH", "chip")
    assert unchanged == job
    assert done.state == jobs.PRINT_JOB_STATE_DONE


async def test_a_chip_that_cannot_be_written_makes_a_person_look(office: Office) -> None:
    await office.machine(faults="chip@1")

    job = await office.until((await office.print()).job_id, "UNKNOWN_OUTCOME")

    assert "passport-chip-write-failed" in job.attempts[-1].reason
    assert office.machines["M1"].ledger == []


async def test_a_payload_without_a_portrait_is_refused(office: Office) -> None:
    data = jobs.PersonalisationData.FromString(a_payload())
    data.ClearField("portrait")
    order = office.issuance.order(data.SerializeToString())

    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await office.job_call("CreatePrintJob", order, "service:issuance")

    assert reason(refusal.value) == ("BAD_PAYLOAD", "payload.portrait")


async def test_a_signer_whose_time_is_over_signs_nothing(office: Office) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=200)
    office.document_signer = issue_document_signer(office.folder / "old", long_ago)
    await office.restart()

    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await office.print()

    assert reason(refusal.value) == ("CHIP_NOT_SIGNED", "")
    assert refusal.value.code() is grpc.StatusCode.UNAVAILABLE
