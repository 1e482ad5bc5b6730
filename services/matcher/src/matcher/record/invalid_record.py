"""The error raised for bytes that are not a minutiae record."""


class InvalidRecord(ValueError):
    """The bytes are not an ISO/IEC 19794-2 record, or fingers cannot be written as one."""
