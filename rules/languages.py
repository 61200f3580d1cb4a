"""Languages as people name them, and the code by which they are compared (C3)."""

_NAMES = {
    "he": "hebrew עברית иврит iw",
    "en": "english אנגלית английский",
    "ar": "arabic ערבית العربية عربي",
    "ru": "russian רוסית русский",
    "fr": "french צרפתית français francais",
    "es": "spanish ספרדית español espanol",
    "am": "amharic אמהרית አማርኛ",
    "de": "german גרמנית deutsch",
    "it": "italian איטלקית italiano",
    "pt": "portuguese פורטוגזית português portugues",
    "uk": "ukrainian אוקראינית українська",
    "ro": "romanian רומנית română romana",
    "yi": "yiddish יידיש ייִדיש",
    "fa": "persian farsi פרסית فارسی",
}
_CODES = {name: code for code, names in _NAMES.items() for name in names.split()}


def language_code(named: str) -> str:
    """Give a language's code for its name ('Hebrew', 'עברית': 'he'); a code stays as it was given.

    A name that is not known stays too.
    """
    return _CODES.get(named.strip().casefold(), named)


def main_language(named: str) -> str:
    """Give a language by the first part of its code: 'he-IL', 'HE' and 'Hebrew' are 'he'."""
    code = language_code(named).casefold().replace("_", "-").partition("-")[0].strip()
    return language_code(code)
