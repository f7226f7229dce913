"""Sound registers to begin from, and the shipped content to hold them against."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from proveonce.content.loader import load_content
from proveonce.model.content import Content

SOC2 = """\
- id: SOC2-2026
  kind: soc2_type2
  title: SOC 2 Type 2 report
  scope: The platform, security and availability.
  issued_on: 2026-02-10
  valid_to: 2027-01-01
  period_start: 2025-01-01
  period_end: 2025-12-31
  tier: customer_nda
  issuer: Hartwell & Lund LLP
  opinion: unqualified
"""
VENDOR = """\
- id: paylane
  name: Paylane
  service: Takes card payments.
  criticality: high
  data: [cardholder_data]
  attestations:
    - id: paylane-aoc
      kind: pci_aoc
      title: AOC of Paylane
      scope: Hosted fields and vault.
      issued_on: 2026-03-01
      valid_to: 2027-03-01
  user_controls:
    - {text: Keep the API keys secret., controls: [KEY-01]}
  responsibilities:
    - {requirement: 3.5.1, party: vendor}
    - {requirement: 6.4.3, party: shared, how: Their script; our page.}
"""
ACCEPTANCE = """\
- id: RA-1
  title: Old database stays unencrypted
  reason: It is shut down in the spring.
  checks: [aws.rds.*]
  controls: [CRY-02]
  accounts: ["111122223333"]
  resources: ["arn:aws:rds:*:db:legacy-*"]
  risk_owner: Tom Becker
  requested_by: Tom Becker
  requested_on: 2026-05-01
  approved_by: Marcus Adeyemi
  approved_on: 2026-05-04
  expires_on: 2027-05-04
  compensating_control: Reachable from one host only.
"""


@cache
def shipped() -> Content:
    """The repository's own content."""
    return load_content(Path(__file__).resolve().parents[2])


def write(root: Path, *, attestations: str = "", vendors: str = "", acceptances: str = "") -> Path:
    """The registers given as files of the workspace `root`."""
    files = {"attestations.yaml": attestations, "vendors.yaml": vendors, "risk_acceptances.yaml": acceptances}
    for name, text in files.items():
        if text:
            (root / name).write_text(text, encoding="utf-8")
    return root
