"""What can be wrong with data that shall become a page."""


class Unprintable(Exception):
    """A value that cannot stand on a data page as ICAO Doc 9303 wants it; `field` names it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field


class PageFault(Exception):
    """A finished page does not carry the data it was made from; it must not be sent."""
