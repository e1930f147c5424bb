//! From what a column holds to what it means; a value that cannot be names its table, column and row.

use std::fmt::Display;
use std::str::FromStr;

use rokuon_policy::pii::Pii;

use crate::error::DbError;

/// Says where a value was found.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) table: &'static str,
    pub(crate) row: &'a dyn Display,
}

impl Place<'_> {
    /// The error for `column`.
    pub(crate) fn wrong(&self, column: &'static str) -> DbError {
        DbError::Inconsistency { table: self.table, column, row: self.row.to_string() }
    }

    /// Text that must parse.
    pub(crate) fn parse<T: FromStr>(&self, column: &'static str, text: &str) -> Result<T, DbError> {
        text.parse().map_err(|_| self.wrong(column))
    }

    /// Text that must parse if it is there.
    pub(crate) fn parse_optional<T: FromStr>(
        &self,
        column: &'static str,
        text: Option<&str>,
    ) -> Result<Option<T>, DbError> {
        text.map(|text| self.parse(column, text)).transpose()
    }

    /// A number of another width or sign.
    pub(crate) fn number<A, B: TryFrom<A>>(&self, column: &'static str, number: A) -> Result<B, DbError> {
        B::try_from(number).map_err(|_| self.wrong(column))
    }

    /// Bytes of a fixed length.
    pub(crate) fn bytes<const N: usize>(
        &self,
        column: &'static str,
        bytes: Vec<u8>,
    ) -> Result<[u8; N], DbError> {
        bytes.try_into().map_err(|_| self.wrong(column))
    }

    /// JSON of a known shape.
    pub(crate) fn json<T: serde::de::DeserializeOwned>(
        &self,
        column: &'static str,
        value: serde_json::Value,
    ) -> Result<T, DbError> {
        serde_json::from_value(value).map_err(|_| self.wrong(column))
    }
}

/// The text inside, for a parameter.
pub(crate) fn revealed(text: &Option<Pii<String>>) -> Option<&str> {
    text.as_ref().map(|text| text.reveal().as_str())
}

/// An unsigned count as the signed column holds it; ours never reach the sign bit.
pub(crate) fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
