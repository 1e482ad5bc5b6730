from printer.page.mrz import Mrz, td3_mrz

from .pages import SPECIMEN


def test_both_lines_are_those_of_doc_9303() -> None:
    assert td3_mrz(SPECIMEN) == Mrz(
        upper="P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
        lower="L898902C36UTO7408122F1204159ZE184226B<<<<<10",
    )
