"""What can be wrong with the bytes a caller hands in."""

from enum import StrEnum


class ImageFault(StrEnum):
    """Why an image was refused."""

    BAD_RESOLUTION = "BAD_RESOLUTION"
    EMPTY = "EMPTY"
    TOO_SMALL = "TOO_SMALL"
    TOO_LARGE = "TOO_LARGE"
    UNREADABLE = "UNREADABLE"
    UNSUPPORTED = "UNSUPPORTED"


class BadImage(ValueError):
    """The bytes are not an image of one fingerprint; `fault` says in what way."""

    def __init__(self, fault: ImageFault, message: str) -> None:
        super().__init__(message)
        self.fault = fault


class BadTemplate(ValueError):
    """The bytes are no ISO/IEC 19794-2 record, or fingers cannot be written as one."""
