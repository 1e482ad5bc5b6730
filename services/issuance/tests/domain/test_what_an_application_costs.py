"""What an application costs by the tariff, and which tariffs are refused at the start."""

from pathlib import Path

import pytest
from issuance.domain.application_type import ApplicationType
from issuance.domain.collection_plan import PriorityClass
from issuance.domain.payment import AmountDiffers, AmountRequired, require_amount
from issuance.domain.tariff import INDONESIA_2019, BadTariff, Fee
from issuance.tariff_file import read_tariff, tariff_example

NEW, RENEWAL = ApplicationType.NEW, ApplicationType.RENEWAL
LOST, DAMAGED = ApplicationType.REPLACEMENT_LOST, ApplicationType.REPLACEMENT_DAMAGED
NORMAL, EXPEDITED = PriorityClass.NORMAL, PriorityClass.EXPEDITED
FEES = "[fees]\nnew = 1\nrenewal = 1\nreplacement_lost = 1\nreplacement_damaged = 1\n"


@pytest.mark.parametrize(
    ("kind", "priority", "force_majeure", "fee"),
    [
        (NEW, NORMAL, False, Fee(350_000)),
        (RENEWAL, PriorityClass.EMERGENCY, False, Fee(350_000)),
        (NEW, EXPEDITED, False, Fee(1_350_000)),
        (LOST, NORMAL, False, Fee(1_350_000, 1_000_000)),
        (LOST, NORMAL, True, Fee(350_000)),
        (DAMAGED, EXPEDITED, False, Fee(1_850_000, 500_000)),
    ],
)
def test_fee_surcharge_and_penalty(
    kind: ApplicationType, priority: PriorityClass, force_majeure: bool, fee: Fee
) -> None:
    assert INDONESIA_2019.fee(kind, priority, force_majeure=force_majeure) == fee


def test_the_example_is_a_file_of_that_tariff(tmp_path: Path) -> None:
    file = tmp_path / "tariff.toml"
    file.write_text(tariff_example(INDONESIA_2019))

    assert read_tariff(file) == INDONESIA_2019


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("[fees]\nnew = 1\n", "no fee for renewal"),
        (FEES.replace("new = 1", "new = -1"), "fees.new"),
        (FEES.replace("new = 1", "new = 1.5"), "fees.new"),
        (FEES + "[surcharges]\nsoon = 1\n", "no priority class soon"),
        (FEES + "[penalties]\nnew = 1\n", "penalties are for lost and damaged"),
        (FEES + "[fines]\nlate = 1\n", "fines"),
        ("fees", "tariff.toml"),
    ],
)
def test_a_faulty_tariff_is_named_at_the_start(tmp_path: Path, content: str, fault: str) -> None:
    file = tmp_path / "tariff.toml"
    file.write_text(content)

    with pytest.raises(BadTariff, match=fault):
        read_tariff(file)


def test_the_amount_is_the_fee_and_what_the_channel_reported() -> None:
    require_amount(350_000, 350_000, 350_000)
    require_amount(350_000, 350_000, None)
    require_amount(None, None, 350_000)
    require_amount(100, None, None)

    with pytest.raises(AmountRequired):
        require_amount(None, 350_000, None)
    for paid, reported in ((300_000, None), (400_000, None), (350_000, 300_000)):
        with pytest.raises(AmountDiffers) as refusal:
            require_amount(paid, 350_000, reported)
    assert refusal.value.metadata["expected"] == "300000"
