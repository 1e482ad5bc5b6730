from harness.demo_facts import Facts
from harness.summary import summary


def test_the_summary_keeps_its_keys(facts: Facts) -> None:
    row = {"applied": "2018-10-29", "collect": "2018-11-05", "count": 92}

    content = summary(facts)

    assert content == {
        "as_it_was": {"collection_schedule": [row]},
        "as_it_would_have_been": {"collection_schedule": [row | {"collect": "2018-11-01"}]},
        "applications": {"total": 93, "collected": 92, "refused": 1},
        "duplicates": {"planted": 1, "adjudicated": 1, "confirmed": 1},
        "false_alarms": {"raised": 0, "cleared": 0},
        "honest_refused": 0,
        "renewals": {"total": 0, "own_record_first": 0},
        "real_images": 0,
        "books": {"received": 100, "issued": 92, "spoiled": 1, "quarantined": 0, "in_stock": 7},
        "printed_twice": 0,
        "kills": 1,
        "wall_seconds": 200.0,
    }
