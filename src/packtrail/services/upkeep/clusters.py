"""Beyond one machine: spread the store over the workers of a Citus cluster."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from packtrail.access import Action, Permission, require
from packtrail.services import auditing
from packtrail.store import distribution

if TYPE_CHECKING:
    from packtrail.access import Actor
    from packtrail.services.application import Application


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """How the store lies on its cluster."""

    workers: int
    """Nodes that hold rows; 0: this is one server."""
    distributed: tuple[str, ...]
    """Tables that were spread now."""
    missing: tuple[str, ...]
    """Tables that could be spread and are not."""


def cluster(app: Application, actor: Actor) -> Cluster:
    """Return how the store lies on its cluster.

    Raises:
        NotPermitted: The actor may not see it.
        Unavailable: The database does not answer.
    """
    require(actor, Permission.STORE_READ)
    with app.database.reading() as conn:
        return Cluster(
            workers=distribution.workers(conn), distributed=(), missing=distribution.missing(conn)
        )


def distribute(app: Application, actor: Actor) -> Cluster:
    """Spread the tables over the workers, with the rows that are in them; again it does nothing.

    Nothing can be recorded meanwhile.

    Args:
        app: The application.
        actor: Who asks.

    Raises:
        NotPermitted: Only the installation itself may.
        UsageError: The database is no coordinator of a cluster with workers.
        Unavailable: The database does not answer; nothing was spread.
    """
    require(actor, Permission.CLUSTER_DISTRIBUTE)
    with app.database.transaction() as conn:
        names = distribution.distribute(conn)
        workers = distribution.workers(conn)
        if names:
            detail = {"tables": list(names), "workers": workers}
            auditing.write(
                conn, actor, Action.CLUSTER_DISTRIBUTED, "store", at=app.clock(), detail=detail
            )
    return Cluster(workers=workers, distributed=names, missing=())
