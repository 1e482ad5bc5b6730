"""A passport machine reached by IPP over HTTP (RFC 8010 section 4), one object for one machine."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from itertools import count
from urllib.parse import urlsplit, urlunsplit

import aiohttp
from servicekit.process.failpoint import failpoint

from printer.domain.machine import (
    MachineAbsent,
    MachineJob,
    MachineRefused,
    MachineSilent,
    Order,
    Phase,
    Sighting,
)
from printer.ipp import answers, codec
from printer.ipp.codec import Attributes, Group, Message, Tag, one
from printer.ipp.words import (
    BOOK_SERIAL,
    DOCUMENT_LENGTH,
    DOCUMENT_SHA256,
    PRINTED_SHA256,
    Operation,
    Status,
)

_SCHEMES = {"ipp": "http", "ipps": "https"}
_DEFAULT_PORT = 631
_USER = "passport-printer"
_JOB_ATTRIBUTES = (
    "job-id", "job-name", "job-state", "job-state-reasons", "time-at-processing", PRINTED_SHA256,
)  # fmt: skip
_PRINTER_ATTRIBUTES = (
    "printer-uuid", "printer-up-time", "printer-state", "printer-state-reasons",
    "printer-is-accepting-jobs",
)  # fmt: skip
# Bytes; more than ten thousand jobs fit.
_LARGEST_ANSWER = 4 * 1024 * 1024


class IppMachine:
    """Speaks to the machine at `uri` (ipp:// or ipps://); raises ValueError for another one.

    Every method raises MachineSilent when no readable answer came within `timeout` seconds, or
    MachineRefused when the answer was an error.
    """

    def __init__(self, session: aiohttp.ClientSession, uri: str, timeout: float) -> None:
        self._session = session
        self._uri = uri
        self._url = _http_url(uri)
        self._timeout = aiohttp.ClientTimeout(total=timeout)
        self._requests = count(1)

    async def look(self) -> Sighting:
        """Ask the machine about itself."""
        asked_at = datetime.now(UTC)
        names = one(Tag.KEYWORD, *_PRINTER_ATTRIBUTES)
        answer = await self._ask(Operation.GET_PRINTER_ATTRIBUTES, {"requested-attributes": names})
        return answers.sighting(answer.first(Group.PRINTER), asked_at)

    async def find(self, name: str, number: int | None = None) -> MachineJob | None:
        """The job of this name among all that the machine remembers, finished ones too.

        number: where it is thought to be; numbers begin anew with each start of a machine.
        Of several, the one that weighs most: a name once printed is never sent again.
        """
        if number is not None and (job := await self._job(number)) and job.name == name:
            return job
        jobs = [job for job in await self._jobs() if job.name == name]
        order = list(Phase)
        return max(jobs, key=lambda job: order.index(job.phase), default=None)

    async def not_begun(self) -> list[MachineJob]:
        """Jobs that wait, for their document or for their turn."""
        waiting = (Phase.WITHOUT_DOCUMENT, Phase.WAITING)
        return [job for job in await self._jobs() if job.phase in waiting]

    async def create(self, order: Order) -> int:
        """Create the job of an order; answers its number at the machine."""
        job = {
            BOOK_SERIAL: one(Tag.NAME, order.book_serial),
            DOCUMENT_SHA256: one(Tag.NAME, order.document_sha256.hex()),
            DOCUMENT_LENGTH: one(Tag.INTEGER, len(order.document)),
        }
        operation = {"job-name": one(Tag.NAME, order.name)}
        answer = await self._ask(Operation.CREATE_JOB, operation, job)
        number = codec.integer(answer.first(Group.JOB), "job-id")
        if number is None:
            raise MachineSilent("the answer to Create-Job has no job-id")
        return number

    async def send(self, number: int, order: Order) -> None:
        """Send the document of a created job; on return the machine has it whole."""
        operation = {
            "job-id": one(Tag.INTEGER, number),
            "document-format": one(Tag.MIME_TYPE, "application/pdf"),
            "last-document": one(Tag.BOOLEAN, True),
        }
        await self._ask(Operation.SEND_DOCUMENT, operation, document=order.document)

    async def cancel(self, number: int) -> None:
        """Cancel a job that is not finished."""
        await self._ask(Operation.CANCEL_JOB, {"job-id": one(Tag.INTEGER, number)})

    async def _job(self, number: int) -> MachineJob | None:
        wanted = {
            "job-id": one(Tag.INTEGER, number),
            "requested-attributes": one(Tag.KEYWORD, *_JOB_ATTRIBUTES),
        }
        try:
            answer = await self._ask(Operation.GET_JOB_ATTRIBUTES, wanted)
        except MachineRefused:
            return None
        return answers.machine_job(answer.first(Group.JOB))

    async def _jobs(self) -> list[MachineJob]:
        operation = {
            "which-jobs": one(Tag.KEYWORD, "all"),
            "requested-attributes": one(Tag.KEYWORD, *_JOB_ATTRIBUTES),
        }
        answer = await self._ask(Operation.GET_JOBS, operation)
        return [answers.machine_job(attributes) for attributes in answer.all(Group.JOB)]

    async def _ask(
        self,
        operation: Operation,
        attributes: Attributes,
        job: Attributes | None = None,
        document: bytes = b"",
    ) -> Message:
        head = codec.encode(self._request(operation, attributes, job))
        try:
            async with self._session.post(
                self._url,
                data=_body(head, document),
                headers={
                    "Content-Type": "application/ipp",
                    "Content-Length": str(len(head) + len(document)),
                },
                timeout=self._timeout,
                allow_redirects=False,  # pages go to the registered machine and nowhere else
            ) as response:
                if response.status != 200:
                    raise MachineSilent(f"HTTP status {response.status}")
                answer = codec.decode(await _read(response))
        except aiohttp.ClientConnectorError as error:
            raise MachineAbsent(str(error)) from error
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise MachineSilent(str(error) or type(error).__name__) from error
        except codec.MalformedMessage as error:
            raise MachineSilent(str(error)) from error
        if answer.code >= Status.BAD_REQUEST:
            raise MachineRefused(answers.explain(operation, answer))
        return answer

    def _request(
        self, operation: Operation, attributes: Attributes, job: Attributes | None
    ) -> Message:
        # RFC 8011 section 4.1.5: a job-id stands directly behind printer-uri.
        target = {"printer-uri": one(Tag.URI, self._uri)}
        if "job-id" in attributes:
            target["job-id"] = attributes["job-id"]
        leading = {
            "attributes-charset": one(Tag.CHARSET, "utf-8"),
            "attributes-natural-language": one(Tag.LANGUAGE, "en"),
            **target,
            "requesting-user-name": one(Tag.NAME, _USER),
        }
        groups = [(Group.OPERATION, leading | attributes)]
        if job:
            groups.append((Group.JOB, job))
        return Message(operation, next(self._requests), groups)


def _http_url(uri: str) -> str:
    parts = urlsplit(uri)
    if parts.scheme not in _SCHEMES or not parts.hostname:
        raise ValueError("not an address of IPP; write ipp://<host:port>/<path>")
    scheme = _SCHEMES[parts.scheme]
    host = parts.netloc if parts.port else f"{parts.netloc}:{_DEFAULT_PORT}"
    return urlunsplit((scheme, host, parts.path, "", ""))


async def _read(response: aiohttp.ClientResponse) -> bytes:
    content = bytearray()
    async for piece in response.content.iter_any():
        content += piece
        if len(content) > _LARGEST_ANSWER:
            raise MachineSilent(f"the answer has more than {_LARGEST_ANSWER} bytes")
    return bytes(content)


async def _body(head: bytes, document: bytes) -> AsyncIterator[bytes]:
    yield head
    if document:
        half = len(document) // 2
        yield document[:half]
        failpoint("ipp.upload.half")
        yield document[half:]
