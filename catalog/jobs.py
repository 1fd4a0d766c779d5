"""Jobs of catalog: imports, covers, wants, and what is done by the clock. Each can run twice without harm."""

from uuid import UUID

import structlog
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

from books4all.lib import mail
from catalog import emails
from catalog.constants import ImportStatus, WantNotice, WantStatus
from catalog.errors import ImportBusyError, ImportStateError
from catalog.models import CatalogueImport, InventoryImport, Want
from catalog.selectors import sitemaps
from catalog.services import (
    browsing,
    bulk,
    covers,
    duplicates,
    identifiers,
    imports,
    inventory,
    people,
    photos,
    tallies,
    versions,
    want_letters,
    want_matching,
)
from catalog.tasks import QUEUE, STOCK_QUEUE

log = structlog.get_logger(__name__)
# After 10 s, 30 s, 2 min, 11 min and 52 min: a server that is down for an hour loses nothing.
FETCHES = 5


@app.task(name="catalog.run_import", queue=QUEUE, lock="catalog.import", pass_context=True)
def run_import(context: JobContext, *, pk: int) -> None:
    """Run an import to its end, or undo it; a worker that is to stop leaves it where it is."""
    found = CatalogueImport.objects.filter(pk=pk).first()
    if found is None:
        return
    try:
        if found.status == ImportStatus.UNDOING:
            imports.run_undo(catalogue_import=found)
        else:
            imports.run(catalogue_import=found, go_on=lambda: not context.should_abort())
    except (ImportBusyError, ImportStateError) as error:
        # Somebody else has it, or it was paused before its turn came.
        log.info("import_not_run", catalogue_import=pk, why=error.message)


@app.task(name="catalog.make_cover", retry=RetryStrategy(max_attempts=5, exponential_wait=5))
def make_cover(*, cover_id: int) -> None:
    """Make the pictures of an uploaded cover."""
    covers.make(cover_id=cover_id)


@app.task(
    name="catalog.fetch_cover",
    pass_context=True,
    retry=RetryStrategy(max_attempts=FETCHES, wait=5, exponential_wait=5),
)
def fetch_cover(context: JobContext, *, cover_id: int) -> None:
    """Fetch a cover and make its pictures."""
    covers.download(cover_id=cover_id, last=context.job.attempts >= FETCHES)


@app.task(name="catalog.drop_cover", retry=RetryStrategy(max_attempts=5, exponential_wait=5))
def drop_cover(*, name: str, widths: list[int]) -> None:
    """Remove files that no cover shows any more."""
    covers.drop_files(name=name, widths=widths)


@app.task(name="catalog.make_photo", retry=RetryStrategy(max_attempts=5, exponential_wait=5))
def make_photo(*, photo_id: int) -> None:
    """Make the pictures of a photograph of a copy."""
    photos.make(photo_id=photo_id)


@app.task(name="catalog.drop_photo", retry=RetryStrategy(max_attempts=5, exponential_wait=5))
def drop_photo(*, name: str, widths: list[int]) -> None:
    """Remove files that no photograph shows any more."""
    photos.drop_files(name=name, widths=widths)


@app.task(name="catalog.run_bulk_edit", retry=RetryStrategy(max_attempts=5, exponential_wait=5))
def run_bulk_edit(*, edit_id: str) -> None:
    """Change a shop's listings, or change them back, a batch at a time."""
    bulk.run(edit_id=UUID(edit_id))


@app.periodic(cron="* * * * *")
@app.task(name="catalog.tend_bulk_edits", queueing_lock="catalog.tend_bulk_edits")
def tend_bulk_edits_each_minute(timestamp: int) -> None:
    """Have changes to many listings go on whose worker has died."""
    bulk.tend()


@app.task(name="catalog.run_stock_file", queue=STOCK_QUEUE, pass_context=True)
def run_stock_file(context: JobContext, *, pk: str) -> None:
    """Check or publish a shop's stock file; a worker that is to stop leaves it where it is."""
    found = InventoryImport.objects.filter(pk=pk).first()
    if found is None:
        return
    try:
        inventory.run(inventory_import=found, go_on=lambda: not context.should_abort())
    except (ImportBusyError, ImportStateError) as error:
        # Somebody else has the shop's shelves, or it was paused before its turn came.
        log.info("stock_file_not_run", inventory_import=pk, why=error.message)


@app.task(
    name="catalog.tell_stock_checked",
    queue="mail",
    retry=RetryStrategy(max_attempts=14, exponential_wait=2, wait=8),
)
def tell_stock_checked(*, pk: str) -> None:
    """Tell whoever uploaded a stock file that it has been checked."""
    letter = emails.stock_checked(UUID(pk))
    if letter is not None:
        mail.send(letter, key=f"stock_checked.{pk}")


@app.periodic(cron="* * * * *")
@app.task(name="catalog.tend_stock_files", queueing_lock="catalog.tend_stock_files")
def tend_stock_files_each_minute(timestamp: int) -> None:
    """Have stock files go on whose worker has died, or which met another of their shop."""
    inventory.tend()


@app.periodic(cron="* * * * *")
@app.task(name="catalog.tend_imports", queueing_lock="catalog.tend_imports")
def tend_imports_each_minute(timestamp: int) -> None:
    """Have imports go on whose worker has died."""
    imports.tend()


@app.periodic(cron="* * * * *")
@app.task(name="catalog.fold_tallies", queueing_lock="catalog.fold_tallies", lock="catalog.fold")
def fold_tallies_each_minute(timestamp: int) -> None:
    """Keep the sums of the shelves short: an import adds thousands of rows to them."""
    browsing.fold_tallies()


@app.periodic(cron="* * * * *")
@app.task(name="catalog.add_up_changes", queueing_lock="catalog.add_up_changes")
def add_up_changes_each_minute(timestamp: int) -> None:
    """Keep the count of changes short, which every page that is asked for again is checked by."""
    versions.add_up()


@app.periodic(cron="41 2 * * *")
@app.task(name="catalog.find_duplicates", queueing_lock="catalog.find_duplicates")
def find_duplicates_each_night(timestamp: int) -> None:
    """Name people who were loaded past the services, mend flags, and look for what is there twice."""
    people.keep_all_names()
    identifiers.sweep_conflicts()
    duplicates.find()


@app.periodic(cron="7 * * * *")
@app.task(name="catalog.index_sitemap", queueing_lock="catalog.index_sitemap")
def index_sitemap_each_hour(timestamp: int) -> None:
    """Have the list of the sitemap's files ready for those who ask."""
    sitemaps.index(anew=True)


@app.periodic(cron="7 4 * * *")
@app.task(name="catalog.tallies", queueing_lock="catalog.tallies", lock="catalog.tallies")
def tallies_each_night(timestamp: int) -> None:
    """Count what in the stock of large shops needs their keepers."""
    tallies.count_large_shops()


@app.task(
    name="catalog.send_want_confirmation",
    queue="mail",
    retry=RetryStrategy(max_attempts=14, exponential_wait=2, wait=8),
)
def send_want_confirmation(*, want_id: int) -> None:
    """Ask a guest to confirm a want, unless it is confirmed or gone by now."""
    waiting = Want.objects.filter(pk=want_id, status=WantStatus.UNCONFIRMED)
    want = waiting.select_related("work", "edition__work").first()
    if want is not None:
        mail.send(emails.confirm_want(want), key=f"want.{want_id}")


@app.task(
    name="catalog.send_want_letter",
    queue="mail",
    retry=RetryStrategy(max_attempts=14, exponential_wait=2, wait=8),
)
def send_want_letter(*, letter: str) -> None:
    """Tell somebody of copies that meet their wants, if any still does when the letter goes."""
    told = want_letters.second_look(letter=UUID(letter))
    if told is not None:
        mail.send(emails.copies_found(told), key=f"wants.{letter}")


@app.task(name="catalog.tell_wants_at_once", lock="catalog.tell_wants")
def tell_wants_at_once() -> None:
    """Write to those who want to hear at once."""
    want_letters.prepare(notice=WantNotice.AT_ONCE)


@app.periodic(cron="* * * * *")
@app.task(
    name="catalog.sweep_wants", queueing_lock="catalog.sweep_wants", lock="catalog.tell_wants"
)
def sweep_wants_each_minute(timestamp: int) -> None:
    """Match what came on sale by other ways than a listing, and tell of what could not be told before."""
    want_matching.sweep()
    want_letters.prepare(notice=WantNotice.AT_ONCE)


@app.periodic(cron="23 5 * * *")
@app.task(name="catalog.tell_wants", queueing_lock="catalog.tell_wants", lock="catalog.tell_wants")
def tell_wants_each_day(timestamp: int) -> None:
    """Write to those who want to hear once a day, and forget whom we need not remember."""
    want_letters.tidy()
    want_letters.prepare(notice=WantNotice.DAILY)
