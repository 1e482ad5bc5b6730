"""Files of an outage policy, for the tests of several services."""


def outage_policy(*rule_for_the_matcher: str) -> str:
    """Return a policy whose rule for outages of the matcher has these lines, beside its scope.

    An outage of an office, or of its printing, stops printing.
    """
    return "\n".join(
        [
            '[[rules]]\nscope = "matcher"',
            *rule_for_the_matcher,
            '[[rules]]\nscope = "office"\nstops = ["printing"]',
            '[[rules]]\nscope = "printing"\nstops = ["printing"]',
        ]
    )


RENEWALS_GO_ON = outage_policy('stops = ["identification"]', 'verifies = ["renewal"]')
"""Renewals are verified, and printed, while identification is out."""
