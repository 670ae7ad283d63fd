"""Dates and times in tables: as ISO 8601 writes them, or day/month/year as Vietnamese spreadsheets save them."""

from __future__ import annotations

import re
from datetime import date, datetime

from sim.textfiles import quoted

_CLOCK = r":(?P<minute>\d\d)(:(?P<second>\d\d))?"
_ISO = r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)([ T](?P<hour>\d\d)" + _CLOCK + ")?"
_DAY_FIRST = r"(?P<day>\d{1,2})/(?P<month>\d{1,2})/(?P<year>\d{4})( +(?P<hour>\d{1,2})" + _CLOCK + ")?"
_FORMS = [re.compile(form, re.ASCII) for form in (_ISO, _DAY_FIRST)]
_PARTS = ("year", "month", "day", "hour", "minute", "second")


def moment(cell: str) -> date | datetime:
    """A date (2019-01-31 or 31/01/2019) or, with a time after it (08:30, 08:30:59), an instant; else `ValueError`.

    The month never comes first: 01/31/2019 is refused, and 03/01/2019 is in January.
    """
    found = next(filter(None, (form.fullmatch(cell) for form in _FORMS)), None)
    if found is None:
        raise ValueError(
            f"{quoted(cell)} is not a date; write 2019-01-31 or 2019-01-31 08:30, or 31/01/2019 08:30"
        )
    parts = found.groupdict(default="0")
    try:
        year, month, day, hour, minute, second = (int(parts[name]) for name in _PARTS)
        instant = datetime(year, month, day, hour, minute, second)
    except ValueError as error:
        order = " (read as day/month/year)" if "/" in cell else ""
        raise ValueError(f"{quoted(cell)} is not a date{order}: {error}") from None
    return instant if found["hour"] else instant.date()
