"""The routes of the room of lines."""

from __future__ import annotations

from starlette.routing import Route

from packtrail.console import line_accounts, line_labels, line_orders, line_rework, lines
from packtrail.console.visit import page

ROUTES = (
    Route("/lines", page(lines.board)),
    Route("/lines/now", page(lines.board_now)),
    Route("/lines/floor", page(lines.floor_page)),
    Route("/lines/floor/sites", page(lines.add_site), methods=["POST"]),
    Route("/lines/floor/lines", page(lines.add_line), methods=["POST"]),
    Route("/lines/floor/trade-items", page(lines.add_trade_item), methods=["POST"]),
    Route("/lines/rework", page(line_rework.station)),
    Route("/lines/rework", page(line_rework.scan), methods=["POST"]),
    Route("/lines/orders", page(lines.create_order), methods=["POST"]),
    Route("/lines/orders/new", page(lines.new_order)),
    Route("/lines/orders/{order_id}", page(line_orders.order)),
    Route("/lines/orders/{order_id}/now", page(line_orders.live)),
    Route("/lines/orders/{order_id}/command", page(line_orders.command), methods=["POST"]),
    Route("/lines/orders/{order_id}/prepare", page(line_orders.prepare), methods=["POST"]),
    Route("/lines/orders/{order_id}/dismiss", page(line_orders.dismiss), methods=["POST"]),
    Route("/lines/orders/{order_id}/numbers/{level}", page(line_orders.numbers)),
    Route("/lines/orders/{order_id}/reports/{report_no:int}", page(line_orders.original)),
    Route("/lines/orders/{order_id}/labels", page(line_labels.proof)),
    Route("/lines/orders/{order_id}/labels/{level}", page(line_labels.label)),
    Route("/lines/orders/{order_id}/labels/{level}/picture", page(line_labels.picture)),
    Route("/lines/orders/{order_id}/labels/{level}/zpl", page(line_labels.zpl)),
    Route("/lines/orders/{order_id}/account", page(line_accounts.account)),
    Route("/lines/orders/{order_id}/account/pdf", page(line_accounts.pdf)),
    Route("/lines/orders/{order_id}/account/xlsx", page(line_accounts.xlsx)),
    Route("/lines/orders/{order_id}/account/settle", page(line_accounts.settle), methods=["POST"]),
    Route("/lines/orders/{order_id}/account/sign", page(line_accounts.sign), methods=["POST"]),
    Route("/lines/orders/{order_id}/account/close", page(line_accounts.close), methods=["POST"]),
)
