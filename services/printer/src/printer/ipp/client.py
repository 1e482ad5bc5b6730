"""Client of a machine that understands IPP over HTTP (RFC 8010 section 4)."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from itertools import count
from urllib.parse import urlsplit, urlunsplit

import aiohttp
from servicekit.process.failpoint import failpoint

from printer.domain.printer_client import (
    PENDING_PHASES,
    CertificateChanged,
    JobSubmission,
    MachineJob,
    MachineJobPhase,
    PrinterStatus,
    RequestNotDelivered,
    RequestOutcomeUnknown,
    RequestRefused,
)
from printer.ipp import codec, responses
from printer.ipp.codec import Attributes, GroupTag, Message, ValueTag, attribute
from printer.ipp.identifiers import (
    BOOK_SERIAL,
    CHIP_SHA256,
    DOCUMENT_LENGTH,
    DOCUMENT_SHA256,
    PRINTED_SHA256,
    Operation,
    StatusCode,
)

_HTTP_SCHEMES = {"ipp": "http", "ipps": "https"}
_DEFAULT_PORT = 631
_USER = "passport-printer"
_JOB_ATTRIBUTES = (
    "job-id", "job-name", "job-state", "job-state-reasons", "time-at-processing", PRINTED_SHA256,
    BOOK_SERIAL,
    CHIP_SHA256,
)  # fmt: skip
_PRINTER_ATTRIBUTES = (
    "printer-uuid", "printer-up-time", "printer-state", "printer-state-reasons",
    "printer-is-accepting-jobs",
)  # fmt: skip
# Room for more than ten thousand jobs.
_LARGEST_RESPONSE_BYTES = 4 * 1024 * 1024


def _utc_now() -> datetime:
    return datetime.now(UTC)


class IppPrinterClient:
    """Client of the machine at `uri`: the IPP implementation of PrinterClient.

    uri: ipp:// or ipps://; ValueError for any other. timeout: seconds for a whole response.
    certificate_sha256: of the only certificate that is accepted of ipps://; None accepts what the
    system's authorities issued. now: real time, UTC.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        uri: str,
        timeout: float,
        certificate_sha256: bytes | None = None,
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        self._session = session
        self._now = now
        self._uri = uri
        self._url = _http_url(uri)
        self._timeout = aiohttp.ClientTimeout(total=timeout)
        # A pinned certificate needs no host name and no authority: its digest says it all.
        self._tls = True if certificate_sha256 is None else aiohttp.Fingerprint(certificate_sha256)
        self._request_ids = count(1)

    async def get_status(self) -> PrinterStatus:
        """Return the machine's description of itself (Get-Printer-Attributes)."""
        asked_at = self._now()
        names = attribute(ValueTag.KEYWORD, *_PRINTER_ATTRIBUTES)
        response = await self._request(
            Operation.GET_PRINTER_ATTRIBUTES, {"requested-attributes": names}
        )
        attributes = response.first(GroupTag.PRINTER)
        return responses.read_printer_status(attributes, asked_at, self._now())

    async def find_job(self, name: str, expected_id: int | None = None) -> MachineJob | None:
        """Return the job of this name among all that the machine remembers, finished ones too.

        expected_id: the job-id that it is believed to have; a machine counts from 1 again after a
        restart, so the name decides. Of several jobs the one in the latest phase is returned, so
        that a page once printed is never sent again.
        """
        if expected_id is not None and (job := await self._job(expected_id)) and job.name == name:
            return job
        jobs = [job for job in await self.all_jobs() if job.name == name]
        order = list(MachineJobPhase)
        return max(jobs, key=lambda job: order.index(job.phase), default=None)

    async def pending_jobs(self) -> list[MachineJob]:
        """Return the jobs that wait for their document, for their turn, or for a fault to end."""
        return [job for job in await self.all_jobs() if job.phase in PENDING_PHASES]

    async def all_jobs(self) -> list[MachineJob]:
        """Return all jobs that the machine remembers, finished ones too (Get-Jobs)."""
        operation = {
            "which-jobs": attribute(ValueTag.KEYWORD, "all"),
            "requested-attributes": attribute(ValueTag.KEYWORD, *_JOB_ATTRIBUTES),
        }
        response = await self._request(Operation.GET_JOBS, operation)
        return [responses.read_machine_job(job) for job in response.all(GroupTag.JOB)]

    async def create_job(self, submission: JobSubmission) -> int:
        """Create a job that waits for its document (Create-Job); return its job-id."""
        job_attributes = {
            BOOK_SERIAL: attribute(ValueTag.NAME, submission.book_serial),
            DOCUMENT_SHA256: attribute(ValueTag.NAME, submission.document_sha256.hex()),
            DOCUMENT_LENGTH: attribute(ValueTag.INTEGER, len(submission.document)),
        }
        operation = {"job-name": attribute(ValueTag.NAME, submission.name)}
        response = await self._request(Operation.CREATE_JOB, operation, job_attributes)
        job_id = codec.first_integer(response.first(GroupTag.JOB), "job-id")
        if job_id is None:
            raise RequestOutcomeUnknown("the response to Create-Job has no job-id")
        return job_id

    async def send_document(self, machine_job_id: int, submission: JobSubmission) -> None:
        """Send the document of a created job (Send-Document).

        On return the machine has all of it.
        """
        operation = {
            "job-id": attribute(ValueTag.INTEGER, machine_job_id),
            "document-format": attribute(ValueTag.MIME_TYPE, "application/pdf"),
            "last-document": attribute(ValueTag.BOOLEAN, True),
        }
        await self._request(Operation.SEND_DOCUMENT, operation, document=submission.document)

    async def cancel_job(self, machine_job_id: int) -> None:
        """Cancel a job that is not finished (Cancel-Job)."""
        job_id = attribute(ValueTag.INTEGER, machine_job_id)
        await self._request(Operation.CANCEL_JOB, {"job-id": job_id})

    async def _job(self, job_id: int) -> MachineJob | None:
        wanted = {
            "job-id": attribute(ValueTag.INTEGER, job_id),
            "requested-attributes": attribute(ValueTag.KEYWORD, *_JOB_ATTRIBUTES),
        }
        try:
            response = await self._request(Operation.GET_JOB_ATTRIBUTES, wanted)
        except RequestRefused:
            return None
        return responses.read_machine_job(response.first(GroupTag.JOB))

    async def _request(
        self,
        operation: Operation,
        attributes: Attributes,
        job_attributes: Attributes | None = None,
        document: bytes = b"",
    ) -> Message:
        head = codec.encode(self._message(operation, attributes, job_attributes))
        try:
            async with self._session.post(
                self._url,
                data=_body(head, document),
                headers={
                    "Content-Type": "application/ipp",
                    "Content-Length": str(len(head) + len(document)),
                },
                timeout=self._timeout,
                ssl=self._tls,
                allow_redirects=False,  # pages go to the registered machine and nowhere else
            ) as http_response:
                if http_response.status != 200:
                    raise RequestOutcomeUnknown(f"HTTP status {http_response.status}")
                response = codec.decode(await _read(http_response))
        except aiohttp.ServerFingerprintMismatch as error:
            # aiohttp compares before it writes, so nothing of the request was sent.
            raise CertificateChanged(
                f"the certificate shown at {self._uri} is not the registered one"
            ) from error
        except aiohttp.ClientConnectorError as error:
            raise RequestNotDelivered(str(error)) from error
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise RequestOutcomeUnknown(str(error) or type(error).__name__) from error
        except codec.MalformedMessage as error:
            raise RequestOutcomeUnknown(str(error)) from error
        if response.code >= StatusCode.BAD_REQUEST:
            raise RequestRefused(responses.describe_error(operation, response))
        return response

    def _message(
        self, operation: Operation, attributes: Attributes, job_attributes: Attributes | None
    ) -> Message:
        # RFC 8011 section 4.1.5: a job-id directly follows printer-uri.
        target = {"printer-uri": attribute(ValueTag.URI, self._uri)}
        if "job-id" in attributes:
            target["job-id"] = attributes["job-id"]
        leading = {
            "attributes-charset": attribute(ValueTag.CHARSET, "utf-8"),
            "attributes-natural-language": attribute(ValueTag.LANGUAGE, "en"),
            **target,
            "requesting-user-name": attribute(ValueTag.NAME, _USER),
        }
        groups = [(GroupTag.OPERATION, leading | attributes)]
        if job_attributes:
            groups.append((GroupTag.JOB, job_attributes))
        return Message(operation, next(self._request_ids), groups)


def _http_url(uri: str) -> str:
    parts = urlsplit(uri)
    if parts.scheme not in _HTTP_SCHEMES or not parts.hostname:
        raise ValueError("not an IPP address; write ipp://<host:port>/<path>")
    scheme = _HTTP_SCHEMES[parts.scheme]
    host = parts.netloc if parts.port else f"{parts.netloc}:{_DEFAULT_PORT}"
    return urlunsplit((scheme, host, parts.path, "", ""))


async def _read(response: aiohttp.ClientResponse) -> bytes:
    content = bytearray()
    async for piece in response.content.iter_any():
        content += piece
        if len(content) > _LARGEST_RESPONSE_BYTES:
            raise RequestOutcomeUnknown(
                f"the response has more than {_LARGEST_RESPONSE_BYTES} bytes"
            )
    return bytes(content)


async def _body(head: bytes, document: bytes) -> AsyncIterator[bytes]:
    yield head
    if document:
        # In two pieces, so that a test can kill the process between them.
        half = len(document) // 2
        yield document[:half]
        failpoint("ipp.upload.half")
        yield document[half:]
