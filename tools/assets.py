"""Copy what the browser may use from node_modules into the package (git-ignored).

Run by `make assets` after `npm ci`. Beside the files it writes `manifest.json`: name, version,
licence and SHA-256 of each, so that a release can list what it carries.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "src" / "packtrail" / "console" / "static" / "vendor"

ASSETS = {"htmx.min.js": ("htmx.org", "dist/htmx.min.js")}
"""Name in the console -> (npm package, file in it)."""


def copy(name: str, package: str, source: str) -> dict[str, str]:
    """Copy one file with its licence and return its line of the manifest."""
    folder = MODULES / package
    about = json.loads((folder / "package.json").read_text(encoding="utf-8"))
    shutil.copyfile(folder / source, VENDOR / name)
    shutil.copyfile(folder / "LICENSE", VENDOR / f"{name}.LICENSE.txt")
    digest = hashlib.sha256((VENDOR / name).read_bytes()).hexdigest()
    return {
        "file": name,
        "package": package,
        "version": about["version"],
        "licence": about["license"],
        "sha256": digest,
    }


def main() -> int:
    """Copy every asset; the exit code says whether all were there."""
    VENDOR.mkdir(parents=True, exist_ok=True)
    try:
        lines = [copy(name, package, source) for name, (package, source) in ASSETS.items()]
    except FileNotFoundError as missing:
        print(f"{missing.filename} is missing: run `npm ci` first.", file=sys.stderr)
        return 1
    (VENDOR / "manifest.json").write_text(json.dumps(lines, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
