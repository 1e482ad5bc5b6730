"""Applications that were indexed under hamza, ayn, eng or a barred t are found as others are."""

from pathlib import Path

from issuance.store.records import MIGRATIONS
from servicekit.storage.database import migrate

from services.databases import execute
from services.older_schema import migrate_until


def test_terms_lose_their_marks(database_url: str, tmp_path: Path) -> None:
    migrate_until("0055", database_url, MIGRATIONS, tmp_path)
    _application(database_url, 1, "n:ma\u02beruf", "n:siti", "b:1990-04-21")
    _application(database_url, 2, "n:ma\u02beruf", "n:maruf", "n:ma\u02bfruf", "n:\u014baliema")

    migrate(database_url, MIGRATIONS)

    assert _terms(database_url, 1) == {"n:maruf", "n:siti", "b:1990-04-21"}
    assert _terms(database_url, 2) == {"n:maruf", "n:naliema"}


def _application(url: str, number: int, *terms: str) -> None:
    texts = ("holder", "decision_id", "document_number", "print_job", "book_serial")
    execute(
        url,
        f"INSERT INTO applications (id, office, type, priority_class, {', '.join(texts)},"
        " person_id, created_at, state_since, state, revision, delayed, reference)"
        f" VALUES ('a{number}', 'BJM', 'new', 2, '', '', '', '', '', 'p{number}',"
        " '2018-10-26 01:00:00+00:00', '2018-10-26 01:00:00+00:00', 'received', 1, false,"
        f" 'R{number}')",
    )
    rows = ", ".join(f"('a{number}', '{term}', 'BJM')" for term in terms)
    execute(url, f'INSERT INTO search_terms ("case", term, office) VALUES {rows}')


def _terms(url: str, number: int) -> set[str]:
    found = execute(url, f"SELECT term FROM search_terms WHERE \"case\" = 'a{number}'")
    return {term for (term,) in found}
