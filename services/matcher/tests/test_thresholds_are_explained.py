"""GetCalibration says what a threshold means at a number of persons."""

from typing import Any

import pytest
from passport.matcher.v1 import calibration_pb2, calibration_pb2_grpc

from .caller import Caller, refusal
from .matcher_process import TIMEOUT_SECONDS
from .people import fingers, given


async def _calibration(caller: Caller, **fields: Any) -> calibration_pb2.GetCalibrationResponse:
    stub: Any = calibration_pb2_grpc.CalibrationStub(caller.channel)
    answer: calibration_pb2.GetCalibrationResponse = await stub.GetCalibration(
        calibration_pb2.GetCalibrationRequest(**fields), timeout=TIMEOUT_SECONDS
    )
    return answer


async def test_the_threshold_rises_with_the_people(issuance: Caller) -> None:
    city = await _calibration(issuance, target_fpir=0.01, people=10_000)
    nation = await _calibration(issuance, target_fpir=0.01, people=100_000_000)

    assert city.at_target.threshold.value == pytest.approx(6.044, abs=0.002)
    assert nation.at_target.threshold.value == pytest.approx(10.044, abs=0.002)
    assert city.at_target.fpir == pytest.approx(0.01, rel=1e-6)
    assert nation.at_target.fpir == pytest.approx(0.01, rel=1e-6)
    assert (
        city.at_target.predicted_fnir_one_finger < nation.at_target.predicted_fnir_one_finger <= 1
    )
    assert nation.at_target.predicted_fnir_two_fingers < nation.at_target.predicted_fnir_one_finger


async def test_rates_are_given_by_threshold(issuance: Caller) -> None:
    found = await _calibration(issuance, people=1000)

    assert [rates.threshold.value for rates in found.rates] == list(range(13))
    assert found.rates[3].fmr == pytest.approx(0.001)
    assert found.rates[6].fpir == pytest.approx(0.00111, rel=0.001)
    assert (found.rates[0].fpir, found.people) == (1, 1000)
    assert not found.rates[1].extrapolated
    assert found.rates[12].extrapolated
    assert found.calibration_version == found.at_target.threshold.calibration_version != ""


async def test_without_a_number_it_is_those_enrolled_now(issuance: Caller, someone: int) -> None:
    before = (await _calibration(issuance)).people
    await issuance.enrol(f"{someone}", fingers(someone))
    await issuance.identify(given(fingers(someone)))

    assert (await _calibration(issuance)).people == before + 1


async def test_it_is_the_threshold_that_searches_use(issuance: Caller, someone: int) -> None:
    await issuance.enrol(f"{someone}", fingers(someone))

    found = await issuance.identify(given(fingers(someone)))

    explained = await _calibration(issuance, people=found.people_searched)
    assert explained.at_target.threshold.value == pytest.approx(found.threshold.value, abs=1e-9)


async def test_a_rate_out_of_range_is_refused(issuance: Caller) -> None:
    refused = await refusal(_calibration(issuance, target_fpir=0.6))

    assert (refused.code, refused.fields) == ("INVALID_ARGUMENT", ["target_fpir"])
