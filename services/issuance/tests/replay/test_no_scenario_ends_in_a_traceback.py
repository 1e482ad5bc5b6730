import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from issuance.replay import replay
from issuance.scenario_file import BadScenario, read_scenario

EXAMPLE = Path(__file__).parents[4] / "docs" / "examples" / "banjarmasin-2018.json"
FIELDS = [
    ("office",),
    ("office", "timezone"),
    ("office", "machines"),
    ("office", "books_per_machine_per_day"),
    ("office", "closures"),
    ("country",),
    ("promise_working_days",),
    ("arrivals",),
    ("arrivals", "2018-10-26"),
    ("outage",),
    ("outage", "from"),
    ("outage", "to"),
    ("printing_resumes",),
]
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([10**400, -(10**400), 10**9, 0])
    | st.floats()
    | st.text(max_size=20)
    | st.dates().map(str)
    | st.datetimes().map(lambda moment: moment.isoformat() + "+08:00")
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner),
    max_leaves=5,
)


def answer(raw: bytes) -> int | None:
    try:
        return sum(row.count for row in replay(read_scenario(raw)))
    except BadScenario:
        return None


@given(st.sampled_from(FIELDS), values)
def test_any_value_in_any_field(path: tuple[str, ...], value: object) -> None:
    scenario = json.loads(EXAMPLE.read_text(encoding="utf-8"))
    *parents, name = path
    target = scenario
    for parent in parents:
        target = target[parent]
    target[name] = value

    served = answer(json.dumps(scenario).encode())

    assert served is None or served == sum(scenario["arrivals"].values())


@given(st.binary(max_size=60))
def test_any_bytes(raw: bytes) -> None:
    assert answer(raw) is None


@given(st.data())
def test_any_damage_to_a_good_file(data: st.DataObject) -> None:
    raw = bytearray(EXAMPLE.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))

    served = answer(bytes(raw))

    assert served is None or served >= 0
