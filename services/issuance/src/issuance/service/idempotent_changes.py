"""How a request that changes something is carried out: once by its id, in one transaction."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from google.protobuf.message import Message
from servicekit.grpc.call_audit import add_audit_facts
from servicekit.security.identity import current_caller, current_on_behalf_of
from servicekit.storage.idempotency import IdempotentRequests, nothing_to_prepare

from issuance.domain.actor import Actor
from issuance.domain.separation_of_duties import PersonNotNamed
from issuance.service.stored_answers import with_contacts, without_contacts
from issuance.store.records import Records, Store

M = TypeVar("M", bound=Message)
P = TypeVar("P")


class IdempotentChanges:
    """Runs changes on the records of a transaction that also stores the answer."""

    def __init__(self, requests: IdempotentRequests, store: Store) -> None:
        self._requests = requests
        self._store = store

    async def run(
        self, request: Message, answer: type[M], change: Callable[[Records], Awaitable[M]]
    ) -> M:
        """Run the change, or return the answer that an equal request got before."""
        return await self.prepare_and_run(
            request, answer, nothing_to_prepare, lambda records, _: change(records)
        )

    async def prepare_and_run(
        self,
        request: Message,
        answer: type[M],
        prepare: Callable[[], Awaitable[P]],
        change: Callable[[Records, P], Awaitable[M]],
    ) -> M:
        """As `run`, with work before the transaction; a repeated request repeats neither.

        What may be erased before the application is not stored with the answer, see
        `stored_answers`.
        """
        _state_application(request)
        first: M | None = None

        async def change_and_keep(records: Records, prepared: P) -> M:
            nonlocal first
            first = await change(records, prepared)
            return without_contacts(first)

        stored = await self._requests.run_in_transaction(
            request, answer, self._store.begin, prepare, change_and_keep
        )
        reply = await with_contacts(stored, self._store) if first is None else first
        _state_application(reply)
        return reply


def _state_application(message: Message) -> None:
    """State in the audit log which application a request or its answer is about."""
    application_id = getattr(message, "application_id", "")
    if application_id:
        add_audit_facts(application_id=application_id)


def current_actor() -> Actor:
    """Return the caller of the current request as the actor of its events.

    Raises PersonNotNamed for a service that names nobody for whom it acts.
    """
    caller, person = current_caller(), current_on_behalf_of()
    if caller.is_service and person is None:
        raise PersonNotNamed("name the person for whom this is done: header on-behalf-of")
    return Actor(caller.uri, caller.role, person.uri if person else "", caller.office)
