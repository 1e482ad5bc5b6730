"""What is known of an attempt whose outcome is or was unknown: may its machine still print it?

Silence is not absence: a machine that does not answer may print the page once its jam is cleared.
Only the machine itself settles an attempt, or two persons.
"""

from enum import Enum


class Settlement(Enum):
    """What is known of such an attempt."""

    UNSETTLED = "its machine may still print it"
    CONFIRMED = "two persons confirmed that the machine is off, or the job cancelled there"
    GONE = "its machine has it no more"
    PRINTED = "its machine reports it completed"


# The machine itself has not answered for these: it is asked as soon as it can be reached.
TO_BE_ASKED = (Settlement.UNSETTLED, Settlement.CONFIRMED)


class MachineAnswer(Enum):
    """What the answer of its machine proves of such an attempt."""

    NOT_BEGUN = "its machine never began to print it"
    GIVEN_UP = "its machine has it no more, and had begun to print it"
    FORGOTTEN = "its machine has it no more, and may have printed it"
    PRINTED = "its machine reports it completed"

    @property
    def settlement(self) -> Settlement:
        """How it settles the attempt."""
        return Settlement.PRINTED if self is MachineAnswer.PRINTED else Settlement.GONE
