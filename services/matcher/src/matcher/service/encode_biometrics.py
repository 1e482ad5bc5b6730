"""How do the results of `Biometrics` turn into messages of the contract?"""

from passport.matcher.v1 import biometrics_pb2 as biometrics
from passport.type.v1 import biometrics_pb2

from matcher.domain.slap import SlapFinger
from matcher.models import ModelVersions
from matcher.record.iso19794 import Edition
from matcher.service.encode_alteration import alteration
from matcher.service.encode_decisions import score
from matcher.use_cases.assess_fingers import AssessedFinger, FingerAssessment
from matcher.use_cases.compare_persons import FingerSimilarity
from matcher.use_cases.extract_template import ExtractedTemplate

_TEMPLATE_FORMATS = {
    Edition.Y2005: biometrics_pb2.TEMPLATE_FORMAT_ISO_19794_2_2005,
    Edition.Y2011: biometrics_pb2.TEMPLATE_FORMAT_ISO_19794_2_2011,
}


def finger_template(data: bytes, edition: Edition) -> biometrics_pb2.FingerTemplate:
    """Return a template with the name of its format."""
    return biometrics_pb2.FingerTemplate(data=data, format=_TEMPLATE_FORMATS[edition])


def image_quality(assessed: AssessedFinger) -> biometrics.AssessQualityResponse:
    """Return the answer to AssessQuality."""
    return biometrics.AssessQualityResponse(
        quality=assessed.quality or 0,
        minutiae=assessed.counted,
        acceptable=not assessed.reason,
        reason=assessed.reason,
    )


def finger_assessment(assessment: FingerAssessment) -> biometrics.AssessFingersResponse:
    """Return the answer to AssessFingers."""
    position = biometrics_pb2.FingerPosition.ValueType
    return biometrics.AssessFingersResponse(
        fingers=[
            biometrics.AssessedFinger(
                position=position(finger.position),
                quality=finger.quality,
                minutiae=finger.counted,
                acceptable=not finger.reason,
                reason=finger.reason,
                alteration=alteration(finger.alteration),
            )
            for finger in assessment.fingers
        ],
        same_fingers=[
            biometrics.SameFinger(first=position(first), second=position(second))
            for first, second in assessment.same
        ],
    )


def extracted_template(
    extracted: ExtractedTemplate, versions: ModelVersions
) -> biometrics.ExtractTemplateResponse:
    """Return the answer to ExtractTemplate."""
    return biometrics.ExtractTemplateResponse(
        template=finger_template(extracted.template, extracted.edition),
        minutiae=extracted.minutiae,
        quality=extracted.quality,
        extractor_version=versions.extractor,
    )


def slap_finger(finger: SlapFinger) -> biometrics.SegmentedFinger:
    """Return a finger of a slap."""
    return biometrics.SegmentedFinger(
        position=biometrics_pb2.FingerPosition.ValueType(finger.position),
        center_x=finger.x,
        center_y=finger.y,
        width=finger.width,
        height=finger.height,
        angle=finger.angle,
        image=biometrics_pb2.FingerImage(
            data=finger.image.data, format=biometrics_pb2.IMAGE_FORMAT_PNG, ppi=finger.image.ppi
        ),
        quality=finger.quality,
    )


def finger_similarity(
    similarity: FingerSimilarity, versions: ModelVersions
) -> biometrics.CompareTemplatesResponse:
    """Return the answer to CompareTemplates."""
    return biometrics.CompareTemplatesResponse(
        score=score(similarity.score, versions.calibration),
        matched_minutiae=similarity.matched_minutiae,
        model_version=versions.model_version,
    )
