"""Business times as tests write them: local times of Banjarmasin."""

from datetime import datetime
from zoneinfo import ZoneInfo

WITA = ZoneInfo("Asia/Makassar")


def banjarmasin(text: str) -> datetime:
    """The instant of a local time in Banjarmasin, as in 2018-10-26 09:00."""
    return datetime.fromisoformat(text).replace(tzinfo=WITA)
