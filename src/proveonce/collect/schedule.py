"""In which order listings are read: all at once, but one that asks for each row of another after that one.

Then a second pass, with fresh clients, over what was throttled out, failed or could not be reached.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue

from proveonce.collect.listing import Listing

LISTING_WORKERS = 8

Progress = Callable[[int, int, str], None]
"""Listings done, listings planned, what is read now."""


def read_all(listings: list[Listing], progress: Progress, finished: Callable[[Listing], None]) -> None:
    """Reads every listing to its end, as far as AWS lets us; `finished` hears of each that is done with."""
    # The longest first: many details follow a bucket, key or snapshot listing.
    order = sorted(listings, key=lambda item: not any(table.details for table in item.plan.call.tables))
    with ThreadPoolExecutor(LISTING_WORKERS, thread_name_prefix="listing") as pool:
        _each(pool, order, Listing.run, lambda done, what: progress(done, len(order), what), finished)
        again = [listing for listing in order if listing.wants_second_pass]
        for clients in {id(c): c for c in (listing.clients for listing in again)}.values():
            clients.fresh()
        planned = len(order) + len(again)
        _each(pool, again, Listing.repair, lambda done, what: progress(len(order) + done, planned, what), finished)


def _each(
    pool: ThreadPoolExecutor,
    listings: list[Listing],
    work: Callable[[Listing], None],
    progress: Callable[[int, str], None],
    finished: Callable[[Listing], None],
) -> None:
    """Does `work` on each, on a listing after its parent where that is among them."""
    among = {id(listing) for listing in listings}
    waiting: dict[int, list[Listing]] = {}
    running: dict[Future[None], Listing] = {}
    ended: SimpleQueue[Future[None]] = SimpleQueue()
    done = 0

    def start(listing: Listing) -> None:
        future = pool.submit(work, listing)
        running[future] = listing
        future.add_done_callback(ended.put)

    try:
        for listing in listings:
            if listing.parent is not None and id(listing.parent) in among:
                waiting.setdefault(id(listing.parent), []).append(listing)
            else:
                start(listing)
        while running:
            future = ended.get()
            listing = running.pop(future)
            future.result()
            finished(listing)
            done += 1
            progress(done, f"{listing.plan.account} {listing.plan.region} {listing.plan.call.key}")
            for child in waiting.pop(id(listing), []):
                start(child)
    except BaseException:
        for future in running:
            future.cancel()
        raise
