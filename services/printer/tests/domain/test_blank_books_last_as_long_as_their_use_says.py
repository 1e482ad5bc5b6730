from datetime import date

import pytest
from printer.domain.forecast import BookUse, Outlook, forecast

MONDAY = date(2018, 11, 5)
FIVE_DAYS_A_WEEK = BookUse(days=28, by_day=[10] * 20)


def test_weekends_pass_without_use() -> None:
    """100 books for ten working days are two weeks."""
    outlook = forecast(120, 20, FIVE_DAYS_A_WEEK, MONDAY, lead_time_days=5)

    assert outlook == Outlook(
        working_days_left=10.0, runs_out_on=date(2018, 11, 19), order_on=date(2018, 11, 14)
    )


def test_who_is_too_late_orders_today() -> None:
    outlook = forecast(50, 0, FIVE_DAYS_A_WEEK, MONDAY, lead_time_days=30)

    assert outlook is not None
    assert (outlook.runs_out_on, outlook.order_on) == (date(2018, 11, 12), MONDAY)


def test_a_queue_longer_than_the_stock_leaves_nothing() -> None:
    outlook = forecast(5, 9, FIVE_DAYS_A_WEEK, MONDAY, lead_time_days=0)

    assert outlook == Outlook(working_days_left=0.0, runs_out_on=MONDAY, order_on=MONDAY)


def test_nothing_is_foretold_for_more_than_ten_years() -> None:
    outlook = forecast(10_000_000, 0, BookUse(days=28, by_day=[1]), MONDAY, lead_time_days=0)

    assert outlook is not None
    assert outlook.runs_out_on == date(2028, 11, 2)


@pytest.mark.parametrize("days", [0, 28])
def test_nothing_is_foretold_without_a_day_of_use(days: int) -> None:
    assert forecast(100, 0, BookUse(days=days, by_day=[]), MONDAY, lead_time_days=0) is None
