"""Make up the users of a SaaS product: profiles, events and survey responses, ready to import.

    python examples/saas/generate.py --out saas-data --users 10000

Writes `profiles.jsonl`, `events.jsonl` and `responses.jsonl`. The same arguments give the same
bytes on every machine: only `random()` of a seeded generator is used, with integers and the four
operations, and no logarithm or distribution whose last digit is the machine's. A user depends on
those before and on none after, so a smaller run is the beginning of a larger one. People are
written as they are made up; memory does not grow with their number.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import NamedTuple, TypeAlias, TypeVar

T = TypeVar("T")

MINUTE, HOUR, DAY = 60, 3600, 86400
CLOCK = tuple(f"T{s // HOUR:02}:{s // MINUTE % 60:02}:{s % 60:02}Z" for s in range(DAY))
EPOCH = date(1970, 1, 1)


class Persona(NamedTuple):
    """How a kind of person behaves; pairs are least and most, `seen` is days ago."""

    name: str
    signed_up: tuple[int, int]
    seen: tuple[int, int]
    sessions: tuple[int, int]
    scores: tuple[int, ...]


POWER = Persona("power", (120, 900), (120, 0), (12, 20), (7, 8, 9, 9, 10, 10))
ACTIVE = Persona("active", (60, 900), (120, 0), (4, 9), (5, 6, 7, 7, 8, 8, 9, 9, 10))
FADING = Persona("fading", (120, 700), (150, 32), (3, 8), (2, 4, 5, 6, 6, 7, 7, 8))
CHURNED = Persona("churned", (230, 900), (400, 100), (2, 7), (0, 1, 3, 5, 6, 6, 7))
NEW = Persona("new", (1, 30), (30, 0), (3, 7), (6, 7, 8, 8, 9, 10))
TRIAL = Persona("trial", (0, 13), (14, 0), (1, 5), (5, 7, 8, 9))
PERSONAS = (
    *(*[POWER] * 8, *[ACTIVE] * 36, *[FADING] * 17),
    *(*[CHURNED] * 19, *[NEW] * 9, *[TRIAL] * 11),
)

PLANS = (*["free"] * 7, *["starter"] * 6, *["pro"] * 5, *["enterprise"] * 2)
PRICES = {"starter": 9, "pro": 29, "enterprise": 59}
INDUSTRIES = ("software", "retail", "finance", "health", "education", "media", "manufacturing")
COUNTRIES = (
    *(*["US"] * 9, *["GB"] * 4, *["DE"] * 4, *["FR"] * 3, *["CH"] * 2),
    *("AT", "ES", "IT", "NL", "SE", "BR", "IN", "JP"),
)
TEAMS = (1, 2, 3, 3, 4, 6, 9, 15, 40)
FIRST_NAMES = (
    *("Ada", "Ben", "Chloé", "Dario", "Elif", "Finn", "Grace", "Hugo", "Ines", "Jonas", "Kei"),
    *("Lena", "Marco", "Noor", "Olga", "Priya", "Quinn", "Rosa", "Sven", "Tariq", "Uma", "Zoë"),
)
LAST_NAMES = (
    *("Adler", "Brown", "Costa", "Dubois", "Evans", "Fischer", "García", "Huber", "Ito", "Jansen"),
    *("Keller", "López", "Müller", "Novak", "Okafor", "Patel", "Rossi", "Singh", "Weber", "Young"),
)
COMPANIES = ("Acorn", "Birch", "Cobalt", "Delta", "Ember", "Fjord", "Granite", "Harbour", "Ivory")
TRADES = ("Analytics", "Foods", "Health", "Labs", "Logistics", "Media", "Motors", "Works")
UNACCENTED = str.maketrans("áéíóüë", "aeioue")
TITLES = (
    *("Data Analyst", "Head of Data", "head of marketing", "Marketing Manager", "CTO", "Founder"),
    *("Product Manager", "Head of Operations", "Developer", "Sales Manager", "Student"),
    *("Accountant", "Assistant", "Consultant", "Data Engineer", "Designer", "Support Agent"),
)
MAILBOXES = ("info", "office", "sales")
TAGS = ("beta", "newsletter", "partner", "vip", "webinar")
SALES_REPS = ("Mia Brandt", "Tom Okoye", "Lucía Vega")


class Account(NamedTuple):
    """A company with its plan; `columns` are its columns in every line of its people."""

    company: str
    domain: str
    country: str
    plan: str
    seats: int
    size: int
    columns: dict[str, object]


@dataclass(frozen=True, slots=True)
class Person:
    """One user; instants are whole seconds since 1970."""

    id: str
    account: Account | None
    persona: Persona
    plan: str
    country: str
    signed_up: int
    trial_ends: int | None
    first_active: int
    last_active: int


class World:
    """The dice, and the instant at which the story ends. Nothing later than `now` has happened."""

    def __init__(self, seed: int, now: datetime) -> None:
        """Start over: two worlds with the same seed and end throw the same."""
        self.random = Random(f"saas {seed}").random
        self.now = int(now.timestamp())
        self._first_day = self.now // DAY - 1500
        days = range(self._first_day, self.now // DAY + 1000)
        self._dates = tuple((EPOCH + timedelta(day)).isoformat() for day in days)

    def pick(self, options: Sequence[T]) -> T:
        """Give one of `options`, each as likely as the others."""
        return options[int(self.random() * len(options))]

    def between(self, low: int, high: int) -> int:
        """Give a whole number from `low` to `high`, both included."""
        return low + int(self.random() * (high - low + 1))

    def chance(self, share: float) -> bool:
        """Tell whether something happens that does in `share` of all cases."""
        return self.random() < share

    def date(self, instant: int) -> str:
        """Write the UTC day of `instant`."""
        return self._dates[instant // DAY - self._first_day]

    def time(self, instant: int) -> str:
        """Write `instant` as ISO 8601."""
        return self._dates[instant // DAY - self._first_day] + CLOCK[instant % DAY]


def accounts(world: World) -> Iterator[Account | None]:
    """Give the account of each person, without end: a team's people follow one another.

    One person in eight or so belongs to none.
    """
    number = 0
    while True:
        if world.chance(0.3):
            yield None
            continue
        number += 1
        team = world.pick(TEAMS)
        plan = world.pick(PLANS[7:] if team > 6 else PLANS)
        company = f"{world.pick(COMPANIES)} {world.pick(TRADES)}"
        country = world.pick(COUNTRIES)
        domain = f"{company.lower().replace(' ', '-')}-{number}.example"
        seats = team + world.between(0, team)
        columns: dict[str, object] = {
            "account": f"acc-{number:06}",
            "account.name": company,
            "account.plan": plan,
            "account.industry": world.pick(INDUSTRIES),
            # Some came out of a spreadsheet, where a number is text.
            "account.seats": str(seats) if world.chance(0.04) else seats,
        }
        if plan != "free":
            columns["account.renews_at"] = world.date(world.now + world.between(-20, 345) * DAY)
        size = seats * world.between(1, 12)
        account = Account(company, domain, country, plan, seats, size, columns)
        for _ in range(team):
            yield account


def person(world: World, number: int, account: Account | None) -> Person:
    """Make up who somebody is and when they use the product."""
    persona = world.pick(PERSONAS)
    low, high = persona.signed_up
    signed_up = world.now - low * DAY - int(world.random() * (high - low + 1) * DAY)
    trial_ends = None
    if persona is TRIAL or world.chance(0.6):
        trial_ends = signed_up + (30 if world.chance(0.1) else 14) * DAY
    plan = account.plan if account else world.pick(PLANS[:13])
    first, last = persona.seen
    return Person(
        id=f"{number:07}",
        account=account,
        persona=persona,
        plan="trial" if persona is TRIAL else plan,
        country=account.country if account and world.chance(0.9) else world.pick(COUNTRIES),
        signed_up=signed_up,
        trial_ends=trial_ends,
        first_active=max(signed_up, world.now - first * DAY),
        last_active=world.now - last * DAY - (int(world.random() * 40 * DAY) if last else 0),
    )


def profile(world: World, who: Person) -> str:
    """Write the profile's line: what the product knows, with the gaps that real data has."""
    first, last, account = world.pick(FIRST_NAMES), world.pick(LAST_NAMES), who.account
    mailbox = (
        world.pick(MAILBOXES)
        if world.chance(0.06)
        else f"{first}.{last}".lower().translate(UNACCENTED)
    )
    traits: dict[str, object] = {
        "name": f"{first} {last}",
        "plan": who.plan,
        "title": world.pick(TITLES),
        "signed_up_at": world.time(who.signed_up),
        "projects": None if who.persona is TRIAL else world.between(0, 30),
    }
    if not world.chance(0.05):
        traits["country"] = who.country
    if account:
        traits["company"] = {"name": account.company, "size": account.size}
    if who.trial_ends is not None:
        traits["trial_ends_at"] = world.date(who.trial_ends)
    if who.plan in PRICES:
        # Seconds since 1970, as the payment provider sends them.
        traits["card_expires_at"] = world.now + world.between(-40, 700) * DAY
    if not world.chance(0.2):
        traits["tags"] = [tag for tag in TAGS if world.chance(0.22)]
    if not world.chance(0.3):
        traits["newsletter"] = world.pick((True, True, False, None))
    if not world.chance(0.4):
        traits["phone"] = "" if world.chance(0.25) else f"+1 555 01{world.between(10, 99)}"
    if who.plan == "enterprise" and world.chance(0.8):
        traits["Sales rep"] = world.pick(SALES_REPS)
    line: dict[str, object] = {"id": who.id}
    if not world.chance(0.03):
        domain = account.domain if account else "mail.example"
        line["email"] = f"{mailbox}@{domain.upper() if world.chance(0.05) else domain}"
    if account:
        line.update(account.columns)
    line["traits"] = traits
    return json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n"


# Events. Each function gives the properties of one event, as JSON text.

LOGINS = tuple(f'{{"device":"{device}"}}' for device in ("web", "web", "web", "ios", "android"))
REPORTS = ("Revenue", "Funnel", "Retention", "Churn", "Acquisition", "Cohorts")
FORMATS = ("csv", "csv", "csv", "xlsx", "pdf", "json")
SOURCES = ("Salesforce", "salesforce", "HubSpot", "csv", "csv")
INVITES = tuple(f'{{"role":"{role}"}}' for role in ("admin", "member", "member", "viewer"))
SEVERITIES = ("low", "low", "normal", "normal", "normal", "high", "urgent")
SUBJECTS = ("export fails", "cannot log in", "invoice question", "slow report", "import fails")
INTEGRATIONS = tuple(f'{{"name":"{name}"}}' for name in ("Slack", "Teams", "Zapier", "Webhook"))
CURRENCIES = {"US": "USD", "GB": "GBP", "CH": "CHF"}
ITEMS = ('["seats"]', '["seats"]', '["seats","storage"]', '["storage"]', '["training"]', "[]")
COUPONS = (*["null"] * 5, '""', '"SPRING26"', '"welcome10"', '"PARTNER15"')


def login(world: World, who: Person) -> str:
    """Tell the device."""
    return world.pick(LOGINS)


def report_viewed(world: World, who: Person) -> str:
    """Tell which report, and for how long."""
    return f'{{"report":"{world.pick(REPORTS)}","seconds":{world.between(2, 600)}}}'


def export(world: World, who: Person) -> str:
    """Tell format and size; few exports are large, and a third run by schedule."""
    share = world.random()
    rows = 10 + int(share * share * share * share * 90_000)
    scheduled = ',"scheduled":true' if world.chance(0.3) else ""
    return f'{{"format":"{world.pick(FORMATS)}","rows":{rows}{scheduled}}}'


def imported(world: World, who: Person) -> str:
    """Tell where from; the name's case depends on which release wrote it."""
    failed = "true" if world.chance(0.15) else "false"
    return f'{{"source":"{world.pick(SOURCES)}","rows":{world.between(1, 5000)},"failed":{failed}}}'


def invite(world: World, who: Person) -> str:
    """Tell the role offered."""
    return world.pick(INVITES)


def support_ticket(world: World, who: Person) -> str:
    """Tell how bad, and about what."""
    return f'{{"severity":"{world.pick(SEVERITIES)}","subject":"{world.pick(SUBJECTS)}"}}'


def integration_connected(world: World, who: Person) -> str:
    """Tell with what."""
    return world.pick(INTEGRATIONS)


def purchase(world: World, who: Person) -> str:
    """Tell the amount (text where an old checkout wrote it), currency, items and any coupon."""
    seats = who.account.seats if who.account else 1
    amount = f"{PRICES[who.plan] * world.between(1, seats)}.{world.pick(('00', '50'))}"
    if world.chance(0.02):
        amount = f'"{amount}"'
    currency = CURRENCIES.get(who.country, "EUR")
    return (
        f'{{"amount":{amount},"currency":"{currency}","items":{world.pick(ITEMS)},'
        f'"coupon":{world.pick(COUPONS)}}}'
    )


Action = Callable[[World, Person], str]
ACTIONS: tuple[tuple[str, Action], ...] = (
    *[("report_viewed", report_viewed)] * 9,
    *[("export", export)] * 6,
    *[("import", imported)] * 3,
    *[("invite", invite)] * 2,
    *[("support_ticket", support_ticket)] * 2,
    *[("integration_connected", integration_connected)] * 1,
)
PAID_ACTIONS = (*ACTIONS, *[("purchase", purchase)] * 3)


SIGNUPS = tuple(
    f'{{"source":"{source}","utm":{{"medium":"{medium}"}}}}'
    for source, medium in (("google", "cpc"), ("google", "organic"), ("newsletter", "email"))
)
REASONS = tuple(
    f'{{"reason":"{reason}"}}' for reason in ("too expensive", "missing feature", "other")
)


def first_days(world: World, who: Person) -> Iterator[tuple[int, str, str]]:
    """Give what follows signing up: a trial, a first invitation, a first payment."""
    at = who.signed_up
    yield at, "signup", world.pick(SIGNUPS)
    if who.trial_ends is not None:
        yield at + world.between(5, 240), "trial_started", '{"plan":"pro"}'
    if world.chance(0.35):
        at += world.between(10 * MINUTE, 4 * DAY)
        yield at, "invite", invite(world, who)
    if who.plan in PRICES and world.chance(0.8):
        yield at + world.between(HOUR, 24 * DAY), "purchase", purchase(world, who)
    if who.persona is CHURNED and who.plan in PRICES:
        yield who.last_active, "subscription_cancelled", world.pick(REASONS)


def session_start(world: World, who: Person) -> int:
    """Give when a session begins: mostly in office hours, on weekdays, while active."""
    at = who.first_active + int(world.random() * (who.last_active - who.first_active))
    day = at // DAY
    if (day + 3) % 7 > 4 and world.chance(0.7):  # 1970 began on a Thursday
        day -= 2
    at = day * DAY + 7 * HOUR + int((world.random() + world.random()) * 6 * HOUR)
    if at > who.last_active:
        at -= DAY
    return max(at, who.signed_up + world.between(MINUTE, HOUR))


def sessions(world: World, who: Person) -> Iterator[tuple[int, str, str]]:
    """Give a log-in and up to three actions for each session, session by session."""
    actions = PAID_ACTIONS if who.plan in PRICES else ACTIONS
    for at in sorted(
        session_start(world, who) for _ in range(world.between(*who.persona.sessions))
    ):
        yield at, "login", login(world, who)
        for _ in range(int(world.random() * 4)):
            at += world.between(20, 15 * MINUTE)
            name, action = world.pick(actions)
            yield at, name, action(world, who)


# Surveys. An answer sheet is JSON text.


PRAISE = ("null", '"Love the exports"', '"Great product, fast support"', '""')
COMPLAINTS = ("null", '"Too slow on Mondays"', '"exports time out"', '"Price is too high"')
AGENTS = ("Noa", "Sam", "Yuki")
GOALS = ('["reporting"]', '["reporting","forecasting"]', '["alerts"]', '["forecasting"]', "[]")
OUTCOMES = (*["completed"] * 5, *["dismissed"] * 3, "partial", "")

Asked: TypeAlias = tuple[int, str, Callable[[World, Person, bool], str]]


def nps(world: World, who: Person, whole: bool) -> str:
    """Answer the NPS; what is not `whole` stops after the score."""
    score = world.pick(who.persona.scores)
    if not whole:
        return f'{{"score":{score}}}'
    comment = world.pick(PRAISE if score > 7 else COMPLAINTS)
    return f'{{"score":{score},"comment":{comment}}}'


def csat(world: World, who: Person, whole: bool) -> str:
    """Answer how the support was, from 1 to 5."""
    agent = f',"agent":"{world.pick(AGENTS)}"' if whole else ""
    return f'{{"rating":{world.pick((1, 2, 3, 4, 4, 5, 5, 5))}{agent}}}'


def onboarding(world: World, who: Person, whole: bool) -> str:
    """Answer what the product is for, and whether a call is welcome."""
    call = f',"call":{world.pick(("true", "false", "false"))}' if whole else ""
    return f'{{"goals":{world.pick(GOALS)}{call}}}'


def asked(world: World, who: Person, events: Sequence[tuple[int, str, str]]) -> Iterator[Asked]:
    """Give which survey somebody was shown when: on the way in, after tickets, now and then."""
    if world.chance(0.5):
        yield who.signed_up + world.between(HOUR, 2 * DAY), "onboarding", onboarding
    for at, name, _ in events:
        if name == "support_ticket" and world.chance(0.5):
            yield at + world.between(DAY, 3 * DAY), "csat", csat
    if who.persona is not TRIAL:
        for _ in range(world.pick((0, 0, 1, 1, 2))):
            yield world.pick(events)[0] + world.between(MINUTE, HOUR), "nps", nps


def responses(world: World, who: Person, shown: Iterator[Asked]) -> Iterator[str]:
    """Write a line for each survey seen, and one for what came of it, if anything did."""
    for at, survey, answer in shown:
        done = at + world.between(5, 3 * MINUTE)
        if done > world.now:
            continue
        line = f'{{"profile":"{who.id}","survey":"{survey}","time":"{world.time(at)}","action":'
        yield line + '"seen"}\n'
        outcome = world.pick(OUTCOMES)
        answers = ""
        if outcome in ("completed", "partial"):
            answers = f',"answers":{answer(world, who, outcome == "completed")}'
        if outcome:
            line = line.replace(world.time(at), world.time(done))
            yield f'{line}"{outcome}"{answers}}}\n'


def write(out: Path, world: World, users: int) -> None:
    """Write the three files for `users` people into the folder `out`, made where it is missing."""
    out.mkdir(parents=True, exist_ok=True)
    with (
        (out / "profiles.jsonl").open("w", 1 << 20, "utf-8", newline="") as profiles,
        (out / "events.jsonl").open("w", 1 << 20, "utf-8", newline="") as events,
        (out / "responses.jsonl").open("w", 1 << 20, "utf-8", newline="") as answers,
    ):
        for number, account in zip(range(1, users + 1), accounts(world), strict=False):
            who = person(world, number, account)
            profiles.write(profile(world, who))
            done = [*first_days(world, who), *sessions(world, who)]
            events.writelines(
                f'{{"profile":"{who.id}","event":"{name}","time":"{world.time(at)}",'
                f'"properties":{properties}}}\n'
                for at, name, properties in done
                if at <= world.now
            )
            answers.writelines(responses(world, who, asked(world, who, done)))


def instant(text: str) -> datetime:
    """Read ISO 8601; without an offset it is UTC, never the machine's zone."""
    read = datetime.fromisoformat(text)
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def main() -> None:
    """Read the arguments and write the files."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    parser.add_argument("--users", type=int, default=10_000, help="how many people (10000)")
    parser.add_argument("--seed", type=int, default=1, help="another seed, another world (1)")
    parser.add_argument(
        "--now",
        type=instant,
        default=datetime(2026, 3, 1, 12, tzinfo=UTC),
        help="the instant at which the story ends (2026-03-01T12:00:00Z)",
    )
    chosen = parser.parse_args()
    write(chosen.out, World(chosen.seed, chosen.now), chosen.users)


if __name__ == "__main__":
    main()
