"""Servicer of `Calibration`: what scores and thresholds mean."""

from passport.matcher.v1 import calibration_pb2 as pb
from passport.matcher.v1 import calibration_pb2_grpc
from passport.type.v1 import biometrics_pb2
from servicekit.grpc.server import Context

from matcher.use_cases.describe_calibration import ThresholdRates
from matcher.use_cases.serving_bundle import ServingBundle


class Calibration(calibration_pb2_grpc.CalibrationServicer):
    """Says what thresholds mean at a number of persons."""

    def __init__(self, serving: ServingBundle) -> None:
        self._serving = serving

    async def GetCalibration(
        self, request: pb.GetCalibrationRequest, context: Context
    ) -> pb.GetCalibrationResponse:
        """Return the threshold for an error rate, and error rates by threshold."""
        found = self._serving.current.describe_calibration(
            request.target_fpir or None, request.people or None
        )
        return pb.GetCalibrationResponse(
            calibration_version=found.version,
            people=found.people,
            at_target=_rates(found.at_target, found.version),
            rates=[_rates(each, found.version) for each in found.rates],
        )


def _rates(rates: ThresholdRates, version: str) -> pb.ThresholdRates:
    one_finger, two_fingers = rates.predicted_fnir
    return pb.ThresholdRates(
        threshold=biometrics_pb2.Score(value=rates.threshold, calibration_version=version),
        fmr=rates.fmr,
        fpir=rates.fpir,
        predicted_fnir_one_finger=one_finger,
        predicted_fnir_two_fingers=two_fingers,
        extrapolated=rates.is_extrapolated,
    )
