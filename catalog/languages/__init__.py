"""Languages of books by their ISO 639-2/B codes (the bibliographic ones: ``ger``, not ``deu``)."""

from django.utils.functional import Promise

from catalog.languages.names import LANGUAGES

__all__ = ["LANGUAGES", "bcp47", "bibliographic", "choices", "name_of"]

NOT_SAID = "und"


def choices() -> list[tuple[str, str | Promise]]:
    """Return codes and names, for fields and forms."""
    return list(LANGUAGES.items())


def name_of(code: str) -> str:
    """Return the language's name in the active language, or its code when it is not in the list."""
    return str(LANGUAGES.get(code, code))


# Two-letter codes (ISO 639-1) where there is one, as HTML and schema.org want them (BCP 47).
_SHORT = {
    "aar": "aa", "abk": "ab", "afr": "af", "aka": "ak", "alb": "sq", "amh": "am", "ara": "ar",
    "arg": "an", "arm": "hy", "asm": "as", "ava": "av", "ave": "ae", "aym": "ay", "aze": "az",
    "bak": "ba", "bam": "bm", "baq": "eu", "bel": "be", "ben": "bn", "bis": "bi", "bos": "bs",
    "bre": "br", "bul": "bg", "bur": "my", "cat": "ca", "cha": "ch", "che": "ce", "chi": "zh",
    "chu": "cu", "chv": "cv", "cor": "kw", "cos": "co", "cre": "cr", "cze": "cs", "dan": "da",
    "div": "dv", "dut": "nl", "dzo": "dz", "eng": "en", "epo": "eo", "est": "et", "ewe": "ee",
    "fao": "fo", "fij": "fj", "fin": "fi", "fre": "fr", "fry": "fy", "ful": "ff", "geo": "ka",
    "ger": "de", "gla": "gd", "gle": "ga", "glg": "gl", "glv": "gv", "gre": "el", "grn": "gn",
    "guj": "gu", "hat": "ht", "hau": "ha", "heb": "he", "her": "hz", "hin": "hi", "hmo": "ho",
    "hrv": "hr", "hun": "hu", "ibo": "ig", "ice": "is", "ido": "io", "iii": "ii", "iku": "iu",
    "ile": "ie", "ina": "ia", "ind": "id", "ipk": "ik", "ita": "it", "jav": "jv", "jpn": "ja",
    "kal": "kl", "kan": "kn", "kas": "ks", "kau": "kr", "kaz": "kk", "khm": "km", "kik": "ki",
    "kin": "rw", "kir": "ky", "kom": "kv", "kon": "kg", "kor": "ko", "kua": "kj", "kur": "ku",
    "lao": "lo", "lat": "la", "lav": "lv", "lim": "li", "lin": "ln", "lit": "lt", "ltz": "lb",
    "lub": "lu", "lug": "lg", "mac": "mk", "mah": "mh", "mal": "ml", "mao": "mi", "mar": "mr",
    "may": "ms", "mlg": "mg", "mlt": "mt", "mon": "mn", "nau": "na", "nav": "nv", "nbl": "nr",
    "nde": "nd", "ndo": "ng", "nep": "ne", "nno": "nn", "nob": "nb", "nor": "no", "nya": "ny",
    "oci": "oc", "oji": "oj", "ori": "or", "orm": "om", "oss": "os", "pan": "pa", "per": "fa",
    "pli": "pi", "pol": "pl", "por": "pt", "pus": "ps", "que": "qu", "roh": "rm", "rum": "ro",
    "run": "rn", "rus": "ru", "sag": "sg", "san": "sa", "sin": "si", "slo": "sk", "slv": "sl",
    "sme": "se", "smo": "sm", "sna": "sn", "snd": "sd", "som": "so", "sot": "st", "spa": "es",
    "srd": "sc", "srp": "sr", "ssw": "ss", "sun": "su", "swa": "sw", "swe": "sv", "tah": "ty",
    "tam": "ta", "tat": "tt", "tel": "te", "tgk": "tg", "tgl": "tl", "tha": "th", "tib": "bo",
    "tir": "ti", "ton": "to", "tsn": "tn", "tso": "ts", "tuk": "tk", "tur": "tr", "twi": "tw",
    "uig": "ug", "ukr": "uk", "urd": "ur", "uzb": "uz", "ven": "ve", "vie": "vi", "vol": "vo",
    "wel": "cy", "wln": "wa", "wol": "wo", "xho": "xh", "yid": "yi", "yor": "yo", "zha": "za",
    "zul": "zu",
    "scc": "sr",
}  # fmt: skip
# Codes of the other part of the standard, ISO 639-2/T, where they differ.
_TERMINOLOGICAL = {
    "bod": "tib", "ces": "cze", "cym": "wel", "deu": "ger", "ell": "gre", "eus": "baq", "fas":
    "per", "fra": "fre", "hye": "arm", "isl": "ice", "kat": "geo", "mkd": "mac", "mri": "mao",
    "msa": "may", "mya": "bur", "nld": "dut", "ron": "rum", "slk": "slo", "sqi": "alb", "zho":
    "chi",
}  # fmt: skip
_LONG = {two: three for three, two in _SHORT.items() if three != "scc"}


def bcp47(code: str) -> str:
    """Return the language's tag for HTML (``fr`` for ``fre``), or its own code when it has none."""
    return _SHORT.get(code, code)


def bibliographic(code: str) -> str:
    """Return the ISO 639-2/B code for a code of any part of ISO 639 ("fr", "fra", "FRE", "fr-CA").

    Empty when there is no such language.
    """
    code = code.strip().lower().replace("_", "-").partition("-")[0]
    code = _LONG.get(code) or _TERMINOLOGICAL.get(code, code)
    return code if code in LANGUAGES else ""
