"""Where the example organisation runs: accounts and regions, as `proveonce.yaml` names them too."""

from __future__ import annotations

from typing import NamedTuple

PROD = "111122223333"
DATA = "444455556666"
AUDIT = "123456789012"
"""Whose credentials the demo holds, moto's default; the role below is assumed from there."""
ACCOUNTS = (PROD, DATA)
ACCOUNT_NAMES = {PROD: "ehi-prod", DATA: "ehi-data"}
READER_ROLE = "ProveonceReader"

US_EAST = "us-east-1"
US_WEST = "us-west-2"
EUROPE = "eu-west-1"
REGIONS = (US_EAST, US_WEST, EUROPE)


class Place(NamedTuple):
    """An account and a region."""

    account: str
    region: str


PROD_EAST = Place(PROD, US_EAST)
PROD_WEST = Place(PROD, US_WEST)
PROD_EUROPE = Place(PROD, EUROPE)
DATA_EAST = Place(DATA, US_EAST)
DATA_WEST = Place(DATA, US_WEST)
DATA_EUROPE = Place(DATA, EUROPE)
PLACES = tuple(Place(account, region) for account in ACCOUNTS for region in REGIONS)
