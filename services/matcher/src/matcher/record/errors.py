"""Why bytes are not a minutiae record."""


class BadTemplate(ValueError):
    """The bytes are no ISO/IEC 19794-2 record, or fingers cannot be written as one."""
