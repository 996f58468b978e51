"""QU4RTET's random number pools, run from outside, beside what `packtrail bench serials` measures.

SerialBox with its random flavorpack is installed by the person into a virtual environment of its
own and runs in a process of its own; nothing of it is part of Packtrail. Its allocation API is
called inside its process, without HTTP and signed in already, each request a transaction, on the
same PostgreSQL server.
"""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from packtrail.base.errors import Unavailable
from packtrail.launch import rivals

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PACKAGES = (
    "serialbox random_flavorpack quartet-epcis drf-yasg celery setuptools django-model-utils "
    "'psycopg[binary]'"
)
_SCRIPT = """
import json, logging, sys, threading, time, warnings
from importlib.metadata import version
logging.disable(logging.CRITICAL)
warnings.simplefilter("ignore")
import django
from django.conf import settings
told = json.load(sys.stdin)
settings.configure(
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "rest_framework",
                    "quartet_capture", "quartet_templates", "quartet_output", "serialbox",
                    "random_flavorpack.apps.RandomFlavorpackConfig"],
    DATABASES={"default":
               told["database"] | {"CONN_MAX_AGE": None, "ATOMIC_REQUESTS": True}},
    SECRET_KEY="bench", ROOT_URLCONF="serialbox.api.urls", ALLOWED_HOSTS=["*"], USE_TZ=True,
    REST_FRAMEWORK={"DEFAULT_AUTHENTICATION_CLASSES": [], "DEFAULT_PERMISSION_CLASSES": []},
    DEFAULT_AUTO_FIELD="django.db.models.AutoField")
django.setup()
from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.management import call_command
from rest_framework.test import APIClient
call_command("migrate", verbosity=0, run_syncdb=True)
user = get_user_model().objects.create(username="bench", is_superuser=True)
pool = apps.get_model("serialbox", "Pool").objects.create(
    machine_name="bench", readable_name="Bench", request_threshold=10 ** 9)
apps.get_model("serialbox", "RandomizedRegion").objects.create(
    machine_name="bench", readable_name="Bench", pool=pool, order=1, min=1, max=10 ** 12)
def client():
    made = APIClient()
    made.force_authenticate(user)
    return made
def take(client, count):
    answer = client.get(f"/allocate/bench/{count}/?format=json")
    assert answer.status_code == 200, answer.content
    return json.loads(json.loads(answer.content)["numbers"])
def timed(call):
    began = time.perf_counter()
    call()
    return time.perf_counter() - began
def whole():
    with open(told["path"], "w") as file:
        file.writelines(f"{number}\\n" for number in take(one, told["numbers"]))
one, heard, lock = client(), [], threading.Lock()
take(one, 1)
def many():
    mine, given = client(), []
    for _ in range(told["singles"] // told["clients"]):
        given += take(mine, 1)
    with lock:
        heard.extend(given)
def together():
    threads = [threading.Thread(target=many) for _ in range(told["clients"])]
    for each in threads: each.start()
    for each in threads: each.join()
print(json.dumps({
    "version": version("serialbox") + " on Django " + django.__version__,
    "whole": timed(whole),
    "blocks": [timed(lambda: take(one, told["block"])) for _ in range(told["blocks"])],
    "singles": timed(lambda: [take(one, 1) for _ in range(told["singles"])]),
    "together": timed(together),
    "answered": len(heard),
    "twice": len(heard) - len(set(heard)),
}))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolWork:
    """What a pool is asked for."""

    numbers: int
    """Of the large request, whose file goes to `path`."""
    path: str
    block: int
    blocks: int
    singles: int
    clients: int


@dataclass(frozen=True, slots=True)
class PoolTimes:
    """What QU4RTET took, in seconds."""

    version: str
    whole: float
    blocks: tuple[float, ...]
    singles: float
    together: float
    answered: int
    """How many single requests of many clients at the same time were answered."""
    twice: int
    """How many of those numbers had been given to somebody else."""


def require(folder: Path) -> Path:
    """Return the Python of the virtual environment SerialBox is in.

    Raises:
        Unavailable: There is none; tells how to make one.
    """
    return rivals.require(folder, PACKAGES)


def serialbox(folder: Path, database: Mapping[str, Any], work: PoolWork) -> PoolTimes:
    """Let SerialBox do what Packtrail did.

    Raises:
        Unavailable: There is no SerialBox in the folder, or it failed.
    """
    told = {"database": database, **{name: getattr(work, name) for name in work.__slots__}}
    done = subprocess.run(  # noqa: S603 - the person named the folder
        [require(folder), "-c", _SCRIPT],
        input=json.dumps(told),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise Unavailable(f"SerialBox failed: {done.stderr.strip()[-500:]}")
    answer: dict[str, Any] = json.loads(done.stdout)
    return PoolTimes(**answer | {"blocks": tuple(answer["blocks"])})
