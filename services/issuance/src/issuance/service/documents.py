"""Servicer of `passport.issuance.v1.Documents`: the register of passports that were made."""

from passport.issuance.v1 import documents_pb2 as pb
from passport.issuance.v1 import documents_pb2_grpc
from servicekit.grpc.server import Context
from servicekit.process.clock import Clock

from issuance.domain.document import Document, DocumentStatus
from issuance.service import encode_documents as encode
from issuance.service.idempotent_changes import IdempotentChanges, current_actor
from issuance.store.records import Records, Store
from issuance.use_cases.documents import look_up_document
from issuance.use_cases.office_directory import OfficeDirectory
from issuance.use_cases.report_missing import report_missing


class DocumentsService(documents_pb2_grpc.DocumentsServicer):
    """Shows documents, and records that some were lost."""

    def __init__(
        self,
        offices: OfficeDirectory,
        store: Store,
        changes: IdempotentChanges,
        clock: Clock,
    ) -> None:
        self._offices = offices
        self._store = store
        self._changes = changes
        self._clock = clock

    async def GetDocument(self, request: pb.GetDocumentRequest, context: Context) -> pb.Document:
        """Return the document of a number, with its status at its office today."""
        async with self._store.read() as records:
            found = await look_up_document(records, request.document_number)
            if isinstance(found, Document):
                return await self._encode(records, found)
        return encode.destroyed_book(found)

    async def ListDocuments(
        self, request: pb.ListDocumentsRequest, context: Context
    ) -> pb.ListDocumentsResponse:
        """List the documents of a person."""
        async with self._store.read() as records:
            person = await records.person_merges.current(request.person_id)
            found = await records.documents.of_person(person)
            encoded = [await self._encode(records, each) for each in found]
        return pb.ListDocumentsResponse(documents=encoded)

    async def ReportLost(self, request: pb.ReportLostRequest, context: Context) -> pb.Document:
        """Record that a document was lost or stolen."""
        status = DocumentStatus.STOLEN if request.stolen else DocumentStatus.LOST

        async def report(records: Records) -> pb.Document:
            by, now = current_actor(), self._clock.now()
            number, what = request.document_number, request.circumstances
            missing = await report_missing(records, number, status, by, now, what)
            return await self._encode(records, missing)

        return await self._changes.run(request, pb.Document, report)

    async def _encode(self, records: Records, document: Document) -> pb.Document:
        await self._offices.know(records, document.office)
        today = self._offices[document.office].calendar.day_of(self._clock.now())
        return encode.document(document, today)
