"""The IPP face of a simulated machine: decodes requests, asks the engine, encodes answers."""

import sys
import uuid
from collections.abc import Callable
from contextlib import suppress

from aiohttp import web

from printer.ipp import codec
from printer.ipp.codec import Attributes, Group, MalformedMessage, Message, Tag, one
from printer.ipp.words import (
    BOOK_SERIAL,
    DOCUMENT_LENGTH,
    DOCUMENT_SHA256,
    PRINTED_SHA256,
    JobState,
    Operation,
    Status,
)
from printer.machine.engine import Busy, Engine, Job, NotPossible
from printer.machine.faults import Fault

PATH = "/ipp/print"
_LARGEST_DOCUMENT = 16 * 1024 * 1024
_REASONS = {
    JobState.PENDING_HELD: "job-data-insufficient",
    JobState.PROCESSING: "job-printing",
    JobState.PROCESSING_STOPPED: "printer-stopped",
    JobState.CANCELED: "job-canceled-by-user",
    JobState.ABORTED: "aborted-by-system",
    JobState.COMPLETED: "job-completed-successfully",
}


class Refused(Exception):
    """An answer with an error status."""

    def __init__(self, status: Status, message: str) -> None:
        super().__init__(message)
        self.status = status


class MachineServer:
    """Answers IPP for one engine. `name` makes the printer-uuid, the same after every restart."""

    def __init__(self, engine: Engine, name: str) -> None:
        self._engine = engine
        self._name = name
        self._uuid = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'passport-machine/{name}')}"
        self._operations: dict[int, Callable[[Message], Message]] = {
            Operation.CREATE_JOB: self._create,
            Operation.SEND_DOCUMENT: self._send,
            Operation.CANCEL_JOB: self._cancel,
            Operation.GET_JOB_ATTRIBUTES: self._get_job,
            Operation.GET_JOBS: self._get_jobs,
            Operation.GET_PRINTER_ATTRIBUTES: self._get_printer,
        }

    async def serve(self, host: str, port: int) -> None:
        """Serve until cancelled; prints `READY machine <host:port>` on stdout once it listens."""
        application = web.Application(client_max_size=_LARGEST_DOCUMENT)
        application.router.add_post(PATH, self._handle)
        runner = web.AppRunner(application, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, host, port)
        await site.start()
        sys.stdout.write(f"READY machine {host}:{runner.addresses[0][1]}\n")
        sys.stdout.flush()
        try:
            await self._engine.run()
        finally:
            await runner.cleanup()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        # A cut upload raises here, before anything was done with it.
        body = await request.read()
        try:
            message = codec.decode(body)
        except MalformedMessage as error:
            return web.Response(status=400, text=str(error))
        answer = self._answer(message)
        if message.code == Operation.SEND_DOCUMENT and self._cuts_the_answer(message):
            _cut(request)
        return web.Response(body=codec.encode(answer), content_type="application/ipp")

    def _answer(self, message: Message) -> Message:
        try:
            operation = self._operations.get(message.code)
            if operation is None:
                raise Refused(Status.OPERATION_NOT_SUPPORTED, f"operation {message.code}")
            return operation(message)
        except Refused as refusal:
            return _reply(message, refusal.status, str(refusal))
        except Busy:
            return _reply(message, Status.BUSY, "another job is not finished")
        except NotPossible as error:
            return _reply(message, Status.NOT_POSSIBLE, str(error))

    def _cuts_the_answer(self, message: Message) -> bool:
        with suppress(Refused):
            return self._job(message).fault is Fault.CUT
        return False

    def _create(self, message: Message) -> Message:
        wanted = message.first(Group.JOB)
        name = codec.text(message.first(Group.OPERATION), "job-name")
        serial = codec.text(wanted, BOOK_SERIAL)
        if not name or not serial:
            raise Refused(Status.BAD_REQUEST, f"job-name and {BOOK_SERIAL} are needed")
        job = self._engine.create(
            name,
            serial,
            codec.text(wanted, DOCUMENT_SHA256),
            codec.integer(wanted, DOCUMENT_LENGTH),
        )
        return _reply(message, Status.OK, jobs=[self._describe(job)])

    def _send(self, message: Message) -> Message:
        job = self._job(message)
        self._engine.receive(job, message.data)
        return _reply(message, Status.OK, jobs=[self._describe(job)])

    def _cancel(self, message: Message) -> Message:
        self._engine.cancel(self._job(message))
        return _reply(message, Status.OK)

    def _get_job(self, message: Message) -> Message:
        return _reply(message, Status.OK, jobs=[self._describe(self._job(message))])

    def _get_jobs(self, message: Message) -> Message:
        which = codec.text(message.first(Group.OPERATION), "which-jobs") or "not-completed"
        over = {"all": {True, False}, "completed": {True}, "not-completed": {False}}.get(which)
        if over is None:
            raise Refused(Status.ATTRIBUTES_NOT_SUPPORTED, f"which-jobs {which}")
        jobs = [
            self._describe(job)
            for job in self._engine.jobs.values()
            if (job.state >= JobState.CANCELED) in over
        ]
        return _reply(message, Status.OK, jobs=jobs)

    def _get_printer(self, message: Message) -> Message:
        engine = self._engine
        printer = {
            "printer-name": one(Tag.NAME, self._name),
            "printer-uuid": one(Tag.URI, self._uuid),
            "printer-up-time": one(Tag.INTEGER, engine.up_time),
            "printer-state": one(Tag.ENUM, engine.state),
            "printer-state-reasons": one(Tag.KEYWORD, *(engine.reasons or ["none"])),
            "printer-is-accepting-jobs": one(Tag.BOOLEAN, True),
            "operations-supported": one(Tag.ENUM, *Operation),
            "document-format-supported": one(Tag.MIME_TYPE, "application/pdf"),
        }
        return _reply(message, Status.OK, printer=printer)

    def _job(self, message: Message) -> Job:
        number = codec.integer(message.first(Group.OPERATION), "job-id")
        job = self._engine.jobs.get(number or 0)
        if job is None:
            raise Refused(Status.NOT_FOUND, f"no job {number}")
        return job

    def _describe(self, job: Job) -> Attributes:
        began = one(Tag.NO_VALUE, None)
        if job.began_at is not None:
            began = one(Tag.INTEGER, job.began_at)
        description = {
            "job-id": one(Tag.INTEGER, job.number),
            "job-uri": one(Tag.URI, f"ipp://{self._name}{PATH}/{job.number}"),
            "job-name": one(Tag.NAME, job.name),
            "job-state": one(Tag.ENUM, job.state),
            "job-state-reasons": one(Tag.KEYWORD, _REASONS.get(job.state, "none")),
            "time-at-processing": began,
            BOOK_SERIAL: one(Tag.NAME, job.book_serial),
        }
        if job.printed_sha256 is not None:
            description[PRINTED_SHA256] = one(Tag.NAME, job.printed_sha256)
        return description


def _cut(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()


def _reply(
    message: Message,
    status: Status,
    text: str = "",
    jobs: list[Attributes] | None = None,
    printer: Attributes | None = None,
) -> Message:
    operation = {
        "attributes-charset": one(Tag.CHARSET, "utf-8"),
        "attributes-natural-language": one(Tag.LANGUAGE, "en"),
    }
    if text:
        operation["status-message"] = one(Tag.TEXT, text)
    groups = [(Group.OPERATION, operation)]
    groups += [(Group.JOB, job) for job in jobs or []]
    if printer:
        groups.append((Group.PRINTER, printer))
    return Message(status, message.request, groups)
