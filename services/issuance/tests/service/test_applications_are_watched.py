"""Who may see applications can watch them: of the own office, a few streams each, resumable."""

import asyncio
from collections.abc import Sequence
from typing import Any

import grpc
import pytest
from passport.issuance.v1 import applications_pb2 as apps
from servicekit.grpc import page_tokens

from .callers import LONGEST_WAIT, Caller, Refused
from .country import Country


def _watch(caller: Caller, **changes: Any) -> Any:
    return caller.stream("WatchApplications", apps.WatchApplicationsRequest(**changes))


async def _until(stream: Any, id: str, state: str) -> Sequence[apps.ApplicationChange]:
    """The events of a stream up to the one in which an application is in a state."""
    events = []
    async with asyncio.timeout(LONGEST_WAIT):
        async for event in stream:
            events.append(event)
            now = apps.ApplicationState.Name(event.application.state)[18:]
            if (event.application.application_id, now) == (id, state):
                return events
    raise AssertionError("the stream has ended")


async def _refusal(stream: Any) -> Refused:
    try:
        async with asyncio.timeout(LONGEST_WAIT):
            async for _ in stream:
                pass
    except grpc.aio.AioRpcError as error:
        return Refused(error)
    raise AssertionError("the stream has ended without an error")


async def test_an_office_sees_each_step_of_its_applications_and_resumes(country: Country) -> None:
    theirs = await country.at("JKT").takes_in()
    ours = (await country.takes_in()).application_id
    stream = _watch(country.officer)
    (begins, *_) = await _until(stream, ours, "RECEIVED")
    stream.cancel()

    await country.officer("AcceptDocuments", apps.AcceptDocumentsRequest(application_id=ours))

    resumed = _watch(country.officer, resume_token=begins.resume_token)
    events = await _until(resumed, ours, "DOCUMENTS_ACCEPTED")
    assert theirs.application_id not in {event.application.application_id for event in events}
    assert events[-1].application.revision == 2
    assert events[-1].application.waiting.what.en == "the fee"


async def test_national_callers_see_all_or_one_office_in_some_states(country: Country) -> None:
    theirs = (await country.at("JKT").takes_in()).application_id
    ours = (await country.takes_in()).application_id
    accepted = [apps.APPLICATION_STATE_DOCUMENTS_ACCEPTED]

    both = await _until(_watch(country.administrator), ours, "RECEIVED")
    (only,) = await _until(_watch(country.administrator, office="JKT"), theirs, "RECEIVED")
    stream = _watch(country.administrator, states=accepted)
    await country.officer("AcceptDocuments", apps.AcceptDocumentsRequest(application_id=ours))
    seen = await _until(stream, ours, "DOCUMENTS_ACCEPTED")

    assert [event.application.application_id for event in both] == [theirs, ours]
    assert only.application.office == "JKT"
    assert {event.application.application_id for event in seen} - {""} == {ours}


@pytest.mark.parametrize("token", ["?", "OTk5", "MS5hYS4xLmxvc3QuMQ=="])
async def test_what_was_not_issued_here_is_refused(country: Country, token: str) -> None:
    refused = await _refusal(_watch(country.officer, resume_token=token))

    assert (refused.reason, refused.field) == ("BAD_WATCH_TOKEN", "resume_token")


async def test_a_place_behind_all_rows_is_refused(country: Country) -> None:
    id = (await country.takes_in()).application_id
    (event, *_) = await _until(_watch(country.officer), id, "RECEIVED")
    *others, _row = page_tokens.decode_key(event.resume_token).split(".")
    token = page_tokens.encode(".".join([*others, str(2**31)]))

    refused = await _refusal(_watch(country.officer, resume_token=token))

    assert (refused.reason, refused.field) == ("BAD_WATCH_TOKEN", "resume_token")


async def test_another_offices_applications_are_not_watched(country: Country) -> None:
    outsider = country.caller("officer", "joko", "JKT")

    assert (await _refusal(_watch(outsider, office="BJM"))).reason == "WRONG_OFFICE"
    assert (await _refusal(_watch(country.caller("operator", "rudi")))).reason == "NOT_PERMITTED"


async def test_one_caller_has_a_few_streams_and_keeps_nobody_out(country: Country) -> None:
    id = (await country.takes_in()).application_id
    mine = [_watch(country.officer) for _ in range(8)]
    for stream in mine:
        await _until(stream, id, "RECEIVED")

    assert (await _refusal(_watch(country.officer))).reason == "OVERLOADED"
    await _until(_watch(country.caller("officer", "dewi")), id, "RECEIVED")
    assert await country.state(id) == "RECEIVED"

    mine[0].cancel()

    async def may_watch_again() -> bool:
        try:
            await _until(_watch(country.officer), id, "RECEIVED")
        except grpc.aio.AioRpcError:
            return False
        return True

    await country.until(may_watch_again)


async def test_a_stream_ends_when_the_service_stops(country: Country) -> None:
    id = (await country.takes_in()).application_id
    stream = _watch(country.officer)
    await _until(stream, id, "RECEIVED")

    ended = asyncio.create_task(_refusal(stream))
    await country.process.stop()

    assert (await ended).code == "UNAVAILABLE"
