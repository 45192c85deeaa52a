"""The made-up product: its traits and events, how they are drawn, how columns are read."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from attrs import field, frozen

NO_WORD = 255
NO_DATE = np.iinfo(np.int64).min
NO_LIST = 0x8000


@frozen
class Column:
    """How one trait or property is drawn, and how its column is to be read.

    kind    column
    text    uint8, a place in `words`; `NO_WORD` is missing
    flag    uint8, 0 or 1; `NO_WORD` is missing
    number  float64; NaN is missing
    date    int64, ms since 1970; `NO_DATE` is missing; whole days when `whole_days`
    list    uint16, a bit per place in `words`; `NO_LIST` is missing, 0 the empty list
    """

    kind: str
    words: tuple[str, ...] = ()
    odds: tuple[float, ...] = ()
    missing: float = 0.0
    low: float = 0.0
    high: float = 0.0
    decimals: int = 0
    whole_days: bool = False


@frozen
class Event:
    """An event name: its share of all events, of profiles that ever do it, and its properties."""

    share: float
    reach: float
    properties: Mapping[str, Column] = field(factory=dict)


def words(text: str, *odds: float, missing: float = 0.0) -> Column:
    """Give a text column over blank-separated `text`, drawn with `odds` (any scale)."""
    return Column("text", tuple(text.split()), odds, missing)


def number(low: float, high: float, *, decimals: int = 0, missing: float = 0.0) -> Column:
    """Give a number column between `low` and `high`; small values are far more frequent."""
    return Column("number", low=low, high=high, decimals=decimals, missing=missing)


TAGS = (
    "vip",
    "beta",
    "partner",
    "churned",
    "lead",
    "press",
    "student",
    "reseller",
    "advocate",
    "internal",
)

TRAITS: Mapping[str, Column] = {
    "plan": words("free starter pro enterprise", 45, 24, 26, 5, missing=0.03),
    "country": words(
        "US DE GB FR CA IN BR CH NL ES IT AU JP SE PL AT",
        *(30, 12, 10, 8, 6, 6, 5, 4, 4, 3, 3, 3, 2, 2, 1, 1),
        missing=0.04,
    ),
    "language": words("en de fr es pt it ja", 60, 14, 9, 6, 5, 4, 2, missing=0.10),
    "role": words("owner admin member viewer", 15, 10, 60, 15, missing=0.20),
    "seats": number(1, 500, missing=0.20),
    "score": number(0, 100, decimals=1, missing=0.30),
    "mrr": number(0, 5000, decimals=2, missing=0.50),
    "company.size": number(1, 20_000, missing=0.40),
    "company.industry": words(
        "software retail finance health education media", 35, 20, 15, 12, 10, 8, missing=0.45
    ),
    "tags": Column(
        "list",
        TAGS,
        (0.04, 0.12, 0.03, 0.10, 0.20, 0.01, 0.08, 0.02, 0.05, 0.005),
        missing=0.40,
    ),
    "marketing": Column("flag", odds=(0.6, 0.4), missing=0.10),
    "signed_up_at": Column("date"),
    "trial_ends_at": Column("date", whole_days=True),
    "renews_at": Column("date", whole_days=True),
}

DOMAINS = words(
    "gmail.com outlook.com acme.com example.org segql.dev", 55, 20, 12, 10, 3, missing=0.08
)
PLANS = words("starter pro enterprise", 55, 38, 7)

EVENTS: Mapping[str, Event] = {
    "page_view": Event(
        0.3000,
        0.95,
        {
            "path": words(
                "/ /pricing /docs /docs/api /docs/start /blog "
                "/login /changelog /about /jobs /status /contact",
                *(30, 9, 12, 8, 7, 11, 10, 4, 3, 2, 2, 2),
            ),
            "referrer": words(
                "google direct newsletter twitter partner", 40, 30, 15, 10, 5, missing=0.4
            ),
            "duration": number(1, 900),
        },
    ),
    "login": Event(0.1600, 0.90, {"method": words("password google sso", 60, 28, 12)}),
    "feature_used": Event(
        0.1000,
        0.70,
        {
            "feature": words(
                "dashboard import sync alerts board api comments forecast",
                *(30, 15, 12, 12, 11, 9, 8, 3),
            ),
            "latency": number(5, 10_000),
        },
    ),
    "export": Event(
        0.0950,
        0.55,
        {
            "format": words("csv xlsx pdf json", 50, 28, 15, 7, missing=0.02),
            "rows": number(1, 1_000_000),
        },
    ),
    "search": Event(0.0700, 0.60, {"results": number(0, 500)}),
    "purchase": Event(
        0.0550,
        0.40,
        {
            "amount": number(1, 900, decimals=2, missing=0.01),
            "currency": words("USD EUR GBP CHF", 55, 28, 12, 5),
            "coupon": words("SPRING10 WELCOME FRIEND20", 5, 3, 2, missing=0.85),
        },
    ),
    "file_uploaded": Event(
        0.0450,
        0.45,
        {
            "size": number(0, 1_000, decimals=1),
            "kind": words("document image video archive", 55, 28, 10, 7),
        },
    ),
    "signup": Event(
        0.0425, 0.85, {"source": words("ads search friend event", 40, 35, 18, 7, missing=0.1)}
    ),
    "report_created": Event(
        0.0350, 0.35, {"kind": words("funnel cohort table chart", 25, 10, 35, 30)}
    ),
    "share": Event(0.0275, 0.30, {"channel": words("link email slack", 50, 32, 18, missing=0.03)}),
    "invite": Event(0.0200, 0.30, {"role": words("admin member viewer", 15, 60, 25)}),
    "ticket_opened": Event(
        0.0150, 0.25, {"priority": words("low normal high urgent", 30, 50, 15, 5)}
    ),
    "trial_started": Event(0.0150, 0.25, {"plan": PLANS}),
    "upgrade": Event(0.0075, 0.12, {"plan": PLANS, "seats": number(1, 200)}),
    "integration_connected": Event(
        0.0075, 0.15, {"vendor": words("slack salesforce hubspot zapier", 45, 20, 18, 17)}
    ),
    "cancel": Event(
        0.0025, 0.05, {"reason": words("price missing_feature other", 45, 30, 25, missing=0.3)}
    ),
    "downgrade": Event(0.0015, 0.03, {"plan": PLANS}),
    "refund": Event(0.0010, 0.02, {"amount": number(1, 900, decimals=2)}),
}
