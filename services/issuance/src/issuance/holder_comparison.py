"""In what the data of two passports of one person differ."""

import unicodedata

from passport.type.v1 import civil_pb2


def differing_fields(earlier: bytes, new: bytes) -> tuple[str, ...]:
    """Return which of name, born_on and sex differ between two serialized BiographicData.

    Names are equal whatever the case of their letters and the spaces between their words.
    """
    before = civil_pb2.BiographicData.FromString(earlier)
    after = civil_pb2.BiographicData.FromString(new)
    differs = {
        "name": _name(before.name) != _name(after.name),
        "born_on": before.born_on != after.born_on,
        "sex": before.sex != after.sex,
    }
    return tuple(field for field, differ in differs.items() if differ)


def _name(name: civil_pb2.PersonName) -> list[list[str]]:
    parts = (name.primary, name.secondary)
    return [unicodedata.normalize("NFC", part).casefold().split() for part in parts]
