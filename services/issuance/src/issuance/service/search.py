"""Searches of requests as values of the domain, and what was found as messages."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from passport.issuance.v1 import applications_pb2 as pb
from passport.type.v1 import civil_pb2
from servicekit.errors import InvalidRequest
from servicekit.grpc import page_tokens

from issuance.domain.case import Case
from issuance.domain.folded_name import folded_words
from issuance.domain.office import Office
from issuance.domain.reference import format_reference, parse_reference
from issuance.domain.search import (
    MOST_DAYS,
    MOST_WORDS,
    SearchCriteria,
    SearchFilter,
    SearchRecord,
)
from issuance.domain.working_time import BadDate
from issuance.service.decode import decode_date, decode_instant
from issuance.service.encode_values import optional_date, timestamp
from issuance.service.enum_codes import APPLICATION_STATES, APPLICATION_TYPES
from issuance.service.paging import list_position, position_token
from issuance.store.oldest_first import ListPosition
from issuance.store.page_request import PageRequest
from issuance.store.search_records import SearchPosition

_PAGE_SIZE = 20
_LARGEST_NUMBER = 2**31 - 1


def decode_search(request: pb.SearchApplicationsRequest, office: Office | None) -> SearchCriteria:
    """Return the criteria of a request. office: None for all.

    Raises InvalidRequest, BadReference, BadDate.
    """
    words = folded_words(request.name)[:MOST_WORDS]
    if request.name and not words:
        raise InvalidRequest("no letter is in it", field="name")
    has_birth = request.HasField("born_on")
    criteria = SearchCriteria(
        office=office.id if office else "",
        reference=parse_reference(request.reference) if request.reference else "",
        document_number=request.document_number,
        words=words,
        born_on=decode_date(request.born_on, "born_on") if has_birth else None,
        created=_created(request, office),
    )
    if criteria == SearchCriteria(office=criteria.office):
        raise InvalidRequest("say what to search for", field="reference")
    return criteria


def decode_search_page(request: pb.SearchApplicationsRequest) -> PageRequest:
    """Return the page that a request asks for. Raises BadPageToken."""
    after = page_tokens.decode_number(request.page_token)
    return PageRequest(after, request.page_size or _PAGE_SIZE)


def decode_search_filter(request: pb.ListSearchesRequest, office: str | None) -> SearchFilter:
    """Return which searches are listed. office: None for all. Raises BadDate."""
    has_begin, has_end = request.HasField("from"), request.HasField("until")
    begin = decode_instant(getattr(request, "from"), "from") if has_begin else None
    end = decode_instant(request.until, "until") if has_end else None
    if begin and end and end < begin:
        raise BadDate("not before `from`", field="until")
    return SearchFilter(office, request.by, begin, end)


def search_position(token: str) -> SearchPosition | None:
    """Return where the page before ended; None for the first page. Raises BadPageToken."""
    position = list_position(token)
    if position is None:
        return None
    if not (position.key.isdecimal() and int(position.key) <= _LARGEST_NUMBER):
        raise page_tokens.BadPageToken("this token was not issued here", field="page_token")
    return SearchPosition(position.since, int(position.key))


def search_token(end: SearchPosition) -> str:
    """Return the token of the page after a search."""
    return position_token(ListPosition(end.at, str(end.number)))


def encode_found(case: Case) -> pb.FoundApplication:
    """Return what a search of one office shows of a case."""
    holder = civil_pb2.BiographicData.FromString(case.holder)
    return pb.FoundApplication(
        application_id=case.id,
        reference=format_reference(case.reference),
        office=case.office,
        type=APPLICATION_TYPES[case.type],
        state=APPLICATION_STATES[case.state],
        name=holder.name,
        born_on=holder.born_on,
        created_at=timestamp(case.created_at),
        document_number=case.document_number,
    )


def encode_whereabouts(case: Case) -> pb.FoundApplication:
    """Return what a search of all offices shows of a case: where it is, not whose."""
    return pb.FoundApplication(
        application_id=case.id,
        reference=format_reference(case.reference),
        office=case.office,
        state=APPLICATION_STATES[case.state],
    )


def encode_recorded_search(search: SearchRecord) -> pb.RecordedSearch:
    """Return who searched for what."""
    criteria = search.criteria
    first, end = criteria.created or (None, None)
    return pb.RecordedSearch(
        at=timestamp(search.at),
        by=search.by,
        on_behalf_of=search.on_behalf_of,
        office=search.office,
        searched_office=criteria.office,
        reference=format_reference(criteria.reference) if criteria.reference else "",
        document_number=criteria.document_number,
        name_words=criteria.words,
        born_on=optional_date(criteria.born_on),
        created_from=timestamp(first),
        created_until=timestamp(end),
        found=search.found,
    )


def encode_search(
    page: PageRequest,
    found: Sequence[tuple[int, Case]],
    encode: Callable[[Case], pb.FoundApplication],
) -> pb.SearchApplicationsResponse:
    """Return a page of what was found."""
    is_last = len(found) < page.size
    return pb.SearchApplicationsResponse(
        applications=[encode(case) for _, case in found],
        next_page_token="" if is_last else page_tokens.encode(found[-1][0]),
    )


def _created(
    request: pb.SearchApplicationsRequest, office: Office | None
) -> tuple[datetime, datetime] | None:
    given = [request.HasField("created_from"), request.HasField("created_until")]
    if not any(given):
        return None
    if not all(given):
        field = "created_until" if given[0] else "created_from"
        raise InvalidRequest("give the first and the last day", field=field)
    if office is None:
        raise InvalidRequest("days of creation are those of one office", field="office")
    first = decode_date(request.created_from, "created_from")
    last = decode_date(request.created_until, "created_until")
    if not timedelta() <= last - first < timedelta(days=MOST_DAYS):
        raise BadDate(f"not before the first day, {MOST_DAYS} days at most", field="created_until")
    zone = office.calendar.zone
    midnight = datetime.min.time()
    return (
        datetime.combine(first, midnight, zone),
        datetime.combine(last + timedelta(days=1), midnight, zone),
    )
