"""What do thresholds mean when so many persons are searched?"""

from dataclasses import dataclass

from matcher.calibration.score_calibration import ScoreCalibration
from matcher.index.served_index import ServedIndex
from matcher.use_cases.readiness import Readiness, ServiceLevel
from matcher.use_cases.search_error_rates import fpir_of_threshold, threshold_of_fpir

_THRESHOLDS = range(13)


@dataclass(frozen=True, slots=True)
class ThresholdRates:
    """Error rates of one threshold, 0 to 1.

    predicted_fnir: of a typical probe of one finger, and of two. is_extrapolated: no comparison
    that was counted for the calibration scored as high.
    """

    threshold: float
    fmr: float
    fpir: float
    predicted_fnir: tuple[float, float]
    is_extrapolated: bool


@dataclass(frozen=True, slots=True)
class CalibrationDescription:
    """What thresholds mean at a number of persons. at_target: for the FPIR asked for."""

    version: str
    people: int
    at_target: ThresholdRates
    rates: tuple[ThresholdRates, ...]


@dataclass(frozen=True, slots=True)
class DescribeCalibration:
    """Describes the calibration in use. target_fpir: if the caller asks for none."""

    calibration: ScoreCalibration
    index: ServedIndex
    readiness: Readiness
    target_fpir: float

    def __call__(self, target_fpir: float | None, people: int | None) -> CalibrationDescription:
        """Return what thresholds mean. people: None for those in the index. Raises NotReady."""
        if people is None:
            self.readiness.require(ServiceLevel.FULL)
            people = self.index.state().people
        threshold = threshold_of_fpir(target_fpir or self.target_fpir, people)
        return CalibrationDescription(
            self.calibration.version,
            people,
            self._rates(threshold, people),
            tuple(self._rates(each, people) for each in _THRESHOLDS),
        )

    def _rates(self, threshold: float, people: int) -> ThresholdRates:
        return ThresholdRates(
            threshold,
            10.0**-threshold,
            fpir_of_threshold(threshold, people),
            (self._predicted_fnir(threshold, 1), self._predicted_fnir(threshold, 2)),
            threshold > self.calibration.highest_counted_score,
        )

    def _predicted_fnir(self, threshold: float, fingers: int) -> float:
        """Return the predicted FNIR of so many fingers of middling information."""
        information = self.calibration.mated_scores.information
        typical = float(information[len(information) // 2])
        return self.calibration.mated_scores.share_below(
            [typical] * fingers, self.calibration.finger_score_sum(threshold, fingers)
        )
