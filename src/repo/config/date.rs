//! Days, as they are written in a declaration.

use std::fmt;

use time::{Month, OffsetDateTime};

/// What [`Date`] is read from; that the day exists is checked besides.
pub(super) const PATTERN: &str = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$";

/// A day of the calendar. Ordered: a later one is greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date(time::Date);

impl Date {
    /// Gives the day of a moment in UTC, in seconds since 1970; none beyond the year 9999.
    #[must_use]
    pub fn of_unix(seconds: i64) -> Option<Self> {
        OffsetDateTime::from_unix_timestamp(seconds).ok().map(|moment| Self(moment.date()))
    }

    /// Reads `YYYY-MM-DD`; nothing where it is spelled otherwise, or there is no such day.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let mut number = |digits: usize| {
            let part = parts.next()?;
            let is_number = part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit());
            is_number.then(|| part.parse::<u16>().ok()).flatten()
        };
        let (year, month, day) = (number(4)?, number(2)?, number(2)?);
        let month = Month::try_from(u8::try_from(month).ok()?).ok()?;
        let date =
            time::Date::from_calendar_date(i32::from(year), month, u8::try_from(day).ok()?).ok()?;
        parts.next().is_none().then_some(Self(date))
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.0.to_calendar_date();
        write!(f, "{year:04}-{:02}-{day:02}", u8::from(month))
    }
}

#[cfg(test)]
mod tests {
    use super::Date;

    #[test]
    fn only_days_that_there_are_are_read() {
        for text in ["2027-01-31", "2028-02-29", "0001-01-01", "9999-12-31"] {
            assert_eq!(Date::parse(text).map(|date| date.to_string()).as_deref(), Some(text));
        }
        for text in [
            "2027-02-29",
            "2027-1-31",
            "2027-13-01",
            "20270131",
            "2027-01-31T00:00",
            "",
            "2027-01-00",
            "+027-01-01",
        ] {
            assert_eq!(Date::parse(text), None, "{text}");
        }
    }

    #[test]
    fn days_come_in_order() {
        let day = |text| Date::parse(text).unwrap();
        assert!(day("2026-12-31") < day("2027-01-01"));
        assert_eq!(Date::of_unix(951_782_399), Date::parse("2000-02-28"));
        assert_eq!(Date::of_unix(951_782_400), Date::parse("2000-02-29"));
    }
}
