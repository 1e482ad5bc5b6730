from .office import Office


async def test_a_second_service_waits_for_the_first_to_end(office: Office) -> None:
    await office.machine(books=2, books_per_minute=600.0)
    first = office.process
    assert first is not None
    await office.start()
    second = office.process

    job = await office.print()
    job = await office.until(job.job_id, "QUALITY_CHECK")
    await first.end()
    other = await office.print("X0000002")
    await office.until(other.job_id, "QUALITY_CHECK")

    assert second is not first
    assert len(office.machines["M1"].ledger) == 2
