"""A notice as it is handed to who delivers it."""

from datetime import UTC, datetime

from issuance.domain.contact import Contact
from issuance.domain.notice_delivery import NoticeMessage
from issuance.domain.notices import NoticeKind


def ready_notice(contact: Contact, text: str) -> NoticeMessage:
    """Return the notice `a-1` that the passport of application `a` is ready, in Indonesian."""
    return NoticeMessage(
        "a-1",
        "a",
        NoticeKind.READY,
        contact,
        "id",
        "Permohonan paspor a",
        text,
        datetime(2018, 11, 5, 6, tzinfo=UTC),
    )
