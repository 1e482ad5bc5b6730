"""The passport that a person was handed last is valid again if only the merge revoked it."""

from datetime import UTC, date, datetime

import pytest
from issuance.domain.document import REPLACED, TWO_VALID_PASSPORTS, Document, DocumentStatus
from issuance.domain.merge_undoing import valid_again

MERGED = datetime(2018, 10, 30, tzinfo=UTC)
BEFORE, SINCE = datetime(2018, 10, 29, tzinfo=UTC), datetime(2018, 11, 2, tzinfo=UTC)
HANDED_OVER = {"a1": datetime(2018, 10, 1, tzinfo=UTC), "a2": datetime(2018, 10, 2, tzinfo=UTC)}
VALID, REVOKED, LOST = DocumentStatus.VALID, DocumentStatus.REVOKED, DocumentStatus.LOST


def _document(
    case: str, status: DocumentStatus, since: datetime = SINCE, reason: str = REPLACED
) -> Document:
    return Document(
        number=f"X{case}",
        person_id="ani",
        case=case,
        office="BJM",
        book_serial=f"B{case}",
        holder=b"",
        issued_on=date(2018, 10, 1),
        expires_on=None,
        status=status,
        status_since=since,
        status_by="eko",
        status_reason=reason,
    )


@pytest.mark.parametrize("reason", [REPLACED, TWO_VALID_PASSPORTS])
def test_it_is_the_last_that_was_revoked_since(reason: str) -> None:
    last = _document("a2", REVOKED, SINCE, reason)

    assert valid_again([_document("a1", REVOKED), last], HANDED_OVER, (), MERGED) == last


def test_at_the_instant_of_the_merge_counts() -> None:
    last = _document("a1", REVOKED, MERGED, TWO_VALID_PASSPORTS)

    assert valid_again([last], HANDED_OVER, (), MERGED) == last


@pytest.mark.parametrize(
    "last",
    [
        _document("a2", VALID, BEFORE, ""),
        _document("a2", LOST, SINCE, "in the river"),
        _document("a2", REVOKED, BEFORE),
        _document("a2", REVOKED, SINCE, "on record under another identity"),
    ],
)
def test_nothing_changes_if_it_was_for_another_reason(last: Document) -> None:
    assert valid_again([_document("a1", REVOKED), last], HANDED_OVER, (), MERGED) is None


def test_a_book_that_was_never_handed_over_is_passed_over() -> None:
    last, withdrawn = _document("a2", REVOKED), _document("a3", REVOKED)

    assert valid_again([last, withdrawn], HANDED_OVER, (), MERGED) == last
    assert valid_again([withdrawn], HANDED_OVER, (), MERGED) is None


def test_a_book_that_was_taken_in_is_nobodys() -> None:
    last = _document("a2", REVOKED)

    taken_in = {last.number}

    assert valid_again([_document("a1", REVOKED), last], HANDED_OVER, taken_in, MERGED) is None
