"""The passport that a person was handed last is valid again if only the merge revoked it."""

from datetime import UTC, date, datetime

import pytest
from issuance.domain.document import Document, DocumentStatus, RevocationCause
from issuance.domain.merge_undoing import valid_again

MERGED = datetime(2018, 10, 30, tzinfo=UTC)
BEFORE, SINCE = datetime(2018, 10, 29, tzinfo=UTC), datetime(2018, 11, 2, tzinfo=UTC)
HANDED_OVER = {"a1": datetime(2018, 10, 1, tzinfo=UTC), "a2": datetime(2018, 10, 2, tzinfo=UTC)}
REPLACED, TWO_VALID = RevocationCause.REPLACED, RevocationCause.TWO_VALID_PASSPORTS
VALID, REVOKED, LOST = DocumentStatus.VALID, DocumentStatus.REVOKED, DocumentStatus.LOST


def _document(
    case: str,
    status: DocumentStatus,
    since: datetime = SINCE,
    cause: RevocationCause | None = REPLACED,
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
        status_reason="another document was handed over",
        revoked_for=cause,
    )


@pytest.mark.parametrize("cause", [REPLACED, TWO_VALID])
def test_it_is_the_last_that_was_revoked_since(cause: RevocationCause) -> None:
    last = _document("a2", REVOKED, SINCE, cause)

    assert valid_again([_document("a1", REVOKED), last], HANDED_OVER, (), MERGED) == last


def test_at_the_instant_of_the_merge_counts() -> None:
    last = _document("a1", REVOKED, MERGED, TWO_VALID)

    assert valid_again([last], HANDED_OVER, (), MERGED) == last


@pytest.mark.parametrize(
    "last",
    [
        _document("a2", VALID, BEFORE, None),
        _document("a2", LOST, SINCE, None),
        _document("a2", REVOKED, BEFORE),
        _document("a2", REVOKED, SINCE, RevocationCause.APPLICATION),
        _document("a2", REVOKED, SINCE, None),
    ],
)
def test_nothing_changes_if_it_was_for_another_reason(last: Document) -> None:
    assert valid_again([_document("a1", REVOKED), last], HANDED_OVER, (), MERGED) is None


def test_a_book_that_was_never_handed_over_is_passed_over() -> None:
    last, withdrawn = _document("a2", REVOKED), _document("a3", REVOKED)

    assert valid_again([last, withdrawn], HANDED_OVER, (), MERGED) == last
    assert valid_again([withdrawn], HANDED_OVER, (), MERGED) is None


def test_one_that_nothing_makes_valid_leaves_no_earlier_one_valid() -> None:
    last = _document("a2", REVOKED)

    excluded = {last.number}

    assert valid_again([_document("a1", REVOKED), last], HANDED_OVER, excluded, MERGED) is None
