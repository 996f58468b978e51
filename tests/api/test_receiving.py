"""How long a body takes is asked of who sends it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from packtrail.receiving import Receiving
from packtrail.settings import Settings

if TYPE_CHECKING:
    from starlette.types import Message, Receive, Scope, Send

STALL_SECONDS = 1
SCOPE: Scope = {"type": "http", "method": "POST", "path": "/epcis/v2/capture", "headers": []}


def test_a_sender_that_we_keep_waiting_is_not_slow():
    parts: list[Message] = [
        {"type": "http.request", "body": b"{", "more_body": True},
        {"type": "http.request", "body": b"}"},
    ]
    taken: list[bytes] = []

    async def busy(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(STALL_SECONDS * 1.2)  # Looks the key up, in a database that starts.
        taken.append((await receive()).get("body", b""))
        await asyncio.sleep(STALL_SECONDS * 1.2)
        taken.append((await receive()).get("body", b""))
        await send({"type": "http.response.start", "status": 202, "headers": []})

    said = asyncio.run(sent_to(busy, parts))

    assert taken == [b"{", b"}"]
    assert [message["status"] for message in said] == [202]


async def sent_to(app, parts: list[Message]) -> list[Message]:
    """Send the parts, all at once; return what is answered."""
    settings = Settings.of({}, upload_stall_for_seconds=STALL_SECONDS)
    said: list[Message] = []

    async def receive() -> Message:
        return parts.pop(0)

    async def send(message: Message) -> None:
        said.append(message)

    await Receiving(app, settings)(SCOPE, receive, send)
    return said
