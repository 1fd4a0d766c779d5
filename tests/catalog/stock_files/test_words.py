"""What the words of a description say of a copy, and what they only seem to say."""

import pytest

from catalog.importers.stock.words import ending, flags, heard, with_ending


@pytest.mark.parametrize(("text", "flag"), [
    ("Ex-library with usual stamps and pocket removed.", "ex_library"), ("EX-LIB, worn", "ex_library"), ("Withdrawn from Leeds City library.", "ex_library"),
    ("Book club edition.", "book_club"), ("BCE in jacket", "book_club"), ("Remainder mark to bottom edge.", "remainder_mark"),
    ("Previous owner's name on front free endpaper.", "inscription"), ("Gift inscription dated 1932", "inscription"), ("Name in ink on ffep", "inscription"),
    ("Some underlining in pencil to first chapter", "highlighting"), ("Foxing to prelims; hinges sound.", "foxing"), ("lightly foxed", "foxing"),
    ("Bookplate to pastedown", "bookplate"), ("Ex Libris of a duke", "bookplate"), ("slightly cocked", "cocked"), ("Spine lean", "cocked"),
    ("Price-clipped jacket, now in mylar cover.", "price_clipped"), ("Signed by the author on the title page", "signed"), ("SIGNED", "signed"),
    ("Inscribed by the author on the half-title", "inscribed"), ("First edition, first printing.", "first_edition"), ("Print on demand", "print_on_demand"),
    ("Not signed, but ex-library", "ex_library"),
])  # fmt: skip
def test_flags_that_are_said(text, flag):
    assert flag in flags(text)


@pytest.mark.parametrize(("text", "flag"), [
    ("Not ex-library.", "ex_library"), ("not an ex-library copy", "ex_library"), ("non ex-lib", "ex_library"), ("Ex Libris plate", "ex_library"),
    ("A life of libraries", "ex_library"), ("not a book club edition", "book_club"), ("Oprah's book club selection", "book_club"),
    ("No remainder mark", "remainder_mark"), ("the remainder of the run", "remainder_mark"), ("Inscribed by the author", "inscription"),
    ("no inscriptions or names on pages", "inscription"), ("no underlining or highlighting", "highlighting"), ("no names, underlining or foxing", "foxing"),
    ("free of foxing", "foxing"), ("unfoxed", "foxing"), ("not price-clipped", "price_clipped"), ("unclipped", "price_clipped"),
    ("unsigned", "signed"), ("designed by Eric Gill", "signed"), ("not signed", "signed"), ("signed in the plate", "signed"),
    ("signed by a previous owner", "signed"), ("facsimile of the first edition", "first_edition"), ("First edition, third printing", "first_edition"),
    ("First edition thus", "first_edition"), ("resigned; assigned", "signed"), ("inscribed by a former owner", "inscribed"),
])  # fmt: skip
def test_flags_that_are_not_said(text, flag):
    assert flag not in flags(text)


@pytest.mark.parametrize(("edition", "printing", "first"), [
    ("1st Edition", "", True), ("First American edition", "", True), ("First", "", True), ("First Thus", "", False), ("1st Edition", "2nd printing", False),
    ("2nd Edition", "", False), ("Reprint of the first edition", "", False), ("Book club first edition", "", False), ("Erstausgabe", "", True),
])  # fmt: skip
def test_a_first_edition_is_its_first_printing(edition, printing, first):
    assert ("first_edition" in heard("", "", edition, printing)) is first


def test_a_bracket_says_what_the_words_do_not():
    said = with_ending("Unread. Signed.", frozenset(["ex_library"]))
    assert said == "Unread. Signed. [Ex-library. Not: Signed.]"
    assert ending(said) == ("Unread. Signed.", {"ex_library": True, "signed": False})
    assert ending("Fine. [Lacks map.]") == ("Fine. [Lacks map.]", {})
    assert with_ending("Signed.", frozenset(["signed"])) == "Signed."
