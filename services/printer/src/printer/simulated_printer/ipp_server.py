"""IPP server of the simulated printer: decode requests, call the engine, encode responses."""

import ssl
import sys
import uuid
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from printer.ipp import codec
from printer.ipp.codec import (
    Attributes,
    GroupTag,
    MalformedMessage,
    Message,
    ValueTag,
    attribute,
)
from printer.ipp.identifiers import (
    BOOK_SERIAL,
    CHIP_SHA256,
    DOCUMENT_LENGTH,
    DOCUMENT_SHA256,
    PRINTED_SHA256,
    IppJobState,
    Operation,
    StatusCode,
)
from printer.simulated_printer.faults import InjectedFault
from printer.simulated_printer.print_engine import Busy, NotPossible, PrintEngine, SimulatedJob

PATH = "/ipp/print"
_LARGEST_REQUEST_BYTES = 16 * 1024 * 1024
_JOB_STATE_REASONS = {
    IppJobState.PENDING_HELD: "job-data-insufficient",
    IppJobState.PROCESSING: "job-printing",
    IppJobState.PROCESSING_STOPPED: "printer-stopped",
    IppJobState.CANCELED: "job-canceled-by-user",
    IppJobState.ABORTED: "aborted-by-system",
    IppJobState.COMPLETED: "job-completed-successfully",
}


class ErrorStatus(Exception):
    """The response to the request is this error status."""

    def __init__(self, status: StatusCode, message: str) -> None:
        super().__init__(message)
        self.status = status


class TlsServer:
    """The server's side of TLS, with the first certificate of a PEM file and its private key."""

    def __init__(self, certificate: Path, key: Path) -> None:
        self.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.context.load_cert_chain(certificate, key)
        parsed = x509.load_pem_x509_certificate(certificate.read_bytes())
        self.certificate_sha256 = parsed.fingerprint(SHA256())


class IppServer:
    """Serves IPP for one engine.

    name: the printer-uuid is made from it, so it is the same after every restart. tls: serves ipps
    with it instead of ipp.
    """

    def __init__(self, engine: PrintEngine, name: str, tls: TlsServer | None = None) -> None:
        self._engine = engine
        self._tls = tls
        self._name = name
        self.printer_uuid = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'passport-machine/{name}')}"
        self._operations: dict[int, Callable[[Message], Message]] = {
            Operation.CREATE_JOB: self._create,
            Operation.SEND_DOCUMENT: self._send,
            Operation.CANCEL_JOB: self._cancel,
            Operation.GET_JOB_ATTRIBUTES: self._get_job,
            Operation.GET_JOBS: self._get_jobs,
            Operation.GET_PRINTER_ATTRIBUTES: self._get_printer,
        }

    def application(self) -> web.Application:
        """Return the HTTP application that answers IPP requests; serve one only once."""
        application = web.Application(client_max_size=_LARGEST_REQUEST_BYTES)
        application.router.add_post(PATH, self._handle)
        return application

    async def serve(self, host: str, port: int) -> None:
        """Serve IPP and print until cancelled.

        Prints `READY simulated-printer <host:port>` on stdout once it listens; with TLS,
        `certificate-sha256=<hex>` before the address.
        """
        runner = web.AppRunner(self.application(), access_log=None)
        await runner.setup()
        tls = self._tls
        site = web.TCPSite(runner, host, port, ssl_context=tls.context if tls else None)
        await site.start()
        shown = f"certificate-sha256={tls.certificate_sha256.hex()} " if tls else ""
        sys.stdout.write(f"READY simulated-printer {shown}{host}:{runner.addresses[0][1]}\n")
        sys.stdout.flush()
        try:
            await self._engine.run()
        finally:
            await runner.cleanup()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        # A cut upload raises here, before anything is done with it.
        body = await request.read()
        try:
            message = codec.decode(body)
        except MalformedMessage as error:
            return web.Response(status=400, text=str(error))
        response = self._respond(message)
        if message.code == Operation.SEND_DOCUMENT and self._response_is_to_be_cut(message):
            _cut_connection(request)
        return web.Response(body=codec.encode(response), content_type="application/ipp")

    def _respond(self, message: Message) -> Message:
        try:
            operation = self._operations.get(message.code)
            if operation is None:
                raise ErrorStatus(StatusCode.OPERATION_NOT_SUPPORTED, f"operation {message.code}")
            return operation(message)
        except ErrorStatus as refusal:
            return _response(message, refusal.status, str(refusal))
        except Busy:
            return _response(message, StatusCode.BUSY, "another job is not finished")
        except NotPossible as error:
            return _response(message, StatusCode.NOT_POSSIBLE, str(error))

    def _response_is_to_be_cut(self, message: Message) -> bool:
        with suppress(ErrorStatus):
            return self._job(message).fault is InjectedFault.CUT
        return False

    def _create(self, message: Message) -> Message:
        job_attributes = message.first(GroupTag.JOB)
        name = codec.first_text(message.first(GroupTag.OPERATION), "job-name")
        serial = codec.first_text(job_attributes, BOOK_SERIAL)
        if not name or not serial:
            raise ErrorStatus(StatusCode.BAD_REQUEST, f"job-name and {BOOK_SERIAL} are needed")
        job = self._engine.create(
            name,
            serial,
            codec.first_text(job_attributes, DOCUMENT_SHA256),
            codec.first_integer(job_attributes, DOCUMENT_LENGTH),
        )
        return _response(message, StatusCode.OK, jobs=[self._describe(job)])

    def _send(self, message: Message) -> Message:
        job = self._job(message)
        self._engine.receive(job, message.document)
        return _response(message, StatusCode.OK, jobs=[self._describe(job)])

    def _cancel(self, message: Message) -> Message:
        self._engine.cancel(self._job(message))
        return _response(message, StatusCode.OK)

    def _get_job(self, message: Message) -> Message:
        return _response(message, StatusCode.OK, jobs=[self._describe(self._job(message))])

    def _get_jobs(self, message: Message) -> Message:
        which = codec.first_text(message.first(GroupTag.OPERATION), "which-jobs") or "not-completed"
        finished = {"all": {True, False}, "completed": {True}, "not-completed": {False}}.get(which)
        if finished is None:
            raise ErrorStatus(StatusCode.ATTRIBUTES_NOT_SUPPORTED, f"which-jobs {which}")
        jobs = [
            self._describe(job)
            for job in self._engine.jobs.values()
            if (job.state >= IppJobState.CANCELED) in finished
        ]
        return _response(message, StatusCode.OK, jobs=jobs)

    def _get_printer(self, message: Message) -> Message:
        engine = self._engine
        printer = {
            "printer-name": attribute(ValueTag.NAME, self._name),
            "printer-uuid": attribute(ValueTag.URI, self.printer_uuid),
            "printer-up-time": attribute(ValueTag.INTEGER, engine.up_time),
            "printer-state": attribute(ValueTag.ENUM, engine.state),
            "printer-state-reasons": attribute(
                ValueTag.KEYWORD, *(engine.state_reasons or ["none"])
            ),
            "printer-is-accepting-jobs": attribute(ValueTag.BOOLEAN, True),
            "operations-supported": attribute(ValueTag.ENUM, *Operation),
            "document-format-supported": attribute(ValueTag.MIME_TYPE, "application/pdf"),
        }
        return _response(message, StatusCode.OK, printer=printer)

    def _job(self, message: Message) -> SimulatedJob:
        job_id = codec.first_integer(message.first(GroupTag.OPERATION), "job-id")
        job = self._engine.jobs.get(job_id or 0)
        if job is None:
            raise ErrorStatus(StatusCode.NOT_FOUND, f"no job {job_id}")
        return job

    def _describe(self, job: SimulatedJob) -> Attributes:
        processing_began = attribute(ValueTag.NO_VALUE, None)
        if job.processing_began_at is not None:
            processing_began = attribute(ValueTag.INTEGER, job.processing_began_at)
        description = {
            "job-id": attribute(ValueTag.INTEGER, job.job_id),
            "job-uri": attribute(ValueTag.URI, f"ipp://{self._name}{PATH}/{job.job_id}"),
            "job-name": attribute(ValueTag.NAME, job.name),
            "job-state": attribute(ValueTag.ENUM, job.state),
            "job-state-reasons": attribute(
                ValueTag.KEYWORD, job.state_reason or _JOB_STATE_REASONS.get(job.state, "none")
            ),
            "time-at-processing": processing_began,
            BOOK_SERIAL: attribute(ValueTag.NAME, job.book_serial),
        }
        if job.printed_sha256 is not None:
            description[PRINTED_SHA256] = attribute(ValueTag.NAME, job.printed_sha256)
        if job.chip_sha256 is not None:
            description[CHIP_SHA256] = attribute(ValueTag.NAME, job.chip_sha256)
        return description


def _cut_connection(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()


def _response(
    message: Message,
    status: StatusCode,
    text: str = "",
    jobs: list[Attributes] | None = None,
    printer: Attributes | None = None,
) -> Message:
    operation = {
        "attributes-charset": attribute(ValueTag.CHARSET, "utf-8"),
        "attributes-natural-language": attribute(ValueTag.LANGUAGE, "en"),
    }
    if text:
        operation["status-message"] = attribute(ValueTag.TEXT, text)
    groups = [(GroupTag.OPERATION, operation)]
    groups += [(GroupTag.JOB, job) for job in jobs or []]
    if printer:
        groups.append((GroupTag.PRINTER, printer))
    return Message(status, message.request_id, groups)
