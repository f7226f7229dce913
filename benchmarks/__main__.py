"""Runs the benchmarks and prints one table."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from benchmarks.server import ROLE, account_ids

PROWLER_FRAMEWORKS = ("soc2_aws", "pci_4.0_aws", "hipaa_aws")


@dataclass(frozen=True, slots=True)
class Measured:
    """One process."""

    name: str
    wall_s: float
    cpu_s: float
    peak_mib: float
    calls: int


def measure(name: str, command: list[str], url: str, folder: Path) -> Measured:
    """Runs a command to its end."""
    environment = {**os.environ, "AWS_ENDPOINT_URL": url, "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b",
                   "AWS_DEFAULT_REGION": "us-east-1"}  # fmt: skip
    before, start = _calls(url), time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL)  # noqa: S603 - our own
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 4):
        raise SystemExit(f"{name} ended with {process.returncode}")
    return Measured(name, wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, _calls(url) - before)


def _calls(url: str) -> int:
    with urllib.request.urlopen(f"{url}/_calls") as answer:  # noqa: S310 - loopback
        return int(json.load(answer)["calls"])


def run_scale(scale: int, latency_ms: float, accounts: int, prowler: str | None) -> list[Measured]:
    """Every process at one scale: collect and the floor first."""
    tool = [sys.executable, "-m", "proveonce.cli"]
    regions = "us-east-1,us-west-2,eu-west-1"
    server = subprocess.Popen(  # noqa: S603 - our own
        [sys.executable, "-m", "benchmarks.server", str(scale), str(latency_ms), str(accounts)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[1],
    )  # fmt: skip
    try:
        assert server.stdout is not None  # noqa: S101 - a pipe was asked for
        url = server.stdout.readline().strip()
        many = ["--accounts", ",".join(account_ids(accounts)), "--role", ROLE] if accounts > 1 else []
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            rows = [
                measure("collect", [*tool, "collect", "--regions", regions, *many], url, folder),
                measure("floor", [sys.executable, str(Path(__file__).with_name("floor.py")), name], url, folder),
                measure("assess", [*tool, "assess"], url, folder),
                measure("assess --format json", [*tool, "assess", "--format", "json"], url, folder),
                measure("package -f soc2", [*tool, "package", "-f", "soc2"], url, folder),
            ]
            if prowler:
                command = [prowler, "aws", "--compliance", *PROWLER_FRAMEWORKS, "--region", *regions.split(","), "-b",
                           "-M", "csv", "-o", name, "--ignore-exit-code-3"]  # fmt: skip
                rows.append(measure("Prowler, whole", command, url, folder))
            return rows
    finally:
        server.communicate("", timeout=30)


def ratios(rows: list[Measured]) -> list[str]:
    """What is compared, a line each."""
    by = {row.name: row for row in rows}
    collect, floor = by["collect"], by["floor"]
    lines = [f"collect uses {collect.cpu_s / floor.cpu_s:.2f} x the floor's CPU for {collect.calls:,} calls"]
    if peer := by.get("Prowler, whole"):
        whole = [collect, by["assess --format json"]]
        lines.append(
            f"collect and assess against Prowler, same three frameworks: {collect.calls / peer.calls:.2f} x its calls, "
            f"{sum(row.cpu_s for row in whole) / peer.cpu_s:.2f} x its CPU, "
            f"{max(row.peak_mib for row in whole) / peer.peak_mib:.2f} x its memory, "
            f"{sum(row.wall_s for row in whole) / peer.wall_s:.2f} x its time"
        )
    return lines


def main() -> None:
    """Prints a row a process, and the ratios that matter."""
    parser = argparse.ArgumentParser(description="Whole processes against simulated accounts.")
    parser.add_argument("--scales", type=int, nargs="+", default=[1, 10])
    parser.add_argument("--latency-ms", type=float, nargs="+", default=[0, 40])
    parser.add_argument("--accounts", type=int, default=1, help="each seeded to the scale, read by one collection")
    parser.add_argument("--prowler", help="path of a prowler command in a virtual environment of its own; one account")
    options = parser.parse_args()
    out = sys.stdout.write
    out(f"{'scale':>5} {'ms':>4}  {'process':<22} {'wall s':>7} {'CPU s':>7}")
    out(f" {'MiB':>6} {'calls':>7} {'CPU ms/call':>12}\n")
    for scale in options.scales:
        for latency in options.latency_ms:
            rows = run_scale(scale, latency, options.accounts, options.prowler if options.accounts == 1 else None)
            for row in rows:
                each = f"{1000 * row.cpu_s / row.calls:12.2f}" if row.calls else f"{'-':>12}"
                out(f"{scale:>5} {latency:>4.0f}  {row.name:<22} {row.wall_s:7.1f} {row.cpu_s:7.1f}")
                out(f" {row.peak_mib:6.0f} {row.calls:7,} {each}\n")
            for line in ratios(rows):
                out(f"            {line}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
