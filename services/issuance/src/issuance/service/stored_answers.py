"""Answers are stored for repeated requests without what may be erased before the application.

An answer to a repeated request has the contact, proxy and guardians as they are by then.
"""

from typing import TypeVar

from google.protobuf.message import Message
from passport.issuance.v1 import applications_pb2 as pb

from issuance.service.encode_applications import contacts
from issuance.store.records import Store

M = TypeVar("M", bound=Message)


def without_contacts(answer: M) -> M:
    """Return the answer as it is stored."""
    stored = type(answer)()
    stored.CopyFrom(answer)
    if application := _application(stored):
        _clear_contacts(application)
    return stored


async def with_contacts(answer: M, store: Store) -> M:
    """Return a stored answer with the contacts that its application has now; it is changed.

    Those of an answer that an earlier version stored with them are left out.
    """
    if application := _application(answer):
        _clear_contacts(application)
        async with store.read() as records:
            case = await records.cases.find(application.application_id)
        if case is not None:
            application.MergeFrom(contacts(case))
    return answer


def _application(answer: Message) -> pb.Application | None:
    """Return the application in an answer, if there is one."""
    if isinstance(answer, pb.SubmitPortraitResponse):
        return answer.application
    return answer if isinstance(answer, pb.Application) else None


def _clear_contacts(application: pb.Application) -> None:
    application.ClearField("contact")
    application.ClearField("proxy")
    application.ClearField("guardians")
