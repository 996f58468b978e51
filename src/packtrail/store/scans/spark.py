"""Spark as the engine of scans: the same SQL on many machines that see the same files."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from packtrail.base.errors import Unavailable, UsageError
from packtrail.store.scans.scanning import Asked, Found, Scan, found, text_of

if TYPE_CHECKING:
    from collections.abc import Mapping

_VIEW = "select *, unix_micros(event_time) / 1000000.0D as at_seconds from files"
_PLACES = "place string, latitude double, longitude double"
_LIMITS = "km_per_hour_max double, km_min double"


def run(
    scan: Scan, asked: Asked, *, master: str, settings: Mapping[str, str] | None = None
) -> tuple[Found, ...]:
    """Run a scan on a cluster.

    Args:
        scan: Which.
        asked: What to look at; the files are seen by every worker under the same path.
        master: URL of the cluster, such as `spark://host:7077`, or `local[*]`.
        settings: Settings of Spark besides.

    Raises:
        UsageError: PySpark or Java is not installed.
        Unavailable: The cluster does not answer, or cannot read the files.
    """
    session = _session(master, settings or {})
    try:
        _views(session, asked)
        return found(tuple(row) for row in session.sql(text_of(scan)).collect())
    except Exception as error:
        raise Unavailable(f"The scan could not be done on {master}: {error}") from error
    finally:
        session.stop()


def _views(session: Any, asked: Asked) -> None:
    files = [str(file) for file in asked.files]
    session.read.parquet(*files).createOrReplaceTempView("files")
    session.sql(_VIEW).createOrReplaceTempView("mentions")
    places = [tuple(each) for each in asked.places]
    session.createDataFrame(places, _PLACES).createOrReplaceTempView("places")
    limits = [(asked.limits.km_per_hour_max, asked.limits.km_min)]
    session.createDataFrame(limits, _LIMITS).createOrReplaceTempView("limits")


def _session(master: str, settings: Mapping[str, str]) -> Any:
    try:
        sql = import_module("pyspark.sql")
    except ImportError as error:
        raise UsageError("PySpark is not installed here: install pyspark, and Java.") from error
    builder = sql.SparkSession.builder.master(master).appName("packtrail scan")
    told = {"spark.ui.enabled": "false", "spark.sql.session.timeZone": "UTC", **settings}
    for name, value in told.items():
        builder = builder.config(name, value)
    try:
        return builder.getOrCreate()
    except Exception as error:
        raise Unavailable(f"{master} does not answer: {error}") from error
