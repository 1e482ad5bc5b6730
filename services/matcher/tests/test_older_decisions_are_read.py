"""Decisions recorded by earlier versions are read, listed and chained as before."""

import hashlib
import json
from fractions import Fraction
from pathlib import Path

from matcher.domain.decision import DecisionPage
from matcher.domain.office_scope import ALL_OFFICES, OfficeScope
from matcher.domain.shortlist import SearchDepth
from matcher.service import encode_decisions as encode
from pydantic import TypeAdapter

from services.databases import execute

from . import older_database
from .store_and_index import opened

# As version 0.1 wrote it, but for its ids.
RECORD = {
    "decision_id": "d1",
    "request": {
        "kind": "IDENTIFY",
        "caller": "spiffe://id/office/national/service/issuance",
        "request_id": "request-1",
        "target_rate": 0.001,
        "max_candidates": 10,
    },
    "probe": [{"position": 2, "encounter_id": None, "template_sha256": "00"}],
    "outcome": 2,
    "candidates": [
        {
            "person_id": "p",
            "score": 9.5,
            "hit": True,
            "finger_scores": [
                {"position": 2, "score": 9.5, "encounter_id": "e", "matched_minutiae": 30}
            ],
            "known_fraud": False,
            "finger_sequence_errors": [],
        }
    ],
    "threshold": 3.0,
    "people_searched": 1,
    "people_compared": 1,
    "model_version": "m",
    "calibration_version": "c",
    "change_token": {"database_epoch": "e", "number": 1},
    "decided_at": "2018-10-26T01:00:00Z",
}


def test_a_search_of_one_channel_is_made_again_with_one() -> None:
    recorded = TypeAdapter(SearchDepth).validate_python({"prefiltered": 20_000, "compared": 200})

    assert recorded == SearchDepth(20_000, 200, similar=None, voted=0)
    assert not recorded.by_codes
    assert recorded.ranks_all
    assert recorded.for_minutiae([60, 60]) == recorded
    assert recorded.by_embedding == 20_000
    assert recorded.shared_by(2) == SearchDepth(10_000, 100)
    assert SearchDepth(20_000, 200, 2_000, 1_000).shared_by(10) == SearchDepth(2_000, 20, 200, 100)


def test_a_search_for_two_whole_fingers_is_made_again_as_deep_and_by_both_bits() -> None:
    recorded = TypeAdapter(SearchDepth).validate_python(
        {
            "prefiltered": 4_000,
            "compared": 200,
            "similar": 2_000,
            "voted": 2_000,
            "most_times_deeper": 4,
            "by_codes": True,
            "most_times_shallower": 4,
        }
    )
    searched = recorded.for_minutiae([60, 60])

    assert (searched.compared, searched.similar, searched.voted) == (50, 500, 500)
    assert recorded.times_more_lists([60, 60]) == Fraction(1, 4)
    assert not searched.signs_only
    assert not searched.other_positions_only
    assert not searched.by_fingers_on_record
    assert searched.embedded_at_any_position is None
    assert not searched.ranks_all


async def test_what_they_do_not_say_is_absent(tmp_path: Path) -> None:
    record = json.dumps(RECORD).encode()
    record_hash = hashlib.sha256(bytes(32) + record).digest()
    url = older_database.make(tmp_path, "0008")
    execute(
        url,
        "INSERT INTO decisions VALUES (1, 'd1', :record, :hash)",
        record=record,
        hash=record_hash,
    )
    execute(url, "UPDATE head SET last_decision = 1, last_record_hash = :hash", hash=record_hash)

    async with opened(tmp_path) as base, base.store.read() as records:
        found = await records.decisions.get("d1", ALL_OFFICES)
        listed = await records.decisions.page(DecisionPage(0, 10), ALL_OFFICES)
        of_office = await records.decisions.page(DecisionPage(0, 10), OfficeScope("BJM"))
        broken = await records.decisions.first_broken_record()

    assert (found.decision.depth, found.decision.quantizer_version) == (None, "")
    message = encode.decision(found)
    assert (listed, of_office, broken) == ([(1, found)], [], None)
    assert not message.HasField("predicted_fnir")
    assert message.hits_total == 1
    assert message.candidates[0].finger_scores[0].reference_position == 2
    assert (message.office_id, message.any_position, list(message.caveats)) == ("", False, [])
