from datetime import UTC, datetime
from pathlib import Path

import pytest
from issuance.domain.activity import Activity
from issuance.domain.outage import Outage, OutageScope
from issuance.domain.outage_policy import DEFAULT_POLICY, BadPolicy
from issuance.outage_policy_file import outage_policy_example, read_outage_policy

BEGAN = datetime(2018, 10, 26, tzinfo=UTC)
REST = """
[[rules]]
scope = "office"
stops = ["printing"]
[[rules]]
scope = "printing"
stops = ["printing"]
"""
NO_IDENTIFICATION = """
[[rules]]
scope = "matcher"
stops = ["identification"]
"""


def outage(scope: OutageScope, cause: str = "test") -> Outage:
    return Outage(scope, "" if scope is OutageScope.MATCHER else "BJM", cause, BEGAN)


@pytest.mark.parametrize(
    ("scope", "stops"),
    [("matcher", {"identification"}), ("office", {"printing"}), ("printing", {"printing"})],
)
def test_without_a_file_only_what_cannot_go_on_stops(scope: str, stops: set[str]) -> None:
    assert DEFAULT_POLICY.applied_to(outage(OutageScope(scope))).stopped == stops


def test_the_example_is_a_file_of_those_rules(tmp_path: Path) -> None:
    file = tmp_path / "outages.toml"
    file.write_text(outage_policy_example(DEFAULT_POLICY))

    assert read_outage_policy(file) == DEFAULT_POLICY


def test_the_first_rule_for_the_cause_applies(tmp_path: Path) -> None:
    file = tmp_path / "outages.toml"
    file.write_text(
        """
        [[rules]]
        scope = "office"
        cause = "Flood"
        stops = ["intake", "printing", "hand_over"]
        """
        + NO_IDENTIFICATION
        + REST
    )

    policy = read_outage_policy(file)

    def stops_intake(scope: OutageScope, cause: str) -> bool:
        return policy.applied_to(outage(scope, cause)).stops(Activity.INTAKE)

    assert stops_intake(OutageScope.OFFICE, "a flood in the cellar")
    assert not stops_intake(OutageScope.OFFICE, "no current")
    assert not stops_intake(OutageScope.MATCHER, "a flood")


def test_a_rule_names_what_goes_on_by_verification(tmp_path: Path) -> None:
    file = tmp_path / "outages.toml"
    index_only = NO_IDENTIFICATION.replace(
        "stops", 'cause = "index"\nverifies = ["renewal"]\nstops'
    )
    file.write_text(index_only + NO_IDENTIFICATION + REST)

    policy = read_outage_policy(file)
    example = tmp_path / "example.toml"
    example.write_text(outage_policy_example(policy))

    assert policy.verifies(outage(OutageScope.MATCHER, "the index is lost")) == {"renewal"}
    assert policy.verifies(outage(OutageScope.MATCHER, "fire")) == set()
    assert policy.verifiable_types == {"renewal"}
    assert read_outage_policy(example) == policy


def test_a_rule_says_how_long_emergency_documents_are_valid(tmp_path: Path) -> None:
    file = tmp_path / "outages.toml"
    fire = NO_IDENTIFICATION.replace("stops", 'cause = "fire"\nemergency_days = 60\nstops')
    file.write_text(fire + NO_IDENTIFICATION + REST)

    policy = read_outage_policy(file)
    example = tmp_path / "example.toml"
    example.write_text(outage_policy_example(policy))

    assert policy.emergency_days(outage(OutageScope.MATCHER, "a Fire in the cellar")) == 60
    assert policy.emergency_days(outage(OutageScope.MATCHER, "the index is lost")) is None
    assert read_outage_policy(example) == policy


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            NO_IDENTIFICATION + "emergency_days = 0" + REST,
            "emergency documents are valid for 1 to 730 days",
        ),
        (
            NO_IDENTIFICATION + "emergency_days = 731" + REST,
            "emergency documents are valid for 1 to 730 days",
        ),
        (
            NO_IDENTIFICATION + REST + "emergency_days = 60",
            "emergency documents are not for an outage of printing",
        ),
        (
            NO_IDENTIFICATION + 'verifies = ["new"]' + REST,
            "new has no own record to be verified with",
        ),
        (
            NO_IDENTIFICATION + REST + 'verifies = ["renewal"]',
            "verification is not for an outage of printing",
        ),
        ("rules = 3", "rules: Input should be a valid list"),
        ("no TOML", "Expected '=' after a key"),
        (REST, "the last rule for matcher must be for any cause"),
        (
            NO_IDENTIFICATION.replace("stops", 'cause = "fire"\nstops') + REST,
            "the last rule for matcher must be for any cause",
        ),
        (
            NO_IDENTIFICATION * 2 + REST,
            "rules for matcher follow one for any cause: they never apply",
        ),
        (
            NO_IDENTIFICATION.replace("identification", "printing") + REST,
            "identification cannot go on in an outage of matcher",
        ),
        (
            NO_IDENTIFICATION.replace("identification", "cooking") + REST,
            "rules.0.stops.0: Input should be 'intake', 'identification', 'approval'",
        ),
        (NO_IDENTIFICATION + "colour = 1" + REST, "rules.0.colour: Extra inputs"),
    ],
)
def test_a_faulty_file_is_refused_with_what_is_wrong(
    tmp_path: Path, text: str, message: str
) -> None:
    file = tmp_path / "outages.toml"
    file.write_text(text)

    with pytest.raises(BadPolicy) as refused:
        read_outage_policy(file)

    assert str(refused.value).startswith(f"{file}: ")
    assert message in str(refused.value)
