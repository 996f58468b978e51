"""The drill: many clients take numbers while server and database are killed, again and again.

    python -m tests.services.supply.drill --clients 50 --kills 40

Each client does what a line does: it asks until it is answered, always with the same request id;
gives some numbers back; and asks for earlier ones again. Afterwards no number may have been given
twice, none be lost, each request get the very same numbers, and the ledger prove itself.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.postgres import _reachable_dir
from tests.services.supply.making import create_pool

from packtrail.bootstrap import open_application
from packtrail.services.accounts import accounts, organisations
from packtrail.services.supply.allocating import allocation
from packtrail.services.supply.proving import prove
from packtrail.settings import Settings

COUNT_MAX = 20
PATIENCE_SECONDS = 120
POOL = "/api/v1/serials/pools/maker/packs"
SCOPES = ["pool:allocation:create", "pool:allocation:return"]
SERVE = """
import sys
from pathlib import Path
from packtrail.serving import serve
from packtrail.settings import Settings
settings = Settings.of({}, data_dir=Path(sys.argv[1]), port=int(sys.argv[2]))
serve(settings, on_ready=lambda application, url: print(url, flush=True))
"""


@dataclass
class Heard:
    """What clients were told."""

    numbers: dict[str, list[str]] = field(default_factory=dict)
    """Request id -> the numbers of its answer."""
    returned: Counter[str] = field(default_factory=Counter)
    """Request id of an allocation -> how many of its numbers were given back."""
    changed: list[str] = field(default_factory=list)
    """Request ids that got other numbers when they were repeated."""
    refused: list[str] = field(default_factory=list)
    """Answers that were neither success nor "try again"."""
    failures: int = 0
    """Requests that broke or were told to try again."""


@dataclass(frozen=True)
class Outcome:
    """What a drill has shown."""

    heard: Heard
    kills: Counter[str]
    seconds: float
    issued: int
    returned: int
    proof_holds: bool
    differing: int
    """Requests that got other numbers afterwards than during the drill."""

    @property
    def given(self) -> list[str]:
        """All numbers that clients were given."""
        return [serial for numbers in self.heard.numbers.values() for serial in numbers]

    def told(self) -> str:
        """Return a few lines for people."""
        heard, given = self.heard, self.given
        rate, twice = len(heard.numbers) / self.seconds, len(given) - len(set(given))
        return f"""\
{len(heard.numbers):,} requests in {self.seconds:.0f} s ({rate:,.0f}/s), {len(given):,} numbers
killed: {dict(self.kills)}; {heard.failures:,} requests were asked again
given twice: {twice}; issued {self.issued:,}; the proof holds: {self.proof_holds}
returned: {self.returned:,} of {heard.returned.total():,}
other numbers for the same request: {len(heard.changed)} during, {self.differing} afterwards
refused: {heard.refused[:3]}
"""


class Line:
    """A client: one connection, made anew when it breaks."""

    def __init__(self, port: int, secret: str, heard: Heard, lock: threading.Lock) -> None:
        self._port, self._secret, self._heard, self._lock = port, secret, heard, lock
        self._connection: http.client.HTTPConnection | None = None

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Return the answer to a request that is repeated until there is one."""
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            with contextlib.suppress(OSError, http.client.HTTPException):
                status, content = self._once(path, body)
                if status in {200, 201}:
                    answer: dict[str, Any] = json.loads(content)
                    return answer
                if status not in {502, 503, 504}:
                    with self._lock:
                        self._heard.refused.append(f"{status} {content[:300]!r}")
                    return {}
            with self._lock:
                self._heard.failures += 1
            self.close()
            time.sleep(random.uniform(0.01, 0.2))
        raise AssertionError(f"no answer to {body} in {PATIENCE_SECONDS} s")

    def close(self) -> None:
        """End the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _once(self, path: str, body: dict[str, Any]) -> tuple[int, bytes]:
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=20)
        headers = {
            "Authorization": f"Bearer {self._secret}",
            "Content-Type": "application/json",
        }
        self._connection.request("POST", path, json.dumps(body), headers)
        answer = self._connection.getresponse()
        return answer.status, answer.read()


class Drill:
    """One drill in a data directory of its own."""

    def __init__(self, root: Path, seed: int) -> None:
        self.data, self._log = root / "data", root / "server.log"
        self._chance = random.Random(seed)
        self._port = _free_port()
        with open_application(Settings.of({}, data_dir=self.data)) as app:
            system = organisations.system_actor(app, "drill")
            organisations.create_organisation(app, system, "maker", name="Maker")
            maker = organisations.system_actor(app, "drill", organisation="maker")
            create_pool(app, maker, "packs")
            self._secret = accounts.create_api_key(app, maker, "line", scopes=SCOPES).secret
        self._heard, self._lock = Heard(), threading.Lock()
        self._is_over = threading.Event()
        self._kills: Counter[str] = Counter()
        self._server = self._start()

    def run(self, *, clients: int, kills: Sequence[str], between: tuple[float, float]) -> Outcome:
        """Let clients work, and kill what is named, one after the other."""
        began = time.monotonic()
        threads = [threading.Thread(target=self._work, args=(n,)) for n in range(clients)]
        for each in threads:
            each.start()
        try:
            for victim in kills:
                time.sleep(self._chance.uniform(*between))
                self._kill(victim)
            time.sleep(between[0])
        finally:
            self._is_over.set()
            for each in threads:
                each.join()
            seconds = time.monotonic() - began
            self._end(self._server.terminate)
        return self._outcome(seconds)

    def _work(self, number: int) -> None:
        chance, mine = random.Random(number), dict[str, int]()
        line = Line(self._port, self._secret, self._heard, self._lock)
        turn = 0
        while not self._is_over.is_set():
            request, count = f"{number}/{turn}", chance.choice((1, 1, COUNT_MAX))
            serials = self._take(line, request, count)
            mine[request] = count
            if serials and chance.random() < 0.2:
                self._give_back(line, request, serials[: len(serials) // 2 + 1])
            if chance.random() < 0.2:
                earlier = chance.choice([*mine])
                if self._take(line, earlier, mine[earlier]) != self._heard.numbers[earlier]:
                    self._heard.changed.append(earlier)
            turn += 1
        line.close()

    def _take(self, line: Line, request: str, count: int) -> list[str]:
        answer = line.post(f"{POOL}/allocations", {"count": count, "request_id": request})
        serials: list[str] = answer.get("serials", [])
        with self._lock:
            self._heard.numbers.setdefault(request, serials)
        return serials

    def _give_back(self, line: Line, request: str, serials: list[str]) -> None:
        answer = line.post(
            f"{POOL}/settlements", {"returned": serials, "request_id": f"{request}/back"}
        )
        with self._lock:
            self._heard.returned[request] += len(serials) if answer else 0

    def _kill(self, victim: str) -> None:
        pid = self._database_pid()
        if victim in {"server", "both"}:
            self._end(self._server.kill)
        if victim in {"database", "both"}:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if victim in {"server", "both"}:
            self._server = self._start()
        self._kills[victim] += 1

    def _database_pid(self) -> int:
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            with contextlib.suppress(FileNotFoundError, IndexError):  # It is being started again.
                return int((self.data / "pg" / "postmaster.pid").read_text().splitlines()[0])
            time.sleep(0.05)
        raise AssertionError("the database did not come back")

    def _end(self, how: Callable[[], None]) -> None:
        how()
        self._server.wait()
        assert self._server.stdout is not None
        self._server.stdout.close()

    def _start(self) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", SERVE, str(self.data), str(self._port)]
        with self._log.open("a") as log:  # Noisy: a line for each request that broke.
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        assert process.stdout is not None
        assert process.stdout.readline().startswith("http"), "the server did not start"
        return process

    def _outcome(self, seconds: float) -> Outcome:
        with open_application(Settings.of({}, data_dir=self.data)) as app:
            maker = organisations.system_actor(app, "drill", organisation="maker")
            (proof,) = prove(app, maker)
            differing = sum(
                allocation(app, maker, "packs", request).delivery.serials() != serials
                for request, serials in self._heard.numbers.items()
            )
        return Outcome(
            heard=self._heard,
            kills=self._kills,
            seconds=seconds,
            issued=proof.issued,
            returned=proof.returned,
            proof_holds=proof.holds,
            differing=differing,
        )


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def main() -> None:
    """Run a drill and tell what it has shown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--kills", type=int, default=40)
    parser.add_argument("--between", type=float, nargs=2, default=(1.0, 4.0))
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    chance = random.Random(asked.seed)
    kills = [chance.choice(("server", "database", "both")) for _ in range(asked.kills)]
    outcome = Drill(_reachable_dir(), asked.seed).run(
        clients=asked.clients, kills=kills, between=tuple(asked.between)
    )
    sys.stdout.write(outcome.told())


if __name__ == "__main__":
    main()
