"""Other EPCIS repositories, run from outside on the documents `packtrail bench rivals` measures.

QU4RTET is installed by the person into a virtual environment of its own and runs in a process of
its own; nothing of it is part of Packtrail. It gets every advantage: its parser is called directly,
without HTTP, queue or rule engine, a document is one transaction, warnings are off, and SQLite
writes ahead. Starting it is not counted.
"""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from packtrail.base.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

PACKAGES = "quartet-epcis quartet-capture drf-yasg celery setuptools 'psycopg[binary]'"
_SCRIPT = """
import io, json, logging, sys, time, warnings
from importlib.metadata import version
logging.disable(logging.CRITICAL)
warnings.simplefilter("ignore")
import django
from django.conf import settings
told = json.load(sys.stdin)
settings.configure(
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth",
                    "quartet_capture", "quartet_epcis"],
    DATABASES={"default": told["database"]}, USE_TZ=True, SECRET_KEY="bench",
    DEFAULT_AUTO_FIELD="django.db.models.AutoField")
django.setup()
from django.core.management import call_command
from django.db import transaction
from quartet_epcis.db_api.queries import EPCISDBProxy
from quartet_epcis.parsing.business_parser import BusinessEPCISParser
call_command("migrate", verbosity=0, run_syncdb=True)
def timed(call):
    began = time.perf_counter()
    call()
    return time.perf_counter() - began
def capture(path):
    with open(path, "rb") as file:
        content = file.read()
    with transaction.atomic():
        BusinessEPCISParser(io.BytesIO(content)).parse()
def journey(epc):
    assert list(EPCISDBProxy().get_events_by_epc(epc)), epc
def children(epc):
    with transaction.atomic():
        assert list(EPCISDBProxy().get_epcs_by_parent_identifier(epc)), epc
print(json.dumps({
    "version": version("quartet-epcis") + " on Django " + django.__version__,
    "captures": [timed(lambda: capture(path)) for path in told["documents"]],
    "journeys": [timed(lambda: journey(epc)) for epc in told["journeys"]],
    "children": [timed(lambda: children(epc)) for epc in told["children"]],
}))
"""


@dataclass(frozen=True, slots=True)
class RivalTimes:
    """What QU4RTET took, in seconds, in the order asked."""

    version: str
    captures: tuple[float, ...]
    journeys: tuple[float, ...]
    children: tuple[float, ...]


def postgresql(host: str, name: str, user: str) -> dict[str, Any]:
    """Return how QU4RTET finds a PostgreSQL database."""
    engine = "django.db.backends.postgresql"
    return {"ENGINE": engine, "HOST": host, "NAME": name, "USER": user}


def sqlite(path: Path) -> dict[str, Any]:
    """Return how QU4RTET uses SQLite, set up to be fast."""
    pragmas = "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-262144;"
    engine = "django.db.backends.sqlite3"
    return {"ENGINE": engine, "NAME": str(path), "OPTIONS": {"init_command": pragmas}}


def require(folder: Path, packages: str = PACKAGES) -> Path:
    """Return the Python of a virtual environment, into which packages were installed.

    Raises:
        Unavailable: There is none; tells how to make one.
    """
    python = folder / "bin" / "python"
    if not python.exists():
        raise Unavailable(
            f"{folder} is no virtual environment: make one with `python3.11 -m venv {folder}` and "
            f"`{folder}/bin/pip install {packages}`."
        )
    return python


def quartet(
    folder: Path,
    database: Mapping[str, Any],
    *,
    documents: Iterable[Path] = (),
    journeys: Iterable[str] = (),
    children: Iterable[str] = (),
) -> RivalTimes:
    """Let QU4RTET capture documents and answer queries.

    Args:
        folder: The virtual environment it is installed in.
        database: Where it stores; see `postgresql` and `sqlite`.
        documents: EPCIS 1.2 XML files, captured one after the other.
        journeys: EPCs whose events are asked for.
        children: SSCCs whose children are asked for.

    Raises:
        Unavailable: There is no QU4RTET in the folder, or it failed.
    """
    python = require(folder)
    told = {
        "database": database,
        "documents": [str(path) for path in documents],
        "journeys": list(journeys),
        "children": list(children),
    }
    done = subprocess.run(  # noqa: S603 - the person named the folder
        [python, "-c", _SCRIPT],
        input=json.dumps(told),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise Unavailable(f"QU4RTET failed: {done.stderr.strip()[-500:]}")
    answer: dict[str, Any] = json.loads(done.stdout)
    return RivalTimes(
        answer["version"],
        *(tuple(answer[name]) for name in ("captures", "journeys", "children")),
    )
