"""The error raised for bytes that are not an acceptable image of one fingerprint."""

from enum import StrEnum


class ImageFault(StrEnum):
    """Why an image was refused."""

    BAD_RESOLUTION = "BAD_RESOLUTION"
    EMPTY = "EMPTY"
    TOO_SMALL = "TOO_SMALL"
    TOO_LARGE = "TOO_LARGE"
    UNREADABLE = "UNREADABLE"
    UNSUPPORTED = "UNSUPPORTED"
    DECODER_CRASHED = "DECODER_CRASHED"
    DECODER_OUT_OF_MEMORY = "DECODER_OUT_OF_MEMORY"
    DECODER_TIMED_OUT = "DECODER_TIMED_OUT"


class UnreadableImage(ValueError):
    """The bytes are not an acceptable image of one fingerprint. fault: the reason."""

    def __init__(self, fault: ImageFault, message: str) -> None:
        super().__init__(message)
        self.fault = fault
