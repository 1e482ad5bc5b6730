"""Which errors of the matcher mean that it can never use the finger samples of a request."""

from issuance.clients.call_errors import CallError

UNUSABLE_FINGERS = frozenset(
    {
        "BAD_IMAGE",
        "BAD_TEMPLATE",
        "POOR_QUALITY",
        "TOO_FEW_MINUTIAE",
        "POSITION_MISMATCH",
        "DUPLICATE_POSITION",
        "SAME_FINGER_TWICE",
        "REQUEST_TOO_LARGE",
    }
)
"""Reasons that concern the samples, whatever else is asked for with them."""


def concerns_samples(error: CallError) -> bool:
    """Return whether an enrolment of these samples is refused whenever it is asked for."""
    return error.reason in UNUSABLE_FINGERS or error.field.startswith("samples")
