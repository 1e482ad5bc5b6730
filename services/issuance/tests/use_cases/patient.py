"""Waits for tests that let leases and pauses last as long as they like."""

from datetime import timedelta

from issuance.domain.retry_policy import LongestWaits

PATIENT = LongestWaits(lease=timedelta(weeks=5200), pause=timedelta(weeks=5200))
