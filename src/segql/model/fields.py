"""The fields kept by the system and what each is (§4)."""

from __future__ import annotations

from typing import Final

TEXT_FIELDS: Final = ("id", "email", "account")
"""Strings; missing where there is none. They never read as dates."""

COUNT_FIELDS: Final = ("events", "surveys_seen", "surveys_completed", "surveys_dismissed")
"""Numbers; 0 before the first."""

TIME_FIELDS: Final = (
    "first_seen",
    "last_seen",
    "last_event",
    "last_survey_seen",
    "last_survey_completed",
    "last_survey_dismissed",
    "last_survey",
)
"""Instants; missing until the first. They are dates only: equal to no number and no text."""

FIELDS: Final = (*TEXT_FIELDS, *COUNT_FIELDS, *TIME_FIELDS)
"""Every field."""

EVENT_FIELDS: Final = frozenset({"events", "last_event", "first_seen", "last_seen"})
"""Fields that follow from events."""

SURVEY_FIELDS: Final = frozenset(
    {
        "surveys_seen",
        "surveys_completed",
        "surveys_dismissed",
        "last_survey_seen",
        "last_survey_completed",
        "last_survey_dismissed",
        "last_survey",
        "first_seen",
        "last_seen",
    }
)
"""Fields that follow from survey actions."""
