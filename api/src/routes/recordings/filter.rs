//! What recordings and calls can be searched by.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::routes::recordings::model::Direction;

/// The search conditions; all given ones must hold.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// Calls that began at or after this.
    pub from: Option<DateTime<Utc>>,
    /// Calls that began before this.
    pub to: Option<DateTime<Utc>>,
    /// A whole number of either party; hyphens and +81 are understood.
    #[param(max_length = 40, example = "0125-00-1234")]
    pub number: Option<String>,
    /// The last digits of either party's number, 3 or more.
    #[param(max_length = 20, example = "1234")]
    pub number_suffix: Option<String>,
    /// Words: parts of a party's name or of a number.
    #[param(max_length = 100)]
    pub q: Option<String>,
    /// A department's key.
    #[param(max_length = 64)]
    pub department: Option<String>,
    /// Which way the call went.
    #[param(inline)]
    pub direction: Option<Direction>,
    /// A line's key.
    #[param(max_length = 64)]
    pub line: Option<String>,
    /// At least this long.
    #[param(minimum = 0)]
    pub min_seconds: Option<u32>,
    /// At most this long.
    #[param(minimum = 0)]
    pub max_seconds: Option<u32>,
    /// `next_cursor` of the page before.
    #[param(max_length = 200)]
    pub cursor: Option<String>,
    /// How many a page; 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
}
