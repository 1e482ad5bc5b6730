from pathlib import Path

import pytest
from issuance.__main__ import main
from issuance.domain.events import WITHOUT_INFLUENCE
from issuance.domain.states_diagram import render_diagram, render_page
from issuance.domain.transitions import TRANSITIONS

PAGE = Path(__file__).parents[4] / "docs" / "issuance-states.md"


def test_the_page_in_the_docs_is_drawn_from_the_table() -> None:
    assert PAGE.read_text(encoding="utf-8") == render_page(), (
        "run: issuance states > docs/issuance-states.md"
    )


def test_the_command_prints_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    main(["states"])
    assert capsys.readouterr().out == render_page()


def test_every_row_of_the_table_that_shows_a_way_is_an_arrow() -> None:
    arrows = [line for line in render_diagram().splitlines() if "-->" in line and "[*]" not in line]

    assert len(arrows) == len([r for r in TRANSITIONS if r.event not in WITHOUT_INFLUENCE])
