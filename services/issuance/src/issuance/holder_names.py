"""By what a holder is found: the words of the name, and the day of birth."""

from datetime import date

from passport.type.v1 import civil_pb2

from issuance.domain.folded_name import folded_words
from issuance.serialization import day_of


def holder_words(holder: bytes) -> tuple[str, ...]:
    """Return the folded words of a serialized BiographicData's name, in either script."""
    name = civil_pb2.BiographicData.FromString(holder).name
    native = (name.native.primary, name.native.secondary)
    return folded_words(name.primary, name.secondary, *native)


def holder_names(holder: bytes) -> frozenset[tuple[str, ...]]:
    """Return the folded words of a serialized BiographicData's name, of each script by itself."""
    name = civil_pb2.BiographicData.FromString(holder).name
    spellings = {
        folded_words(name.primary, name.secondary),
        folded_words(name.native.primary, name.native.secondary),
    }
    return frozenset(words for words in spellings if words)


def holder_personal_number(holder: bytes) -> str:
    """Return the personal number of a serialized BiographicData; empty if it has none."""
    return civil_pb2.BiographicData.FromString(holder).personal_number


def holder_born_on(holder: bytes) -> date:
    """Return the day of birth of a serialized BiographicData. Raises ValueError if it has none."""
    return day_of(civil_pb2.BiographicData.FromString(holder).born_on)
