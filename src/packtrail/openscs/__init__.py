"""OPEN-SCS: line systems take numbers and report over OPC UA, a thin door to the services.

`words` has the standard's codes and keys, `calls` what each method does, `server` the OPC UA side.
Only `server` needs the extra `lines` (asyncua).
"""

from __future__ import annotations
