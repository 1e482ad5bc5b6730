"""Measure the use of books, and tell how long the blank ones last."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo

from printer.domain.book import BookState
from printer.domain.forecast import DAYS_MEASURED, BookUse, Outlook, forecast
from printer.domain.job_transitions import JobState
from printer.domain.working_days import USED
from printer.store.records import Records


@dataclass(frozen=True, slots=True, kw_only=True)
class StockForecast:
    """Blank books, jobs that wait for one, and how long the books last; None if not known."""

    blank_books: int
    queued_jobs: int
    use: BookUse
    outlook: Outlook | None


async def stock_forecast(
    records: Records, now: datetime, zone: tzinfo, lead_time_days: int
) -> StockForecast:
    """Return how long the blank books last at the use of the last days, in a zone's days."""
    books = await records.books.count_by_state()
    blank = books.get(BookState.SAFE, 0) + books.get(BookState.LOADED, 0)
    queued = (await records.jobs.count_by_state()).get(JobState.QUEUED, 0)
    use = await _book_use(records, now, zone)
    today = now.astimezone(zone).date()
    return StockForecast(
        blank_books=blank,
        queued_jobs=queued,
        use=use,
        outlook=forecast(blank, queued, use, today, lead_time_days),
    )


async def _book_use(records: Records, now: datetime, zone: tzinfo) -> BookUse:
    today = now.astimezone(zone).date()
    days = [today - timedelta(days=ago) for ago in range(DAYS_MEASURED, -1, -1)]
    midnights = [datetime.combine(day, time.min, zone) for day in days]
    by_day = await records.movements.number_by_span(USED, midnights)
    first = await records.movements.first_at(USED)
    known = (today - first.astimezone(zone).date()).days if first else 0
    return BookUse(days=max(0, min(known, DAYS_MEASURED)), by_day=list(by_day.values()))
