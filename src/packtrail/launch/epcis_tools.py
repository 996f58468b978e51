"""What other tools take to read, write and hash the events that `packtrail bench epcis` measures.

Each runs in a process of its own on a file with the same events, and tells its CPU seconds, those
of the fastest of some runs, and its hashes. Starting it is not counted.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from packtrail.base.errors import Unavailable

if TYPE_CHECKING:
    from packtrail.epcis import EpcisDocument

REFERENCE_MODULE = "epcis_event_hash_generator"
REFERENCE_SCRIPT = """
import json, logging, sys, time, warnings
from importlib.metadata import version
logging.disable(logging.CRITICAL)
warnings.simplefilter("ignore")
from epcis_event_hash_generator import events_from_file_reader, hash_generator
path, times = sys.argv[1], int(sys.argv[2])
reads, hashings = [], []
for _ in range(times):
    began = time.process_time()
    events = events_from_file_reader.event_list_from_file(path, "XML")
    reads.append(time.process_time() - began)
    began = time.process_time()
    texts = hash_generator.derive_prehashes_from_events(events, "")
    hashes = hash_generator.calculate_hashes_from_pre_hashes(texts, "sha256")
    hashings.append(time.process_time() - began)
print(json.dumps({"name": "the reference tool", "version": version("epcis-event-hash-generator"),
                  "seconds": {"read XML 1.2": min(reads), "event hash": min(hashings)},
                  "hashes": hashes}))
"""
EPCIS2JS_SCRIPT = """
const [folder, path, times] = process.argv.slice(2);
const load = require('module').createRequire(folder + '/');
const epcis2 = load('epcis2.js');
const text = require('fs').readFileSync(path, 'utf8');
const context = {};
function fastest(call) {
  let best = Infinity, result;
  for (let run = 0; run < Number(times); run += 1) {
    const began = process.cpuUsage();
    result = call();
    const { user, system } = process.cpuUsage(began);
    best = Math.min(best, (user + system) / 1e6);
  }
  return [best, result];
}
const read = () => JSON.parse(text).epcisBody.eventList.map((each) => epcis2.objectToEvent(each));
const [reading, events] = fastest(read);
const [writing] = fastest(() => JSON.stringify(events.map((event) => event.toObject())));
const bodies = JSON.parse(text).epcisBody.eventList;
const [hashing, hashes] = fastest(
  () => bodies.map((body) => epcis2.eventToHashedId(body, context, false)));
const version = load('epcis2.js/package.json').version + ' on Node ' + process.versions.node;
const seconds = { 'read JSON-LD': reading, 'write JSON-LD': writing, 'event hash': hashing };
console.log(JSON.stringify({ name: 'epcis2.js', version, seconds, hashes }));
"""


@dataclass(frozen=True, slots=True)
class Timing:
    """What one tool took for the events of one document."""

    name: str
    version: str
    seconds: dict[str, float]
    """Name of a figure, and the CPU seconds of the fastest run."""
    hashes: tuple[str, ...]


def reference(document: EpcisDocument, python: str | None, times: int) -> Timing | None:
    """Return what the reference hash tool takes, or None where it is not installed.

    Raises:
        Unavailable: It is installed and failed.
    """
    from packtrail import epcis

    if python is None and find_spec(REFERENCE_MODULE) is None:
        return None
    # It spells the namespace of master data as JSON does; in XML it has no colon at the end.
    text = epcis.write_xml(document, version="2.0")
    content = text.replace(b'"urn:epcglobal:cbv:mda"', b'"urn:epcglobal:cbv:mda:"')
    return _run([python or sys.executable, "-c", REFERENCE_SCRIPT], content, times)


def epcis2js(document: EpcisDocument, folder: Path | None, times: int) -> Timing | None:
    """Return what epcis2.js takes for JSON-LD, or None where no folder has it.

    Raises:
        Unavailable: Node is missing, or the folder has no epcis2.js that runs.
    """
    from packtrail import epcis

    if folder is None:
        return None
    if not (folder / "node_modules" / "epcis2.js").is_dir():
        raise Unavailable(f"{folder} has no epcis2.js; run `npm install epcis2.js` there first.")
    command = ["node", "-", str(folder.resolve())]
    return _run(command, epcis.write_json(document), times, EPCIS2JS_SCRIPT)


def _run(command: list[str], content: bytes, times: int, script: str | None = None) -> Timing:
    """Run a tool on a file of its own, and read what it prints."""
    with tempfile.TemporaryDirectory(prefix="packtrail-bench-") as name:
        path = Path(name) / "document"
        path.write_bytes(content)
        try:
            done = subprocess.run(  # noqa: S603 - the person named the tool
                [*command, str(path), str(times)],
                input=script,
                capture_output=True,
                text=True,
                check=True,
            )
        except OSError as error:
            raise Unavailable(f"{command[0]} cannot be started: {error}.") from None
        except subprocess.CalledProcessError as error:
            raise Unavailable(f"{command[0]} failed: {error.stderr.strip()[-300:]}") from None
    told: dict[str, Any] = json.loads(done.stdout)
    return Timing(**(told | {"hashes": tuple(told["hashes"])}))
