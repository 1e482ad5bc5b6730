"""How does what is found about the ridges of a finger turn into messages of the contract?"""

from passport.matcher.v1 import alteration_pb2, identification_pb2
from passport.type.v1 import biometrics_pb2

from matcher.alteration.alteration_score import AlterationScore
from matcher.use_cases.draw_alteration import AlterationDrawing


def alteration(score: AlterationScore | None) -> alteration_pb2.Alteration:
    """Return what is found of a finger's ridges; None: they were not examined."""
    if score is None:
        return alteration_pb2.Alteration(finding=alteration_pb2.ALTERATION_FINDING_NOT_EXAMINED)
    return alteration_pb2.Alteration(
        finding=alteration_pb2.ALTERATION_FINDING_POSSIBLY_ALTERED
        if score.is_suspicious
        else alteration_pb2.ALTERATION_FINDING_NONE,
        score=score.value,
        detector_version=score.detector_version,
    )


def alteration_drawing(drawn: AlterationDrawing) -> identification_pb2.DrawAlterationResponse:
    """Return the answer to DrawAlteration."""
    found = drawn.examination
    message = identification_pb2.DrawAlterationResponse(
        png=drawn.png,
        position=biometrics_pb2.FingerPosition.ValueType(drawn.position),
        alteration=alteration(found.score),
    )
    if found.score.is_suspicious:
        message.signs.extend(map(alteration_pb2.AlterationSign.ValueType, found.present))
        region = found.region
        message.region.CopyFrom(
            alteration_pb2.ImageRegion(
                left=region.left, top=region.top, width=region.width, height=region.height
            )
        )
    return message
