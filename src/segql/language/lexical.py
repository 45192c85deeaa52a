"""Messages about single tokens: strings, numbers, instants, characters; and about limits."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from segql.language.diagnostics import Diagnostic, Fix, error, replace
from segql.language.source import Span
from segql.model.instants import read_instant, zone_named

_ESCAPE: Final = re.compile(r"\\(?:u\{([0-9A-Fa-f]{1,6})\}|(.))", re.DOTALL)
_PLAIN_ESCAPES: Final = {'"': '"', "\\": "\\", "n": "\n", "t": "\t"}
_LIKELY_END: Final = re.compile(r"(?<!\s)\s+(?:and|or|then|within|on|after|at)\b|[,)]")
_OTHER_QUOTE: Final = re.compile("[\u201c-\u201f]")
_LARGEST_WHOLE: Final = 2**53
_MOST_ESCAPES: Final = 100


def unescaped(body: str) -> str:
    """What the inside of a string stands for; an escape of no character stays as it is written."""
    if "\\" not in body:
        return body
    return _ESCAPE.sub(_meant, body)


def _meant(escape: re.Match[str]) -> str:
    if escape[1] is None:
        return _PLAIN_ESCAPES.get(escape[2], escape[2])
    code = int(escape[1], 16)
    return chr(code) if _is_character(code) else escape[0]


def _is_character(code: int) -> bool:
    return code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF


def text_mistakes(written: str, start: int) -> list[Diagnostic]:
    """Unknown escapes, escapes of no character, and half surrogate pairs, in a string token."""
    found = []
    quote = written[0]
    for match in _ESCAPE.finditer(written[1:-1]):
        span = Span(start + 1 + match.start(), start + 1 + match.end())
        if match[1]:
            if not _is_character(int(match[1], 16)):
                found.append(error("bad-escape", span, f"`{match[0]}` is no character"))
        elif match[2] not in _PLAIN_ESCAPES and match[2] != quote:
            doubled = Fix("write the backslash twice", span, f"\\\\{match[2]}")
            help = 'known ones are \\" \\\\ \\n \\t and \\u{1F600}'
            message = f"`{match[0]}` is no known escape"
            found.append(error("bad-escape", span, message, help=help, fix=doubled))
        if len(found) >= _MOST_ESCAPES:
            break
    if not written.isascii() and any("\ud800" <= char <= "\udfff" for char in written):
        span = Span(start, start + len(written))
        found.append(error("bad-character", span, "the text holds half of a surrogate pair"))
    return found


_SHORT_FORM: Final = re.compile(r"\b(is|did|does|has|have)n['’]t")


def unclosed_text(text: str, start: int, line_end: int) -> Diagnostic:
    """A string that its line does not end; the fix closes it where it probably should."""
    short = _SHORT_FORM.search(text, max(0, start - 6), start + 2)
    if short is not None and short.end() == start + 2:
        span = Span(short.start(), short.end())
        fix = replace(span, f"{short[1]} not", short[0])
        return error("short-form", span, f"`{short[0]}` is written `{short[1]} not`", fix=fix)
    other = _OTHER_QUOTE.search(text, start + 1, line_end)
    if other is not None and text[start] == '"':
        fix = Fix("close it", Span(other.start(), other.end()), '"')
        message = f'this string is closed by `{other[0]}`, not by `"`'
        return error("unclosed-text", Span(start, start + 1), message, fix=fix)
    likely = _LIKELY_END.search(text, start + 1, line_end)
    place = line_end if likely is None else likely.start()
    return error(
        "unclosed-text",
        Span(start, start + 1),
        "this string is never closed",
        help="strings end on the line they begin on; a line break inside is written `\\n`",
        fix=Fix("close it", Span(place, place), '"'),
    )


def number_mistakes(written: str, span: Span) -> list[Diagnostic]:
    """Whole numbers that a double cannot hold exactly, and numbers past all doubles."""
    value = written.replace("_", "")
    if "." in value:
        if float(value) in (float("inf"), float("-inf")):
            return [error("number-too-large", span, "the number is too large")]
        return []
    if len(value) > 400 or abs(int(value)) > _LARGEST_WHOLE:
        quoted = replace(span, f'"{value}"') if len(value) < 40 else None
        help = "whole numbers go up to 2^53; keep ids as strings"
        message = f"`{_short(written)}` is too large to be exact"
        return [error("number-too-large", span, message, help=help, fix=quoted)]
    return []


def too_many_digits(span: Span) -> Diagnostic:
    """A length that no calendar could hold."""
    return error("too-far", span, "this length leads out of the years 1 to 9999")


def near_date(written: str, span: Span) -> Diagnostic:
    """`2026-1-5`, which has a fix; `2026-01` and what is even less of a date."""
    message = f"`{_short(written)}` is no date"
    if re.fullmatch(r"\d{1,2}\.\d{1,2}\.\d{4}", written):
        parts = written.split(".")[::-1]
    else:
        parts = re.split("[-/]", written)
    if len(parts) != 3 or len(parts[0]) != 4 or not all(map(str.isdecimal, parts)):
        help = "dates are year-month-day, such as 2026-01-31"
        return error("no-date", span, message, help=help)
    year, month, day = parts
    meant = f"{year}-{month:0>2}-{day:0>2}"
    help = "dates are year-month-day, with two digits for month and day"
    return error("no-date", span, message, help=help, fix=replace(span, meant, written))


def instant_mistakes(written: str, span: Span) -> list[Diagnostic]:
    """Instants without an offset, or that name no time."""
    if re.search(r"(?:[Zz]|[+-]\d{2}:?\d{2})$", written) is None:
        return [
            error(
                "instant-without-offset",
                span,
                f"`{written}` does not say in which zone",
                help="end an instant with `Z` for UTC or with an offset such as `+02:00`",
                fix=replace(span, written.replace(" ", "T") + "Z", written),
            )
        ]
    if " " in written:
        fixed = replace(span, written.replace(" ", "T"), written)
        return [error("bad-instant", span, "an instant has a `T` before its time", fix=fixed)]
    if read_instant(written, zone_named("UTC")) is None:
        return [error("bad-instant", span, f"`{written}` is no point in time")]
    return []


NEAR_UNITS: Final = {
    "sec": "s", "secs": "s", "second": "s", "seconds": "s", "minute": "min", "minutes": "min",
    "mins": "min", "hr": "h", "hrs": "h", "hour": "h", "hours": "h", "day": "d", "days": "d",
    "wk": "w", "wks": "w", "week": "w", "weeks": "w", "month": "mo", "months": "mo", "mos": "mo",
    "yr": "y", "yrs": "y", "year": "y", "years": "y",
    **{unit: unit for unit in ("s", "min", "h", "d", "w", "mo", "y")},
}  # fmt: skip
_LENGTH: Final = re.compile(r"(\d+(?:_\d+)*)([^\W\d]+)")


def length_meant(written: str) -> str | None:
    """The short form of `30days` or `5mins`; None for what is no length, or may be two."""
    match = _LENGTH.fullmatch(written)
    if match is None:
        return None
    unit = NEAR_UNITS.get(match[2].lower())
    return None if unit is None else f"{match[1]}{unit}"


def unquoted_name(written: str, span: Span) -> Diagnostic:
    """A part of a name that begins with a digit."""
    message = f"`{_short(written)}` is no bare name"
    help = "names that do not begin with a letter are quoted"
    return error(
        "unquoted-name", span, message, help=help, fix=replace(span, f'"{written}"', written)
    )


def _number_fault(written: str, span: Span) -> Diagnostic:
    """What looks like a number and is none; the fix is the number it was meant to be, if clear."""
    plain = re.sub(r"_+", "", written).removesuffix(".")
    plain = f"0{plain}" if plain.startswith(".") else plain
    fix = help = None
    if re.fullmatch(r"-?\d+(?:\.\d+)?[eE][-+]?\d{1,2}", plain):
        fix = replace(span, f"{Decimal(plain):f}", written)
        help = "numbers are written without an exponent"
    elif re.fullmatch(r"-?\d+(?:\.\d+)?", plain):
        fix = replace(span, plain, written)
    elif re.fullmatch(r"-?\d+(?:\.\d+)?[a-z]+", plain):
        help = "lengths are whole numbers from 1, such as 36h"
    return error("bad-number", span, f"`{_short(written)}` is no number", help=help, fix=fix)


def glued_mistakes(written: str, span: Span) -> list[Diagnostic]:
    """A number with letters behind it, which is neither a length nor nearly one."""
    if length_meant(written) is not None:
        return []
    match = _LENGTH.fullmatch(written)
    if match is None:
        return [_number_fault(written, span)]
    amount, unit = match.groups()
    if unit in "mM":
        return [
            error(
                "expected-duration",
                span,
                f"`{written}` may mean minutes or months",
                help=f"write {amount}min (minutes) or {amount}mo (months)",
            )
        ]
    if unit in "xX":
        fix = replace(span, f"{amount} {'time' if amount == '1' else 'times'}", written)
        return [error("expected-times", span, f"`{written}` is no count", fix=fix)]
    return [
        error(
            "expected-duration",
            span,
            f"`{_short(unit)}` is no unit of time",
            help="units are s, min, h, d, w, mo (months) and y",
        )
    ]


_NO_ARITHMETIC: Final = "there is no arithmetic: keep the result as a trait, and compare with that"
_HELPS: Final = {
    "-": 'names with other characters are quoted, as in `trait."my-plan"`',
    "@": "text is written in quotes",
    **dict.fromkeys("+*/", _NO_ARITHMETIC),
}


def strange_character(written: str, span: Span) -> Diagnostic:
    """A character that no rule has outside strings."""
    if written in "[]{}":
        other = {"[": "(", "{": "(", "]": ")", "}": ")"}[written]
        message = f"lists and groups are written in round parentheses, not with `{written}`"
        return error("bad-character", span, message, fix=replace(span, other, written))
    if written == ";":
        message = "a rule does not end with `;`"
        return error("bad-character", span, message, fix=Fix("leave it out", span, ""))
    if written in _HELPS:
        message = f"`{written}` means nothing here"
        return error("bad-character", span, message, help=_HELPS[written])
    if written in "&|":
        word = "and" if written == "&" else "or"
        return error("bad-character", span, f"`{written}` means nothing here",
                     fix=replace(span, word, written))  # fmt: skip
    shown = written if written.isprintable() else f"U+{ord(written):04X}"
    return error("bad-character", span, f"`{shown}` means nothing here")


def too_long(size: int, limit: int, span: Span) -> Diagnostic:
    """A text past the limit of bytes."""
    message = f"the text has {size:,} bytes, at most {limit:,} are read"
    return error("too-long", span, message, help="move long lists into segments of their own")


def too_deep(limit: int, span: Span) -> Diagnostic:
    """More parentheses, groups and `not` inside one another than are read."""
    message = f"this is nested more than {limit} levels deep"
    return error("too-deep", span, message, help="name parts of the rule as segments")


def too_many_conditions(limit: int, span: Span) -> Diagnostic:
    """More conditions than one rule may have."""
    message = f"the rule has more than {limit} conditions"
    return error("too-many-conditions", span, message, help="name parts of it as segments")


def too_many_words(limit: int, span: Span) -> Diagnostic:
    """More words, values and signs than a rule may have."""
    message = f"the rule has more than {limit:,} words, values and signs"
    return error("too-long", span, message, help="move parts of it into segments of their own")


def too_many_parts(limit: int, span: Span) -> Diagnostic:
    """More parts of names than a rule may have."""
    message = f"the names of the rule have more than {limit:,} parts"
    return error("too-long", span, message, help="move parts of it into segments of their own")


def too_many_filters(limit: int, span: Span) -> Diagnostic:
    """More tests of `where` and steps of sequences than a rule may have."""
    message = f"the rule has more than {limit:,} tests of `where` and steps of sequences"
    return error("too-many-conditions", span, message, help="name parts of it as segments")


def too_many_items(limit: int, span: Span) -> Diagnostic:
    """A list that is too long."""
    message = f"the list has more than {limit:,} items"
    return error("too-many-items", span, message, help="use a trait, or a list of profiles")


def _short(written: str) -> str:
    return written if len(written) <= 40 else f"{written[:37]}…"
