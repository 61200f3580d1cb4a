"""Money as integer minor units with a currency, and how a person types it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from rules.phones import plain

_EXPONENTS = {
    **dict.fromkeys(("JPY", "KRW", "VND", "CLP", "ISK", "XAF", "XOF", "PYG", "UGX"), 0),
    **dict.fromkeys(("KWD", "BHD", "JOD", "OMR", "TND", "LYD", "IQD"), 3),
}
_NAMES = {
    "ILS": '₪ nis ils shekel shekels ש"ח שח שקל שקלים',
    "USD": "$ usd dollar dollars דולר דולרים",
    "EUR": "€ eur euro euros אירו יורו",
    "GBP": '£ gbp pound pounds ליש"ט פאונד',
}
_CURRENCIES = {name: code for code, names in _NAMES.items() for name in names.split()}
_ISO_4217 = (
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP "
    "BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP "
    "GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR "
    "KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK "
    "MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR "
    "SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH "
    "UGX USD UYU UZS VED VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG "
)
_ISO = frozenset(_ISO_4217.split())
_NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d{1,3}(?: \d{3})+|\d+)(?:\.\d{1,3})?"
_NAME = r"[^\d\s.,+-]+"
_TYPED = re.compile(
    rf"(?P<sign>[+-]?)\s?(?P<before>{_NAME})?\s?(?P<inner>[+-]?)(?P<number>{_NUMBER})"
    rf"\s?(?P<after>{_NAME})?",
    re.ASCII,
)
_SPLIT_THOUSANDS = re.compile(r"[^\d\s]*\d{1,3} \d{3}(?![\d:/])", re.ASCII)
_LARGEST = 10**15


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units (agorot, cents) of an ISO 4217 currency; negative is a refund."""

    minor: int
    currency: str


def exponent(currency: str) -> int:
    """Give how many decimals a currency has (ISO 4217)."""
    return _EXPONENTS.get(currency, 2)


def decimal_amount(money: Money) -> Decimal:
    """Give the amount in major units, with the currency's own number of decimals."""
    return Decimal(money.minor).scaleb(-exponent(money.currency))


def sum_money(parts: Iterable[Money]) -> tuple[Money, ...]:
    """Add money per currency, the largest currency by amount first; zeros fall away."""
    sums: dict[str, int] = {}
    for part in parts:
        sums[part.currency] = sums.get(part.currency, 0) + part.minor
    kept = [Money(minor, currency) for currency, minor in sums.items() if minor]
    return tuple(sorted(kept, key=lambda one: (-abs(one.minor), one.currency)))


def to_money(amount: Decimal, *, currency: str) -> Money:
    """Make money of an amount in major units, rounded to what the currency (ISO 4217) has."""
    return Money(round(amount.scaleb(exponent(currency))), currency)


def read_money(text: str, *, currency: str) -> Money | None:
    """Read an amount as typed ('1,290', '₪1290.50', '-100', '1290 USD'); None if it is none.

    `currency` (ISO 4217) is taken where the text names none. A currency is named before or
    after by its sign, code or word, in English or Hebrew; full-width digits and direction
    marks are read through.
    """
    match = _TYPED.fullmatch(plain(text).strip())
    if not match or (match["sign"] and match["inner"]):
        return None
    named = [_code(name) for name in (match["before"], match["after"]) if name]
    if None in named or len(set(named)) > 1:
        return None
    number = re.sub("[ ,]", "", match["number"])
    return _money(match["sign"] + match["inner"] + number, (named or [currency])[0] or currency)


def read_amount(words: Sequence[str], *, currency: str) -> tuple[Money, int] | None:
    """Read the amount at the start of words: the money and how many words it took, or None.

    A currency in a word of its own counts if it can't be taken for a note's first word: 'usd',
    'ALL' or the team's own do, 'all' does not. '1 290' is None: thousands, or 1 and a note?
    """
    if _SPLIT_THOUSANDS.match(plain(" ".join(words[:2]))):
        return None
    for count in (3, 2, 1):
        typed = [word.rstrip(",.;") for word in words[:count]]
        plainly = all(_stands_alone(word, currency=currency) for word in typed)
        if len(typed) == count and (count == 1 or plainly):
            money = read_money(" ".join(typed), currency=currency)
            if money:
                return money, count
    return None


def _stands_alone(word: str, *, currency: str) -> bool:
    text = plain(word)
    if any(char.isdecimal() for char in text) or text in {"+", "-"}:
        return True
    return text in _ISO or text.lower() in {*_CURRENCIES, currency.lower()}


def _code(name: str) -> str | None:
    code = _CURRENCIES.get(name.lower())
    return code or (name.upper() if name.upper() in _ISO else None)


def _money(number: str, currency: str) -> Money | None:
    if len(number) > len(str(_LARGEST)) + len("-.000"):
        return None
    minor = Decimal(number).scaleb(exponent(currency))
    if minor != minor.to_integral_value() or abs(minor) >= _LARGEST:
        return None
    return Money(int(minor), currency)
