"""Define units and their spellings: currencies, measures, durations, months and weekdays."""

from __future__ import annotations

from decimal import Decimal

from guarantee_summarizer.normalize.numbers import canonical

__all__ = [
    "CODES",
    "COINS",
    "DISTANCES",
    "MEASURES",
    "MONTHS",
    "MONTH_NAMES",
    "SIGNS",
    "SPANS",
    "WEEKDAYS",
    "WEEKDAY_NAMES",
    "coin_code",
    "duration",
    "month_number",
]

MONTH_NAMES = (
    "January February March April May June July August September October November December"
).split()
WEEKDAY_NAMES = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
MONTHS, WEEKDAYS = [m.lower() for m in MONTH_NAMES], [d.lower() for d in WEEKDAY_NAMES]

CODES = tuple(
    "USD EUR GBP UAH CHF PLN SEK NOK DKK CZK HUF RON BGN RUB JPY CNY KRW INR PKR ILS TRY SAR AED "
    "QAR KWD GEL KZT AUD CAD NZD BRL ZAR SGD HKD TWD".split()
)
"""ISO 4217 codes that are read before or after an amount, in capitals only."""
SIGNS = {
    "US$": "USD", "A$": "AUD", "AU$": "AUD", "C$": "CAD", "CA$": "CAD", "NZ$": "NZD",
    "HK$": "HKD", "S$": "SGD", "NT$": "TWD", "R$": "BRL", "$": "USD", "€": "EUR", "£": "GBP",
    "¥": "JPY", "₴": "UAH", "₽": "RUB", "₪": "ILS", "₹": "INR", "₩": "KRW", "₺": "TRY",
    "₾": "GEL", "₸": "KZT", "Rs": "INR", "Rs.": "INR", "zł": "PLN", "kr": "kroner", "kr.": "kroner",
}  # fmt: skip
"""Signs before an amount; kroner may be Danish or Norwegian."""
COINS = {
    "dollar": "USD", "euro": "EUR", "pound": "GBP", "sterling": "GBP", "yen": "JPY",
    "hryvnia": "UAH", "hryvnya": "UAH", "rouble": "RUB", "ruble": "RUB", "yuan": "CNY",
    "renminbi": "CNY", "zloty": "PLN", "zł": "PLN", "złoty": "PLN", "krona": "SEK",
    "kronor": "SEK", "kroner": "kroner", "krone": "kroner", "shekel": "ILS", "riyal": "SAR",
    "dirham": "AED", "lira": "TRY", "rupee": "INR", "forint": "HUF", "koruna": "CZK",
    "franc": "francs", "tenge": "KZT", "lari": "GEL",
    "$": "USD", "€": "EUR", "£": "GBP", "₴": "UAH", "₽": "RUB", "₪": "ILS",
}  # fmt: skip
"""Names of currencies after an amount; a name of several countries has no code."""
_OF_COUNTRIES = {
    "dollar": {"canadian": "CAD", "australian": "AUD", "new zealand": "NZD", "hong kong": "HKD",
               "singapore": "SGD", "taiwan": "TWD"},
    "franc": {"swiss": "CHF"},
    "kroner": {"norwegian": "NOK", "danish": "DKK"}, "krone": {"norwegian": "NOK", "danish": "DKK"},
    "rupee": {"pakistani": "PKR", "indian": "INR"}, "riyal": {"qatari": "QAR", "saudi": "SAR"},
    "pound": {"british": "GBP"}, "yuan": {"chinese": "CNY"}, "krona": {"swedish": "SEK"},
    "kronor": {"swedish": "SEK"}, "rouble": {"russian": "RUB"}, "ruble": {"russian": "RUB"},
    "yen": {"japanese": "JPY"}, "lira": {"turkish": "TRY"}, "zloty": {"polish": "PLN"},
    "hryvnia": {"ukrainian": "UAH"}, "koruna": {"czech": "CZK"}, "forint": {"hungarian": "HUF"},
    "shekel": {"israeli": "ILS"},
}  # fmt: skip
COUNTRIES = sorted({c for found in _OF_COUNTRIES.values() for c in found}, key=len, reverse=True)
"""Adjectives between an amount and its currency."""


def coin_code(coin: str, country: str) -> str | None:
    """Return the ISO 4217 code of a currency; None if the country has no currency of that name.

    A name that several countries use, such as "kroner", is returned as it is without a country.

    >>> coin_code("dollars", "Canadian"), coin_code("dollars", ""), coin_code("pounds", "Syrian")
    ('CAD', 'USD', None)
    """
    name = coin.lower() if coin.lower() in COINS else coin.lower().removesuffix("s")
    if not country:
        return COINS.get(name) or coin.upper()
    return _OF_COUNTRIES.get(name, {}).get(country.lower())


DISTANCES = {
    "kilomet": "km", "km": "km", "nautical mile": "nmi", "mile": "mi", "metre": "m", "meter": "m",
}  # fmt: skip
"""Beginnings of the names of distances."""
MEASURES = {
    "mm": "mm", "millimet": "mm", "cm": "cm", "centimet": "cm", "kg": "kg", "kilogram": "kg",
    "tonne": "t", "metric ton": "t", "ton": "ton", "lb": "lb", "feet": "ft", "ft": "ft", "foot": "ft",
    "square kilomet": "km2", "sq km": "km2", "km2": "km2", "km²": "km2", "square mile": "mi2",
    "hectare": "ha", "megawatt": "MW", "mw": "MW", "gigawatt": "GW", "gw": "GW", "kiloton": "kt",
    "barrel": "bbl", "kph": "km/h", "km/h": "km/h", "mph": "mph",
}  # fmt: skip
"""Beginnings of the names of other measures."""

SPANS = {
    "year": "Y", "yr": "Y", "month": "M", "week": "W", "fortnight": "W", "day": "D", "hour": "H",
    "hr": "H", "minute": "M", "min": "M", "decade": "Y", "century": "Y", "centurie": "Y",
}  # fmt: skip
"""Units of time, without their plural s, and their letter in ISO 8601."""
_LONGER = {"decade": 10, "century": 100, "centurie": 100, "fortnight": 2}
_SMALLER = {"Y": ("M", 12), "W": ("D", 7), "D": ("H", 24), "H": ("min", 60)}


def duration(number: Decimal, span: str) -> tuple[str, Decimal, str]:
    """Return a duration in ISO 8601, its number and the letter of its unit.

    A fraction is converted to the next smaller unit, if it is whole there.

    >>> duration(Decimal("1.5"), "year")
    ('P18M', Decimal('18.0'), 'M')
    """
    number, unit = number * _LONGER.get(span, 1), SPANS[span]
    time = "T" if span in ("hour", "hr", "minute", "min") else ""
    if number % 1 and not (time and unit == "M") and unit in _SMALLER:
        smaller, times = _SMALLER[unit]
        if not number * times % 1:
            number, unit = number * times, smaller[:1].upper()
            time = "T" if smaller in {"min", "H"} else ""
    return f"P{time}{canonical(number)}{unit}", number, unit


def month_number(name: str) -> int:
    """Return the number of a month: 1 for January or Jan."""
    return next(i for i, m in enumerate(MONTHS, 1) if m[:3] == name.lower()[:3])
