"""Have applications found by names in which an apostrophe was written as hamza or ayn."""

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"

_TERMS = sa.table("search_terms", *(sa.column(name) for name in ("case", "term", "office")))
# Modifier letters that spell hamza and ayn, and letters whose base Unicode does not give.
_FOLDED = {"\u02be": "", "\u02bf": "", "ŋ": "n", "ŧ": "t"}


def upgrade() -> None:
    """Fold the terms that have such a character; one that is there already is not added."""
    c, same = _TERMS.c, _TERMS.alias()
    term: sa.ColumnElement[str] = c.term
    for character, folded in _FOLDED.items():
        term = sa.func.replace(term, character, folded)
    is_old = c.term.like("n:%") & sa.or_(*(c.term.contains(each) for each in _FOLDED))
    is_there = sa.exists().where(same.c.case == c.case, same.c.term == term)
    new = sa.select(c.case, term, c.office).where(is_old, term != "n:", ~is_there).distinct()
    connection = op.get_bind()
    connection.execute(sa.insert(_TERMS).from_select(["case", "term", "office"], new))
    connection.execute(sa.delete(_TERMS).where(is_old))
