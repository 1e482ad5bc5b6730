import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from servicekit.errors import NoIdentity
from servicekit.security.identity import (
    Caller,
    bind_caller,
    current_caller,
    current_on_behalf_of,
    parse_identity,
)

WORDS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,20}", fullmatch=True)
COUNTRIES = st.text(string.ascii_lowercase, min_size=2, max_size=2)


@given(COUNTRIES, WORDS, WORDS)
def test_a_service_is_parsed_from_its_uri(country: str, office: str, name: str) -> None:
    uri = f"spiffe://{country}/office/{office}/service/{name}"

    assert parse_identity(uri) == Caller(uri, country, office, name, f"service:{name}", True)


@given(COUNTRIES, WORDS, WORDS, WORDS)
def test_a_person_is_parsed_from_the_uri(country: str, office: str, user: str, role: str) -> None:
    uri = f"spiffe://{country}/office/{office}/user/{user}/role/{role}"

    assert parse_identity(uri) == Caller(uri, country, office, user, role, False)


@given(WORDS, WORDS, WORDS)
def test_a_person_never_has_the_role_of_a_service(office: str, user: str, role: str) -> None:
    person = parse_identity(f"spiffe://id/office/{office}/user/{user}/role/{role}")

    assert not person.role.startswith("service:")


@given(st.text(max_size=60))
def test_an_appended_text_makes_another_identity_or_none(tail: str) -> None:
    whole = f"spiffe://id/office/BJM/service/printer{tail}"

    try:
        read = parse_identity(whole)
    except NoIdentity:
        return

    assert read.uri == whole
    assert "/" not in read.name
    assert read.name.isascii()


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "spiffe://id/office/BJM",
        "spiffe://ID/office/BJM/service/printer",
        "spiffe://id/office//service/printer",
        "spiffe://id/office/BJM/service/printer/",
        "spiffe://id/office/BJM/service/printer\n",
        "spiffe://id/office/../service/printer",
        "spiffe://id/office/BJM/user/siti",
        "spiffe://id/office/BJM/user/siti/role/service:matcher",
        "https://id/office/BJM/service/printer",
    ],
)
def test_anything_else_is_no_identity(uri: str) -> None:
    with pytest.raises(NoIdentity):
        parse_identity(uri)


def test_an_office_covers_itself_and_a_national_caller_covers_all() -> None:
    office = parse_identity("spiffe://id/office/BJM/user/siti/role/officer")
    nation = parse_identity("spiffe://id/office/national/service/issuance")

    assert office.covers_office("BJM")
    assert not office.covers_office("PKY")
    assert nation.covers_office("PKY")


def test_outside_a_call_there_is_no_caller() -> None:
    someone = parse_identity("spiffe://id/office/national/service/issuance")

    person = parse_identity("spiffe://id/office/BJM/user/siti/role/officer")

    with bind_caller(someone, person):
        assert current_caller() == someone
        assert current_on_behalf_of() == person

    with pytest.raises(NoIdentity):
        current_caller()
    assert current_on_behalf_of() is None
