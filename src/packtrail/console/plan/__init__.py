"""The room "Plan": programmes, their work, dates, load, scope, what-if, registers and files."""

from __future__ import annotations

from starlette.routing import Route

from packtrail.console.plan import (
    dates,
    entries,
    files,
    inputs,
    links,
    load,
    news,
    programme,
    readiness,
    register,
    scope,
    training,
    trying,
)
from packtrail.console.plan import work as work_pages
from packtrail.console.visit import page

_P = "/plan/{programme}"

ROUTES = (
    Route("/plan", page(programme.first)),
    Route("/plan", page(programme.create), methods=["POST"]),
    Route("/plan/about", page(inputs.about)),
    Route("/plan/all", page(programme.listing)),
    Route(_P, page(programme.glance)),
    Route(_P + "/readiness", page(readiness.readiness)),
    Route(_P + "/inputs", page(inputs.listing)),
    Route(_P + "/inputs", page(inputs.raise_input), methods=["POST"]),
    Route(_P + "/inputs/{code:path}/files/{number:int}", page(inputs.file)),
    Route(_P + "/inputs/{code:path}/{step}", page(inputs.step), methods=["POST"]),
    Route(_P + "/inputs/{code:path}", page(inputs.one)),
    Route(_P + "/form-links", page(links.listing)),
    Route(_P + "/form-links", page(links.make), methods=["POST"]),
    Route(_P + "/form-links/revoke", page(links.revoke), methods=["POST"]),
    Route(_P + "/trace", page(inputs.traces)),
    Route(_P + "/training", page(training.training)),
    Route(_P + "/news", page(news.news)),
    Route(_P + "/news/draft", page(news.draft)),
    Route(_P + "/news/read", page(news.acknowledge), methods=["POST"]),
    Route(_P + "/news/remind", page(news.remind), methods=["POST"]),
    Route(_P + "/news/packs/{code:path}", page(news.pack)),
    Route(_P + "/work", page(work_pages.work)),
    Route(_P + "/package/{code:path}", page(work_pages.package)),
    Route(_P + "/dates", page(dates.dates)),
    Route(_P + "/load", page(load.load)),
    Route(_P + "/what-if", page(trying.what_if)),
    Route(_P + "/what-if/adopt", page(trying.adopt), methods=["POST"]),
    Route(_P + "/what-if/keep", page(trying.keep), methods=["POST"]),
    Route(_P + "/scope", page(scope.scope)),
    Route(_P + "/scope/drawn", page(scope.draw), methods=["POST"]),
    Route(_P + "/scope/law", page(scope.follow_law), methods=["POST"]),
    Route(_P + "/scope/entry", page(scope.enter), methods=["POST"]),
    Route(_P + "/scope/accept", page(scope.accept), methods=["POST"]),
    Route(_P + "/register", page(register.register)),
    Route(_P + "/files", page(files.files)),
    Route(_P + "/files", page(files.take_in), methods=["POST"]),
    Route(_P + "/files/baseline", page(files.fix_baseline), methods=["POST"]),
    Route(_P + "/files/terms", page(files.change_terms), methods=["POST"]),
    Route(_P + "/files/{name}", page(files.download)),
    Route(_P + "/entry/{kind}", page(entries.form)),
    Route(_P + "/entry/{kind}", page(entries.save), methods=["POST"]),
    Route(_P + "/entry/{kind}/remove", page(entries.remove), methods=["POST"]),
    Route(_P + "/raci", page(work_pages.put_raci), methods=["POST"]),
    Route(_P + "/progress", page(work_pages.progress), methods=["POST"]),
    Route(_P + "/links", page(work_pages.add_link), methods=["POST"]),
)
