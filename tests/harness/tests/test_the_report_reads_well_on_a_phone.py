"""The demo's report on a screen of 390 pixels, laid out by a real browser."""

import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from harness import report
from harness.demo_facts import Facts

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]

# Frames of a page may be narrower than the browser's windows. This one is so high that it needs no
# scroll bar, which takes room here and none on a phone.
FRAME = """<!doctype html><body style="margin:0"><pre id="found"></pre>
<iframe style="border:0;width:390px;height:20000px" srcdoc="{page}"></iframe>
<script>
  onload = () => {{
    const page = document.querySelector("iframe").contentDocument;
    const box = (one) => {{
      const {{top, bottom, left, right, width, height}} = one.getBoundingClientRect();
      return {{top, bottom, left, right, width, height}};
    }};
    const all = (selector) => [...page.querySelectorAll(selector)];
    const shown = (selector) => all(selector).map(box).filter((one) => one.width);
    document.getElementById("found").textContent = JSON.stringify({{
      width: page.documentElement.scrollWidth,
      timelines: shown(".timelines svg"),
      backlogs: shown(".wide svg, .narrow svg"),
      cells: shown("th, td"),
      letters: all("svg text").filter((one) => box(one).width).map(
        (one) => parseFloat(getComputedStyle(one).fontSize) * one.ownerSVGElement.getScreenCTM().a,
      ),
    }});
  }};
</script>"""


@pytest.fixture
def layout(tmp_path: Path, facts: Facts) -> Any:
    report.write(facts, tmp_path / "report.html")
    page = html.escape((tmp_path / "report.html").read_text(encoding="utf-8"))
    (tmp_path / "frame.html").write_text(FRAME.format(page=page), encoding="utf-8")
    command = [
        *(shutil.which("chromium") or "chromium", "--headless", "--no-sandbox", "--disable-gpu"),
        *(f"--user-data-dir={tmp_path}/browser", "--dump-dom", f"file://{tmp_path}/frame.html"),
    ]
    dumped = subprocess.run(command, capture_output=True, text=True, check=True, timeout=240).stdout
    found = re.search(r'<pre id="found">(.*?)</pre>', dumped, re.S)
    assert found is not None, dumped[:500]
    return json.loads(html.unescape(found[1]))


def test_nothing_is_cut_off_or_wider_than_the_screen(layout: Any) -> None:
    assert layout["width"] == 390
    assert len(layout["cells"]) > 40
    assert all(cell["left"] >= 0 and cell["right"] <= 390 for cell in layout["cells"])


def test_the_timelines_stand_one_below_the_other(layout: Any) -> None:
    was, would = layout["timelines"]

    assert would["top"] >= was["bottom"]
    assert was["width"] == would["width"] > 330


def test_the_drawings_can_be_read(layout: Any) -> None:
    assert len(layout["backlogs"]) == 1
    assert min(layout["letters"]) >= 7
