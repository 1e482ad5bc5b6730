from pathlib import Path

import pytest

from .running import Replay, Scenario, status

GONE = object()


def changed(scenario: Scenario, path: str, value: object) -> Scenario:
    *parents, name = path.split("/")
    target = scenario
    for parent in parents:
        target = target[parent]
    if value is GONE:
        del target[name]
    else:
        target[name] = value
    return scenario


def refusal(result: tuple[int, Path], capsys: pytest.CaptureFixture[str]) -> str:
    code, out = result
    error = capsys.readouterr().err
    assert code == 2
    assert not out.exists()
    assert error.startswith("issuance replay: ")
    assert error.count("\n") == 1
    return error


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("arrivals/2018-10-26", -1, "arrivals.2018-10-26: give 0 or more (got -1)"),
        ("arrivals/2018-10-26", 1.5, "arrivals.2018-10-26: give a whole number (got 1.5)"),
        ("arrivals/2018-10-26", 70.0, "arrivals.2018-10-26: give a whole number (got"),
        ("arrivals/2018-10-26", "70", 'arrivals.2018-10-26: give a whole number (got "70")'),
        ("arrivals/2018-10-26", True, "arrivals.2018-10-26: give a whole number (got true)"),
        ("arrivals/2018-10-26", None, "arrivals.2018-10-26: give a whole number (got null)"),
        ("arrivals/2018-02-30", 1, "arrivals.2018-02-30: there is no such day"),
        ("arrivals/26-10-2018", 1, "arrivals.26-10-2018: write a date as"),
        ("arrivals/20181027", 1, "arrivals.20181027: write a date as"),
        ("arrivals/2018-W43-6", 1, "arrivals.2018-W43-6: write a date as"),
        ("arrivals/1816-10-26", 1, "arrivals.1816-10-26: give a year from 1970 to 2099"),
        ("arrivals/2030-10-28", 1, "arrivals: more than five years apart"),
        ("arrivals/2018-10-27", 900_000_000, "people would wait more than ten years"),
        ("arrivals", [70], "arrivals: give an object (got [70])"),
        ("arrivals", GONE, "arrivals: missing; add it"),
        ("office", [], "office: give an object (got [])"),
        ("office/machines", 0, "office.machines: give 1 or more (got 0)"),
        ("office/machines", -4, "office.machines: give 1 or more (got -4)"),
        ("office/machines", True, "office.machines: give a whole number (got true)"),
        ("office/machines", 3.5, "office.machines: give a whole number (got"),
        ("office/machines", 10**9, "office.machines: give 10000 or less"),
        ("office/machines", GONE, "office.machines: missing; add it"),
        ("office/books_per_machine_per_day", 0, "office.books_per_machine_per_day: no capacity"),
        ("office/books_per_machine_per_day", -40.5, "office.books_per_machine_per_day: no capac"),
        ("office/books_per_machine_per_day", True, "office.books_per_machine_per_day: give a num"),
        ("office/books_per_machine_per_day", "40.5", "office.books_per_machine_per_day: give a n"),
        ("office/timezone", "Asia/Atlantis", "office.timezone: unknown time zone"),
        ("office/timezone", "Asia", "office.timezone: unknown time zone"),
        ("office/timezone", "localtime", "office.timezone: unknown time zone"),
        ("office/timezone", "../../etc/passwd", "office.timezone: unknown time zone"),
        ("office/timezone", 8, "office.timezone: unknown time zone"),
        ("office/closures", "2018-11-05", "office.closures: give a list"),
        ("office/closures", ["5 Nov"], "office.closures.0: write a date as"),
        ("office/machine", 4, "office.machine: unknown; check the spelling or remove it"),
        ("country", "XX", "country: unknown country"),
        ("country", "IDN", "country: unknown country"),
        ("country", None, "country: unknown country"),
        ("promise_working_days", -1, "promise_working_days: give 0 or more (got -1)"),
        ("promise_working_days", 61, "promise_working_days: give 60 or less (got 61)"),
        ("promise_working_days", "3", "promise_working_days: give a whole number"),
        ("outage", "2018-10-26", "outage: give an object"),
        ("outage/from", GONE, "outage.from: missing; add it"),
        ("outage/from", "2018-11-01", "outage.to: the outage must end after outage.from"),
        ("outage/from", "2018-10-26T08:00:00", "outage.from: a time needs its offset from UTC"),
        ("outage/to", "2018-10-31T25:00:00Z", "outage.to: write a time as"),
        ("outage/to", 1540980000, "outage.to: write a date as"),
        ("outage/until", "2018-10-31", "outage.until: unknown"),
        ("printing_resumes", "2018-10-30", "printing_resumes: must not be before the end of"),
        ("printing_resumes", "2018-11-05T08:00:00+08:00", "printing_resumes: write a date as"),
        ("outage", GONE, "printing_resumes: give the outage too, or leave this out"),
        ("printing_resume", "2018-11-05", "printing_resume: unknown; check the spelling"),
        ("promise\nworking", 3, "promise working: unknown"),
        ("p" * 10_000, 3, "p" * 60 + "...: unknown"),
    ],
)
def test_a_wrong_field_is_named_with_its_remedy(
    replay: Replay,
    banjarmasin: Scenario,
    capsys: pytest.CaptureFixture[str],
    path: str,
    value: object,
    said: str,
) -> None:
    assert said in refusal(replay(changed(banjarmasin, path, value)), capsys)


def test_an_outage_without_any_end_cannot_be_planned(
    replay: Replay, banjarmasin: Scenario, capsys: pytest.CaptureFixture[str]
) -> None:
    del banjarmasin["outage"]["to"], banjarmasin["printing_resumes"]

    error = refusal(replay(banjarmasin), capsys)

    assert "outage.to: give the end of the outage, or printing_resumes" in error


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "scenario: not valid JSON"),
        (b"{", "scenario: not valid JSON"),
        (b"\xff\xfe\x00", "scenario: not valid JSON"),
        (b"[]", "scenario: give an object"),
        (b'{"arrivals": NaN}', "scenario: NaN is not a number"),
        (b'{"arrivals": -Infinity}', "scenario: -Infinity is not a number"),
        (b'{"country": "ID", "country": "SG"}', "country: given twice; keep one"),
        (b'{"machines": 1e99999999999999999999}', "scenario: not valid JSON"),
        (b"[" * 100_000, "scenario: nested too deeply"),
        (b" " * 10_000_001, "more than 10,000,000 bytes"),
        (b'{"machines": ' + b"9" * 5000 + b"}", "scenario: not valid JSON"),
    ],
)
def test_what_is_not_strict_json_is_refused(
    replay: Replay, capsys: pytest.CaptureFixture[str], raw: bytes, said: str
) -> None:
    assert said in refusal(replay(raw), capsys)


def test_a_rate_of_absurd_size_is_refused_before_it_is_computed(
    replay: Replay, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = (
        b'{"office": {"timezone": "Asia/Makassar", "machines": 4, "books_per_machine_per_day": '
        b'1e999999}, "country": "ID", "promise_working_days": 3, "arrivals": {}}'
    )

    assert "office.books_per_machine_per_day: no capacity" in refusal(replay(raw), capsys)


def test_a_scenario_that_is_not_there_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = tmp_path / "none.json"

    code = status("replay", missing, "--out", tmp_path / "plan.json")

    assert str(missing) in refusal((code, tmp_path / "plan.json"), capsys)


@pytest.mark.parametrize("out", ["scenario.json", "nowhere/plan.json", "."])
def test_only_a_file_of_its_own_is_written(
    tmp_path: Path,
    banjarmasin: Scenario,
    replay: Replay,
    capsys: pytest.CaptureFixture[str],
    out: str,
) -> None:
    replay(banjarmasin)
    before = {path: path.is_file() and path.read_bytes() for path in tmp_path.iterdir()}
    capsys.readouterr()

    code = status("replay", tmp_path / "scenario.json", "--out", tmp_path / out)

    assert code == 2
    assert "--out: " in capsys.readouterr().err
    assert {path: path.is_file() and path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_plan_of_earlier_is_left_alone(
    replay: Replay, banjarmasin: Scenario, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out = replay(banjarmasin)
    earlier = out.read_bytes()
    banjarmasin["office"]["machines"] = 0

    code, _ = replay(banjarmasin)

    assert code == 2
    assert out.read_bytes() == earlier
    assert sorted(p.name for p in Path(out).parent.iterdir()) == ["plan.json", "scenario.json"]
