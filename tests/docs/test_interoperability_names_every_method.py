"""The page names every method of the matcher, no other, and every operation of the interfaces."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/interoperability.md").read_text(encoding="utf-8")
CONTRACTS = [
    *(ROOT / "protos/passport/matcher/v1").glob("*.proto"),
    ROOT / "protos/google/longrunning/operations.proto",
]
OSIA_OPERATIONS = {
    "createEncounterNoIds", "createEncounterNoId", "createEncounter", "readEncounter",
    "readAllEncounters", "updateEncounter", "deleteEncounter", "mergeEncounter", "moveEncounter",
    "updateEncounterStatus", "updateEncounterGalleries", "readTemplate", "deleteAll", "identify",
    "identifyFromId", "identifyFromEncounterId", "verifyFromId", "verifyFromBio", "readGalleries",
    "readGalleryContent", "readTaskStatus", "redeliverTaskResult",
}  # fmt: skip


def methods_of_the_contracts() -> set[str]:
    methods = set()
    for contract in CONTRACTS:
        text = contract.read_text(encoding="utf-8")
        for service, body in re.findall(r"^service (\w+) \{(.*?)^\}", text, re.M | re.S):
            methods |= {f"{service}.{method}" for method in re.findall(r"^  rpc (\w+)", body, re.M)}
    return methods


def operations_of(heading: str) -> list[str]:
    """Return what is named in the first column of a section's first table."""
    section = PAGE.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    table = section[section.index("| operation |") :].split("\n\n", 1)[0]
    rows = table.splitlines()[2:]
    return [name for row in rows for name in re.findall(r"`(\w+)`", row.split("|")[1])]


def test_the_page_names_the_methods_of_the_contracts() -> None:
    named = set(re.findall(r"`([A-Z]\w+\.[A-Z]\w+)`", PAGE))

    assert named == methods_of_the_contracts()
    assert "Encounters.CreateEncounter" in named


def test_each_operation_has_one_row() -> None:
    assert sorted(operations_of("OSIA ABIS 1.6")) == sorted(OSIA_OPERATIONS)
    assert operations_of("MOSIP ABIS 0.9") == [
        "insert", "identify", "delete", "ping", "pendingJobs", "referenceCount",
    ]  # fmt: skip
    assert operations_of("MOSIP Biometric SDK") == [
        "init", "checkQuality", "match", "extractTemplate", "segment", "convertFormat",
        "convertFormatV2",
    ]  # fmt: skip
    bias = operations_of("BIAS 2.0")
    assert (len(bias), len(set(bias))) == (40, 40)
