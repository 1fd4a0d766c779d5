"""Two hundred texts that nobody means well: none fails, and none takes long."""

import time

import pytest

from catalog.search import Query
from catalog.search.text import LINKS, clean
from tests.catalog import search_shelf

pytestmark = pytest.mark.django_db

# Seconds: far below the statement timeout, and far above what any of them takes.
LONGEST = 2.0

LONG = [
    "a" * 5000, "word " * 500, "x y " * 60, "-" * 200, "\u0301" * 300, "é" * 500, "日本" * 300,
    "𝒜" * 200, "1" * 400, "9 " * 200, "a-" * 150, "'" * 300, "\"" * 301, "(" * 400, "🙂" * 200,
    " ".join(f"w{n}" for n in range(200)), " ".join("abcdefghijklmnopqrstuvwxyz"), "a " * 300,
    "un" * 100, "aaaaaaaaab" * 20, "middlemarch" * 18, "q" * 60, "q" * 61, "e" * 24, "e" * 25,
]  # fmt: skip
LINKS_ALONE = [
    *sorted(LINKS), " ".join(sorted(LINKS)), "the the the", "of the and a", "THE", "a a a a", "le la les",
    "it", "who", "he she they we", "to be or not to be", "and/or",
]  # fmt: skip
REGULAR = [
    ".*", "^a.*b$", "(a+)+$", "[a-z]+", "\\d{3}", "a|b|c", "(?i)emma", "a{1,99999}", "[[:alpha:]]",
    "(?=x)", "\\", "\\\\", "\\'", "[", "]", "{", "}", "$", "^", "a?b+c*", "(((((((((a", "%", "_", "%%",
    "_%_%", "LIKE '%a%'", "\\x00", "\\u0000", "(?P<x>a)", "$1", "\\1",
]  # fmt: skip
TSQUERY = [
    "& | !", "<->", ":*", "a:*B & !c", "a & ", "| a", "!a", "!!a", "a <-> b", "a <2> b", "a <99999> b",
    "'a' & 'b'", "''", "'a''b'", "a:ABCD", "a:*", "*", "* *", "a*b", "(a & b", "a & b)", "()", "&", "!",
    "a && b", "a || b", "=t:emma", "=on", "=s:1", "'=on'", "a:b:c", "a\\:b", "<", ">", "a<b>c", "@@",
    "::tsquery", "%s", "%(p0)s", "{0}", "%s::tsquery", "a' & 'b':*", "\\' | a", "-a -b -c", "--a", "-",
    "- -", "-\"", "-\"a", "-(a)", "!-a", "not emma", "emma AND NOT austen", "emma OR (", "NEAR/3",
]  # fmt: skip
SQL = [
    "'; DROP TABLE catalog_work; --", "1 OR 1=1", "\" OR \"\"=\"", "'); SELECT pg_sleep(9); --", "/* x */",
    "UNION SELECT NULL", "$$x$$", "E'\\\\'", "; --", "xp_cmdshell", "' || 'a", "0x00", "NULL", "null",
    "true", "array[1,2]", "{1,2}", "ROW(1)", "\\copy", "catalog_work.title",
]  # fmt: skip
CONTROLS = [
    "\x00", "a\x00b", "\x01\x02\x03", "\x1b[31mred", "a\tb\nc\rd", "\x7f", "\x85", "\u2028a\u2029",
    "\u202eevil", "\u200e\u200f", "\u200b", "a\u200bb", "\ufeffemma", "\u00ad", "\ud800", "\udfff",
    "a\ud800b", "\uffff", "\U000e0001", "\u0600", "\u180e", "\u2066emma\u2069", "\ue000", "\x1f emma",
]  # fmt: skip
QUOTES = [
    '"', '""', '"""', "'", "''", "“", "“”", "”“", '"a', 'a"', '"a" "b', '"a "b" c"', "«»", "„a", "'a\"",
    '"the of and"', '" "', '"-a"', '-"', 'title:"', 'title:""', '"a"b"c"', "`a`", "‘a’", "「本",
    'author:"x" title:', '"\'"',
]  # fmt: skip
FIELDS = [
    ":", "::", "a:", ":a", "title:", "author:", "year:", "year:x", "year:9999999", "year:-9999",
    "year:1990-", "year:..", "year:-", "year:2000-1000", "year:1 year:2", "isbn:", "isbn:x", "isbn:97",
    "author:author:x", "title:-a", "author:-", "http://example.org/a?b=c", "c:\\windows", "foo:bar:baz",
    "series:#", "publisher:%", "lccn:", "lccn x", "oclc:0", "ocm", "lccn 99999999999999999", "#", "##1",
    "TITLE:emma", "subject:'", "year:١٩٩٠",
]  # fmt: skip
NUMBERS = [
    "1e999", "NaN", "Infinity", "-0", "0", "00000000", "½", "٪", "١٢٣٤٥٦٧٨٩٠", "²", "Ⅷ", "①", "𝟗𝟕𝟖",
    "978", "97801414395", "9780141439548", "978014143954999", "0000000000", "X", "xxxxxxxxxx", "99999999999999999999",
    "123456789X", "978-", "+44 20 7946 0000", "1/2/3", "3.14159265358979",
]  # fmt: skip
SCRIPTS = [
    "ß", "İstanbul", "ıı", "ſ", "ŉ", "ﬁ", "ﷺ", "שלום עולם", "مرحبا", "नमस्ते", "กขค", "ខ្មែរ", "한국어", "日本語",
    "ᚠᚢᚦ", "🏳️‍🌈", "👩‍👩‍👧‍👦 books", "Z̷̡a̸l̵g̶o̷", "ａｂｃ", "ǅ", "ΑΒΓς", "Ünïcödé", "Å", "Å", "ﾊﾝｶｸ",
    "\u0915\u094d\u0937", "\U0001f600", "\u1e9e", "ⅷ", "ᵃᵇᶜ", "꜀",
]  # fmt: skip
HOSTILE = [
    *LONG, *LINKS_ALONE, *REGULAR, *TSQUERY, *SQL, *CONTROLS, *QUOTES, *FIELDS, *NUMBERS, *SCRIPTS,
]  # fmt: skip


def test_there_are_at_least_two_hundred() -> None:
    assert len(set(HOSTILE)) >= 200


def test_no_hostile_text_fails_or_takes_long() -> None:
    search_shelf.stand()
    search_shelf.search(Query(text="emma"))
    slow = {}
    for text in HOSTILE:
        begun = time.perf_counter()
        results = search_shelf.search(Query(text=clean(text)))
        took = time.perf_counter() - begun
        assert not results.too_broad, text
        if took > LONGEST:
            slow[text[:40]] = took
    assert not slow


@pytest.mark.parametrize("page", [1, 2, 50])
def test_deep_pages_of_common_words_are_empty_and_no_more(page: int) -> None:
    search_shelf.stand()
    results = search_shelf.search(Query(text="the", page=page))
    assert page == 1 or not results.hits


def test_texts_as_they_come_without_cleaning_are_no_worse() -> None:
    search_shelf.stand()
    for text in (*CONTROLS, *LONG):
        search_shelf.search(Query(text=text))
