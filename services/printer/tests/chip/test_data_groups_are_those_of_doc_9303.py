import pytest
from printer.chip import data_groups
from printer.chip.data_objects import MalformedChipData
from printer.chip.face_record import FaceRecord

from .chips import MRZ, a_portrait

# Doc 9303-11 appendix D.4, where EF.COM of LDS 1.6 with data groups 1 and 2 is read.
WORKED_EXAMPLE = bytes.fromhex("60145F0104303130365F36063034303030305C026175")


def test_ef_com_lists_the_data_groups() -> None:
    assert data_groups.common_data() == WORKED_EXAMPLE.replace(b"0106", b"0108")
    assert data_groups.read_common_data(WORKED_EXAMPLE) == bytes([0x61, 0x75])


def test_data_group_1_is_the_machine_readable_zone() -> None:
    dg1 = data_groups.machine_readable_zone(MRZ)

    assert dg1 == bytes.fromhex("615B5F1F58") + MRZ.encode()
    assert data_groups.read_machine_readable_zone(dg1) == MRZ


@pytest.mark.parametrize("mrz", ["", MRZ[:-1], MRZ + "<", MRZ[:-1] + "É"])
def test_no_other_zone_fits(mrz: str) -> None:
    with pytest.raises(MalformedChipData):
        data_groups.machine_readable_zone(mrz)


@pytest.mark.parametrize("form", ["JPEG", "JPEG2000"])
@pytest.mark.parametrize("sex", ["M", "F", "X"])
def test_data_group_2_is_the_portrait(form: str, sex: str) -> None:
    portrait = a_portrait(form)

    dg2 = data_groups.face(portrait, sex)

    assert data_groups.read_face(dg2) == FaceRecord(portrait, sex, 350, 450)


def test_a_facial_record_has_the_fields_of_iso_19794_5() -> None:
    portrait = a_portrait()

    dg2 = data_groups.face(portrait, "F")

    record = dg2[dg2.index(b"FAC\0") :]
    block = len(portrait) + 32
    assert dg2[0] == 0x75
    assert record[:14] == b"FAC\x00010\x00" + (block + 14).to_bytes(4) + b"\x00\x01"
    assert record[14:34] == block.to_bytes(4) + bytes.fromhex("000002" + "00" * 13)
    assert record[34:46] == bytes.fromhex("0100015e01c2010000000000")
    assert record[46:] == portrait


def test_an_image_of_another_kind_is_refused() -> None:
    for image in (a_portrait("PNG"), b"", b"\xff\xd8\xff"):
        with pytest.raises(MalformedChipData):
            data_groups.face(image, "F")


def test_a_damaged_data_group_2_is_refused() -> None:
    dg2 = data_groups.face(a_portrait(), "F")
    start = dg2.index(b"FAC\0")

    for position in (0, 3, 8, 12, start, start + 5, start + 9, start + 13, start + 17, start + 20):
        damaged = dg2[:position] + bytes([dg2[position] ^ 0x04]) + dg2[position + 1 :]
        with pytest.raises(MalformedChipData):
            data_groups.read_face(damaged)
