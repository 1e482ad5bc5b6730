"""The error for personalisation data that cannot be printed on a data page."""


class UnprintableField(Exception):
    """A value that ICAO Doc 9303 does not allow, or for which the page has no room.

    field: name of the field, as in PageData and MrzData.
    """

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
