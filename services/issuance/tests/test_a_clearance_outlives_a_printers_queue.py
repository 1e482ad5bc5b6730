from issuance.config import IssuanceSettings


def test_by_default_it_is_valid_for_a_month() -> None:
    assert IssuanceSettings.model_fields["clearance_validity_hours"].default == 720.0
