"""Putting the application together: what is refused before anything is started."""

from __future__ import annotations

from pathlib import Path

import pytest

from packtrail.base.errors import UsageError
from packtrail.bootstrap import open_application
from packtrail.settings import Settings


@pytest.mark.parametrize("content", [None, b"", b"no prefixes"])
def test_a_register_that_cannot_be_read_starts_nothing(
    tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "prefixes.txt"
    if content is not None:
        file.write_bytes(content)
    settings = Settings(data_dir=tmp_path / "data", company_prefixes_file=str(file))

    with (
        pytest.raises(UsageError, match=r"company_prefixes_file is .*prefixes\.txt"),
        open_application(settings),
    ):
        pass
    assert not (tmp_path / "data").exists()
