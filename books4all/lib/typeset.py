"""Documents to print: a Typst template and the data for it become a PDF.

Templates are ``templates/documents/*.typ``. Data comes in as JSON, never as source text, so nothing that
somebody typed can become markup. The fonts are those inside the library (Libertinus for Latin, Greek,
Cyrillic and Hebrew; DejaVu Sans Mono), the same on every machine. What they can't write, such as
Chinese or Arabic, is written with the machine's own fonts.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import typst
from django.conf import settings

# Readable aloud by its structure, with a title and a language (ISO 14289-1).
_STANDARD = "ua-1"
# To be kept for as long as the law says: complete in itself (ISO 19005-3).
_ARCHIVE = "a-3a"


def pdf(template: str, data: Mapping[str, Any], *, at: datetime | None = None) -> bytes:
    """Return ``templates/documents/<template>.typ`` with ``data`` (plain JSON values) as a PDF.

    With ``at``, the moment that it is of, it is fit for archives, and the same to the byte whenever it is
    made. Takes tens of milliseconds to a second of the processor: call it outside of transactions.
    """
    given = {"data": json.dumps(data, default=str, ensure_ascii=False)}
    standards = [_STANDARD] if at is None else [_STANDARD, _ARCHIVE]
    options: dict[str, Any] = {} if at is None else {"timestamp": int(at.timestamp())}
    try:
        return _compile(
            template, given, ignore_system_fonts=True, pdf_standards=standards, **options
        )
    except typst.TypstError as error:
        if "could not be displayed" not in str(error):
            raise
    try:
        return _compile(
            template, given, ignore_system_fonts=False, pdf_standards=standards, **options
        )
    except typst.TypstError as error:
        if "could not be displayed" not in str(error):
            raise
    # Boxes stand where no font of this machine has the letters: the rest of the page is still good.
    return _compile(template, given, ignore_system_fonts=False, **options)


def _compile(template: str, given: dict[str, str], **options: Any) -> bytes:
    root = settings.BASE_DIR / "templates" / "documents"
    # Other files than the templates' own are out of reach, and packages are not fetched.
    found = typst.compile(root / f"{template}.typ", root=root, sys_inputs=given, **options)
    assert isinstance(found, bytes)
    return found
