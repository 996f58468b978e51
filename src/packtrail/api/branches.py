"""Branches: which of some hundred routes a path can belong to, found by how it begins.

The framework tries its routes one after the other, each with a regular expression. Paths that begin
alike can only belong to the same few routes, so those are looked up by their first segments, and
only they are tried: in the order in which all of them stand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.routing import BaseRoute, Match, Router

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.types import Receive, Scope, Send

_DEPTH: Final = 3
"""Segments that are looked at, as in `/api/v1/orders`: deeper, few routes are left."""

Head = tuple[str, ...]
"""The first segments of a path."""


class Branches(BaseRoute):
    """A route that stands before all others, and hands on to those a path can belong to.

    It answers for every path, as a router of all routes would: with 404, 405 or a redirect, too.

    Args:
        routes: All routes, in the order in which they are tried; each has a `path`.
    """

    def __init__(self, routes: Sequence[BaseRoute]) -> None:
        heads = [head_of(route) for route in routes]
        self._routers = {
            head: Router(
                [route for route, own in zip(routes, heads, strict=True) if own == head[: len(own)]]
            )
            for head in {(), *heads}
        }

    def matches(self, scope: Scope) -> tuple[Match, Scope]:  # noqa: ARG002
        """Tell that every path belongs here."""
        return Match.FULL, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await self.router_of(scope["path"]).app(scope, receive, send)

    def router_of(self, path: str) -> Router:
        """Return the router of the routes that a path can belong to."""
        head = tuple(path.split("/", _DEPTH + 1)[1 : _DEPTH + 1])
        while head not in self._routers:
            head = head[:-1]
        return self._routers[head]


def head_of(route: BaseRoute) -> Head:
    """Return the first segments of the paths of a route, up to the first that varies.

    >>> from starlette.routing import Route
    >>> head_of(Route("/api/v1/orders/{order}/lines", head_of))
    ('api', 'v1', 'orders')
    >>> head_of(Route("/verify/{message:path}", head_of))
    ('verify',)
    """
    path: str = getattr(route, "path", "")
    fixed = path.partition("{")[0]
    segments = fixed.split("/")[1:]
    if fixed != path:
        segments.pop()  # What stands before a brace is no whole segment.
    return tuple(segment for segment in segments[:_DEPTH] if segment)
