"""The room of serial numbers: pools, ledgers, proofs, imports, sealed blocks, policies."""

from __future__ import annotations

from starlette.routing import Route

from packtrail.console.serials import ledgers, policies, pools, proofs, stock
from packtrail.console.visit import page

POOL = "/serials/pools/{owner}/{code}"
ROUTES = (
    Route("/serials", page(pools.listing)),
    Route("/serials/new", page(pools.form)),
    Route("/serials/new", page(pools.create), methods=["POST"]),
    Route(POOL, page(pools.pool)),
    Route(POOL + "/{change}", page(pools.change), methods=["POST"]),
    Route("/serials/ledger", page(ledgers.ledger)),
    Route("/serials/allocation", page(ledgers.allocation)),
    Route("/serials/allocation", page(ledgers.settle), methods=["POST"]),
    Route("/serials/numbers", page(ledgers.numbers)),
    Route("/serials/look-up", page(ledgers.look_up)),
    Route("/serials/look-up", page(ledgers.show_secrets), methods=["POST"]),
    Route("/serials/proof", page(proofs.proof)),
    Route("/serials/import", page(stock.import_form)),
    Route("/serials/import", page(stock.import_file), methods=["POST"]),
    Route("/serials/orders", page(stock.add_order), methods=["POST"]),
    Route("/serials/orders/{order_id}", page(stock.change_order), methods=["POST"]),
    Route("/serials/orders/{order_id}/file", page(stock.order_file)),
    Route("/serials/blocks", page(stock.blocks)),
    Route("/serials/blocks", page(stock.seal), methods=["POST"]),
    Route("/serials/blocks/{block_id}", page(stock.block)),
    Route("/serials/blocks/{block_id}", page(stock.settle_block), methods=["POST"]),
    Route("/serials/stations", page(stock.change_station), methods=["POST"]),
    Route("/serials/policies", page(policies.policies)),
)
"""The pages of the room."""

__all__ = ["ROUTES"]
