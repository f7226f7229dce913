"""Example Health Inc., seeded into the simulator in the order in which one thing refers to another."""

from __future__ import annotations

from collections.abc import Callable

from botocore.exceptions import BotoCoreError, ClientError

from proveonce.app.demo.cloud import Cloud
from proveonce.app.demo.compute import seed_compute
from proveonce.app.demo.databases import seed_databases
from proveonce.app.demo.identity import seed_identity
from proveonce.app.demo.keys import seed_keys
from proveonce.app.demo.logs import seed_logs
from proveonce.app.demo.storage import seed_storage
from proveonce.kernel.errors import ProveonceError

STEPS: tuple[tuple[str, Callable[[Cloud], None]], ...] = (
    ("keys", seed_keys),
    ("identities", seed_identity),
    ("buckets", seed_storage),
    ("logs and alarms", seed_logs),
    ("networks and instances", seed_compute),
    ("databases", seed_databases),
)


def seed(endpoint: str, progress: Callable[[int, int, str], None] | None = None) -> int:
    """The number of resources made at `endpoint`.

    Raises: ProveonceError when the simulator refuses one, as an older or newer moto may.
    """
    cloud = Cloud(endpoint)
    for done, (what, step) in enumerate(STEPS):
        if progress:
            progress(done, len(STEPS), what)
        try:
            step(cloud)
        except (BotoCoreError, ClientError) as error:
            raise ProveonceError(
                f"the simulator cannot make the {what}: {' '.join(str(error).split())[:300]}",
                where=endpoint,
                fix="pip install --upgrade 'proveonce[demo]', then try again",
            ) from error
    return cloud.made
