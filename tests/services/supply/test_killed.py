"""Server and database are killed while clients take numbers: nothing is lost or given twice."""

from __future__ import annotations

from pathlib import Path

from tests.services.supply.drill import Drill


def test_clients_of_killed_servers_and_databases_lose_and_double_nothing(
    reachable_dir: Path,
) -> None:
    drill = Drill(reachable_dir, seed=1)

    outcome = drill.run(clients=8, kills=["database", "both"], between=(0.3, 0.6))

    heard = outcome.heard
    assert (heard.refused, heard.changed, outcome.differing) == ([], [], 0), outcome.told()
    assert len(outcome.given) == len(set(outcome.given)) == outcome.issued, outcome.told()
    assert outcome.returned == heard.returned.total()
    assert outcome.proof_holds
    assert heard.failures
