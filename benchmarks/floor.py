"""The floor: every call of the latest run again, with bare botocore and 16 threads, keeping nothing."""

from __future__ import annotations

import contextlib
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError

from proveonce.store import Store


def main() -> None:
    """Repeats the calls."""
    store = Store(Path(sys.argv[1]) / "evidence" / "store")
    calls = [json.loads(line) for artefact in store.run().of_kind("calls") for line in store.lines(artefact)]
    session = botocore.session.Session()
    clients: dict[tuple[str, str], Any] = {}
    for call in calls:
        key = (call["service"], call["endpoint_region"])
        if key not in clients and call["service"] != "s3control":
            clients[key] = session.create_client(key[0], region_name=key[1], config=Config(inject_host_prefix=False))

    def repeat(call: dict[str, Any]) -> None:
        if client := clients.get((call["service"], call["endpoint_region"])):
            with contextlib.suppress(ClientError):
                client._make_api_call(call["operation"], call["params"])  # noqa: SLF001 - by AWS's own operation name

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(repeat, calls))


if __name__ == "__main__":
    main()
