"""Watches whether the matcher's database was restored, and compares it with the applications."""

import structlog

from issuance.use_cases.compare_with_matcher import CompareWithMatcher
from issuance.use_cases.ports import Unavailable

_log = structlog.get_logger(__name__)


class MatcherWatcher:
    """Looks once a call; what could not be asked is asked the next time."""

    def __init__(self, compare: CompareWithMatcher) -> None:
        self._compare = compare

    async def __call__(self) -> None:
        """Compare as far as the matcher answers."""
        try:
            await self._compare()
        except Unavailable as error:
            _log.debug("matcher_not_compared", problem=str(error))
