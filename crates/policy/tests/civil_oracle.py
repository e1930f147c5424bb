#!/usr/bin/env python3
"""Prints retention vectors by an independent reading of the Civil Code, arts. 138-143 (standard library only).

    python3 crates/policy/tests/civil_oracle.py > crates/policy/tests/civil_vectors.tsv
    python3 crates/policy/tests/civil_oracle.py 3000 7     (3000 random ones of seed 7 instead)

It shares no code and no method with the Rust: days are walked one by one, and the "corresponding day" of art. 143 is looked for
on the calendar of the last month. Columns, tab separated: name, start in Japan, unit, count, last kept day, first instant after it in UTC.
"""

import calendar
import datetime as dt
import random
import sys

JST = dt.timezone(dt.timedelta(hours=9))
ONE_DAY = dt.timedelta(days=1)


def first_counted(start):
    """Art. 140: the first day is not counted, unless the period begins at 00:00 of it."""
    begins_with_the_day = (start.hour, start.minute, start.second, start.microsecond) == (0, 0, 0, 0)
    return start.date() if begins_with_the_day else start.date() + ONE_DAY


def last_day(start, unit, count):
    day = first_counted(start)
    if unit in ("days", "weeks"):
        for _ in range(count * (7 if unit == "weeks" else 1) - 1):
            day += ONE_DAY
        return day
    months = count * (12 if unit == "years" else 1)
    if day.day == 1:  # begins with the month: whole months, ends with the last day of the last one
        year, month = day.year, day.month
        for _ in range(months - 1):
            year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        return dt.date(year, month, calendar.monthrange(year, month)[1])
    year, month = day.year, day.month
    for _ in range(months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    days_of_last_month = [d for d in calendar.Calendar().itermonthdates(year, month) if d.month == month]
    corresponding = [d for d in days_of_last_month if d.day == day.day]
    # Art. 143(2): the day before the corresponding one, or the last of the month when there is none.
    return corresponding[0] - ONE_DAY if corresponding else days_of_last_month[-1]


def row(name, start, unit, count):
    last = last_day(start, unit, count)
    after = dt.datetime.combine(last + ONE_DAY, dt.time(0, 0), JST).astimezone(dt.timezone.utc)
    return "\t".join(
        [name, start.isoformat(), unit, str(count), last.isoformat(), after.strftime("%Y-%m-%dT%H:%M:%SZ")]
    )


def at(text):
    return dt.datetime.fromisoformat(text).replace(tzinfo=JST)


NAMED = [
    ("31 days at the end of January", "2026-01-31T23:59:00", "days", 31),
    ("31 days from the stroke of midnight", "2026-01-31T00:00:00", "days", 31),
    ("31 days one second after midnight", "2026-01-31T00:00:01", "days", 31),
    ("31 days one microsecond after midnight", "2026-01-31T00:00:00.000001", "days", 31),
    ("31 days in a leap February", "2028-01-31T12:00:00", "days", 31),
    ("31 days from leap day", "2028-02-29T08:30:00", "days", 31),
    ("31 days across New Year", "2026-12-15T17:15:00", "days", 31),
    ("31 days, first day of a month", "2026-04-01T09:00:00", "days", 31),
    ("31 days, last day of a month", "2026-04-30T09:00:00", "days", 31),
    ("1 day", "2026-06-15T10:00:00", "days", 1),
    ("1 day from midnight ends the same day", "2026-06-15T00:00:00", "days", 1),
    ("365 days", "2027-03-01T10:00:00", "days", 365),
    ("366 days over leap day", "2027-03-01T10:00:00", "days", 366),
    ("7 days, the capacity floor", "2026-06-15T10:00:00", "days", 7),
    ("90 days", "2026-06-15T10:00:00", "days", 90),
    ("2 weeks", "2026-06-15T10:00:00", "weeks", 2),
    ("14 days across New Year", "2026-12-25T10:00:00", "days", 14),
    ("2 weeks across New Year", "2026-12-25T10:00:00", "weeks", 2),
    ("2 weeks across leap day", "2028-02-20T23:59:59", "weeks", 2),
    ("2 weeks from midnight", "2026-06-15T00:00:00", "weeks", 2),
    ("1 week from leap day", "2028-02-29T00:00:00", "weeks", 1),
    ("6 months into a short month", "2025-08-30T10:00:00", "months", 6),
    ("6 months into a leap February", "2027-08-30T10:00:00", "months", 6),
    ("6 months from the last of August", "2025-08-31T10:00:00", "months", 6),
    ("6 months from the last of August at midnight", "2025-08-31T00:00:00", "months", 6),
    ("6 months from 30 August at midnight", "2025-08-30T00:00:00", "months", 6),
    ("6 months from 28 August", "2025-08-28T10:00:00", "months", 6),
    ("6 months from 29 August", "2025-08-29T10:00:00", "months", 6),
    ("6 months from 27 August", "2025-08-27T23:59:59", "months", 6),
    ("6 months from the last of February", "2026-02-28T10:00:00", "months", 6),
    ("6 months from leap day", "2028-02-29T10:00:00", "months", 6),
    ("6 months from leap day at midnight", "2028-02-29T00:00:00", "months", 6),
    ("6 months from the last of December", "2026-12-31T23:59:59", "months", 6),
    ("6 months from New Year's first instant", "2027-01-01T00:00:00", "months", 6),
    ("6 months from the last of March", "2026-03-31T10:00:00", "months", 6),
    ("6 months from 30 March", "2026-03-30T10:00:00", "months", 6),
    ("6 months from the last of October", "2026-10-31T10:00:00", "months", 6),
    ("12 months from the last of August", "2025-08-31T10:00:00", "months", 12),
    ("12 months from 30 August", "2025-08-30T10:00:00", "months", 12),
    ("12 months from leap day", "2028-02-29T10:00:00", "months", 12),
    ("12 months from leap day at midnight", "2028-02-29T00:00:00", "months", 12),
    ("12 months onto leap day", "2027-02-28T10:00:00", "months", 12),
    ("1 month from 30 January", "2026-01-30T10:00:00", "months", 1),
    ("1 month from 31 January", "2026-01-31T10:00:00", "months", 1),
    ("1 month from 29 January", "2026-01-29T10:00:00", "months", 1),
    ("1 month from 28 January", "2026-01-28T10:00:00", "months", 1),
    ("1 month from 27 January", "2026-01-27T10:00:00", "months", 1),
    ("1 month from midnight of 31 January", "2026-01-31T00:00:00", "months", 1),
    ("3 months, a camera", "2026-06-15T10:00:00", "months", 3),
    ("3 months into February", "2026-11-29T10:00:00", "months", 3),
    ("3 months into February from 30 November", "2026-11-30T10:00:00", "months", 3),
    ("3 months from midnight of 30 November", "2026-11-30T00:00:00", "months", 3),
    ("3 months into a leap February", "2027-11-29T10:00:00", "months", 3),
    ("3 months across New Year", "2026-12-20T10:00:00", "months", 3),
    ("1 year from leap day", "2028-02-29T10:00:00", "years", 1),
    ("1 year from leap day at midnight", "2028-02-29T00:00:00", "years", 1),
    ("1 year from the day before leap day", "2028-02-28T10:00:00", "years", 1),
    ("1 year up to leap day", "2027-02-28T10:00:00", "years", 1),
    ("1 year", "2026-06-15T10:00:00", "years", 1),
    ("1 year from midnight", "2026-06-15T00:00:00", "years", 1),
    ("1 year from the last of the year", "2026-12-31T10:00:00", "years", 1),
    ("3 years, a call log", "2026-06-15T10:00:00", "years", 3),
    ("3 years from leap day", "2028-02-29T10:00:00", "years", 3),
    ("4 years from leap day at midnight", "2028-02-29T00:00:00", "years", 4),
    ("5 years, a preserved copy", "2026-06-15T10:00:00", "years", 5),
    ("5 years from leap day at midnight", "2028-02-29T00:00:00", "years", 5),
    ("a call spanning midnight counts from its start", "2026-06-15T23:59:30", "days", 31),
    ("the same call had it begun after midnight", "2026-06-16T00:00:30", "days", 31),
    ("9 in the morning is midnight in UTC, and no proviso", "2026-06-15T09:00:00", "days", 31),
    ("100 years over 2100, which is no leap year", "2028-02-28T10:00:00", "years", 72),
]


def random_rows(how_many, seed):
    dice = random.Random(seed)
    for number in range(how_many):
        start = dt.datetime(2020, 1, 1, tzinfo=JST) + dt.timedelta(seconds=dice.randrange(20 * 365 * 86400))
        if number % 4 == 0:
            start = start.replace(hour=0, minute=0, second=0)
        unit = dice.choice(["days", "weeks", "months", "years"])
        count = dice.randint(1, {"days": 400, "weeks": 60, "months": 30, "years": 12}[unit])
        print(row(f"random {number}", start, unit, count))


def main():
    if len(sys.argv) > 1:
        random_rows(int(sys.argv[1]), int(sys.argv[2]))
        return
    for name, start, unit, count in NAMED:
        print(row(name, at(start), unit, count))
    random_rows(400, 143)


if __name__ == "__main__":
    main()
