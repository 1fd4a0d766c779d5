"""Languages of books by their ISO 639-2/B codes (RULES.md: the bibliographic codes, ``ger`` not ``deu``)."""

from django.utils.translation import gettext_lazy as _

LANGUAGES = {
    "akk": _("Akkadian"),
    "ang": _("Old English"),
    "ara": _("Arabic"),
    "arm": _("Armenian"),
    "ben": _("Bengali"),
    "bul": _("Bulgarian"),
    "cat": _("Catalan"),
    "chi": _("Chinese"),
    "cze": _("Czech"),
    "dan": _("Danish"),
    "dut": _("Dutch"),
    "egy": _("Egyptian"),
    "eng": _("English"),
    "enm": _("Middle English"),
    "est": _("Estonian"),
    "fin": _("Finnish"),
    "fre": _("French"),
    "fro": _("Old French"),
    "geo": _("Georgian"),
    "ger": _("German"),
    "gez": _("Ge’ez"),
    "gle": _("Irish"),
    "gmh": _("Middle High German"),
    "grc": _("Ancient Greek"),
    "gre": _("Greek"),
    "heb": _("Hebrew"),
    "hin": _("Hindi"),
    "hrv": _("Croatian"),
    "hun": _("Hungarian"),
    "ice": _("Icelandic"),
    "ind": _("Indonesian"),
    "ita": _("Italian"),
    "jpn": _("Japanese"),
    "kan": _("Kannada"),
    "kor": _("Korean"),
    "lat": _("Latin"),
    "lit": _("Lithuanian"),
    "may": _("Malay"),
    "mul": _("Several languages"),
    "non": _("Old Norse"),
    "nor": _("Norwegian"),
    "ota": _("Ottoman Turkish"),
    "per": _("Persian"),
    "pli": _("Pali"),
    "pol": _("Polish"),
    "por": _("Portuguese"),
    "pro": _("Old Occitan"),
    "rum": _("Romanian"),
    "rus": _("Russian"),
    "san": _("Sanskrit"),
    "scc": _("Serbian"),
    "slo": _("Slovak"),
    "slv": _("Slovene"),
    "spa": _("Spanish"),
    "srp": _("Serbian"),
    "sux": _("Sumerian"),
    "swa": _("Swahili"),
    "swe": _("Swedish"),
    "tam": _("Tamil"),
    "tel": _("Telugu"),
    "tib": _("Tibetan"),
    "tur": _("Turkish"),
    "ukr": _("Ukrainian"),
    "und": _("Not said"),
    "urd": _("Urdu"),
    "vie": _("Vietnamese"),
    "wel": _("Welsh"),
    "yid": _("Yiddish"),
    "yor": _("Yoruba"),
}
CHOICES = tuple(LANGUAGES.items())


def name_of(code: str) -> str:
    """Return the language's name in the active language, or its code when it is not in the list."""
    return str(LANGUAGES.get(code, code))


# Two-letter codes (ISO 639-1) where there is one, as HTML and schema.org want them (BCP 47).
_SHORT = {
    "ara": "ar", "arm": "hy", "ben": "bn", "bul": "bg", "cat": "ca", "chi": "zh", "cze": "cs",
    "dan": "da", "dut": "nl", "eng": "en", "est": "et", "fin": "fi", "fre": "fr", "geo": "ka",
    "ger": "de", "gle": "ga", "gre": "el", "heb": "he", "hin": "hi", "hrv": "hr", "hun": "hu",
    "ice": "is", "ind": "id", "ita": "it", "jpn": "ja", "kan": "kn", "kor": "ko", "lat": "la",
    "lit": "lt", "may": "ms", "nor": "no", "per": "fa", "pli": "pi", "pol": "pl", "por": "pt",
    "rum": "ro", "rus": "ru", "san": "sa", "scc": "sr", "slo": "sk", "slv": "sl", "spa": "es",
    "srp": "sr", "swa": "sw", "swe": "sv", "tam": "ta", "tel": "te", "tib": "bo", "tur": "tr",
    "ukr": "uk", "urd": "ur", "vie": "vi", "wel": "cy", "yid": "yi", "yor": "yo",
}  # fmt: skip


def bcp47(code: str) -> str:
    """Return the language's tag for HTML (``fr`` for ``fre``), or its own code when it has none."""
    return _SHORT.get(code, code)
