"""A finger that may be altered is enrolled and searched as any other; the finding goes with it."""

from io import BytesIO

from matcher.synthetic.alteration import AlterationKind
from passport.matcher.v1 import alteration_pb2 as alteration
from passport.matcher.v1 import biometrics_pb2
from PIL import Image
from servicekit.security.development_certificates import issue_certificate

from .altered_fingers import altered, unaltered
from .caller import Caller, refusal
from .conftest import Callers
from .matcher_process import Matcher
from .people import fingers, image
from .png_file import png

FINGER = 7_021
TURNED = AlterationKind.ROTATION
ALTERED = alteration.ALTERATION_FINDING_POSSIBLY_ALTERED
UNALTERED = alteration.ALTERATION_FINDING_NONE
NOT_EXAMINED = alteration.ALTERATION_FINDING_NOT_EXAMINED


def _person(callers: Callers, matcher: Matcher, role: str, office: str) -> Caller:
    tls = issue_certificate(matcher.pki, office=office, user="hayati", role=role)
    return callers(matcher, tls=tls)


async def test_an_assessment_says_it_of_each_image(issuance: Caller, someone: int) -> None:
    samples = [
        image(2, png(altered(TURNED, FINGER))),
        image(3, png(unaltered(FINGER + 10))),
        *fingers(someone, positions=[7]),
    ]

    answer = await issuance.biometrics.AssessFingers(
        biometrics_pb2.AssessFingersRequest(samples=samples)
    )

    found = [finger.alteration for finger in answer.fingers]
    assert [each.finding for each in found] == [ALTERED, UNALTERED, NOT_EXAMINED]
    assert [finger.acceptable for finger in answer.fingers] == [True, True, True]
    assert [each.HasField("score") for each in found] == [True, True, False]
    assert found[0].score > found[1].score
    assert found[0].detector_version.startswith("alteration-1-")


async def test_it_is_kept_with_the_finger_and_drawn(
    shared_matcher: Matcher, issuance: Caller, callers: Callers, someone: int
) -> None:
    name, supervisor = f"{someone}", _person(callers, shared_matcher, "supervisor", "BJM")
    examiner = _person(callers, shared_matcher, "examiner", "national")
    samples = [image(2, png(altered(TURNED, FINGER))), image(3, png(unaltered(FINGER + 10)))]
    enrolled = await issuance.enrol(name, samples, check=True, office_id="BJM")
    decision = enrolled.decision.decision_id

    drawn = await examiner.draw_alteration(decision)
    other = await examiner.draw_alteration(decision, 3)
    of_office = await supervisor.draw_alteration(decision)

    stored = enrolled.encounter.fingers
    assert [finger.alteration.finding for finger in stored] == [ALTERED, UNALTERED]
    assert (await issuance.get(name)).fingers == stored
    assert (drawn.position, drawn.alteration) == (2, stored[0].alteration)
    assert alteration.ALTERATION_SIGN_RIDGE_FLOW in drawn.signs
    assert drawn.region.width > 0
    assert (other.position, other.alteration) == (3, stored[1].alteration)
    assert not other.signs
    assert not other.HasField("region")
    assert of_office == drawn
    with Image.open(BytesIO(drawn.png)) as figure:
        assert figure.size == (1464, 800)
    assert (await refusal(examiner.draw_alteration(decision, 7))).reason == "DECISION_NOT_FOUND"


async def test_only_those_who_decide_about_it_see_it(
    shared_matcher: Matcher, issuance: Caller, callers: Callers, someone: int
) -> None:
    samples = [image(2, png(altered(TURNED, FINGER)))]
    enrolled = await issuance.enrol(f"{someone}", samples, check=True, office_id="BJM")
    decision = enrolled.decision.decision_id
    officer = _person(callers, shared_matcher, "officer", "BJM")
    elsewhere = _person(callers, shared_matcher, "supervisor", "MTP")

    assert (await refusal(officer.draw_alteration(decision))).reason == "NOT_PERMITTED"
    assert (await refusal(elsewhere.draw_alteration(decision))).reason == "DECISION_NOT_FOUND"


async def test_it_is_gone_with_the_person(
    issuance: Caller, callers: Callers, shared_matcher: Matcher, someone: int
) -> None:
    samples = [image(2, png(altered(TURNED, FINGER)))]
    enrolled = await issuance.enrol(f"{someone}", samples, check=True)
    examiner = _person(callers, shared_matcher, "examiner", "national")
    await issuance.delete(f"{someone}")

    refused = await refusal(examiner.draw_alteration(enrolled.decision.decision_id))

    assert refused.reason == "EVIDENCE_GONE"


async def test_a_finger_without_an_image_cannot_be_drawn(
    issuance: Caller, callers: Callers, shared_matcher: Matcher, someone: int
) -> None:
    enrolled = await issuance.enrol(f"{someone}", fingers(someone), check=True)
    examiner = _person(callers, shared_matcher, "examiner", "national")

    refused = await refusal(examiner.draw_alteration(enrolled.decision.decision_id))

    found = [finger.alteration.finding for finger in enrolled.encounter.fingers]
    assert found == [NOT_EXAMINED, NOT_EXAMINED]
    assert refused.reason == "EVIDENCE_GONE"
