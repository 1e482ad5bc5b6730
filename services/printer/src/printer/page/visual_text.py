"""Text as the visual zone shows it: composed, in capitals, one form for each punctuation mark."""

import unicodedata

# Marks that look alike, in the forms for which the font has glyphs. Ain and hamza (U+02BF, U+02BE)
# are written as quotation marks, as is usual where the letters are missing.
_FORMS = str.maketrans(
    {
        "\u02bb": "\u2018", "\u02bf": "\u2018", "`": "\u2018", "\u02bc": "\u2019",
        "\u02be": "\u2019", "\u2010": "-", "\u2011": "-", "\u00df": "\u1e9e",
    }
)  # fmt: skip


def visual_text(text: str) -> str:
    """Return a text of the payload as it is printed; it has as many characters as composed."""
    return unicodedata.normalize("NFC", text).translate(_FORMS).upper()
