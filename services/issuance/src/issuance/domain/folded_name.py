"""When two spellings of a name count as one: in any case, accents, punctuation and order."""

import re
import unicodedata

# All that names in passports can have (passport.type.v1.Printed), hamza and ayn among them.
_APOSTROPHES = dict.fromkeys(map(ord, "'`\u2018\u2019\u02bb\u02bc\u02be\u02bf"))
# Letters of Latin script that Unicode does not decompose.
_LETTERS = str.maketrans("øđðłħŋŧ\u0131", "oddlhnti") | {
    ord(letter): letters for letter, letters in (("æ", "ae"), ("œ", "oe"), ("þ", "th"))
}


def folded_words(*parts: str) -> tuple[str, ...]:
    """Return the different words of a name without case and accents, in alphabetical order."""
    decomposed = unicodedata.normalize("NFKD", " ".join(parts).casefold().translate(_APOSTROPHES))
    plain = "".join(c for c in decomposed if not unicodedata.combining(c)).translate(_LETTERS)
    return tuple(sorted({word for word in re.split(r"[\W_]+", plain) if word}))
