//! What a failed database call is to the one who asked.

use rokuon_db::error::DbError;

use crate::problem::Problem;

impl From<DbError> for Problem {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Driver(_) => Self::unavailable(error),
            _ => Self::internal(error),
        }
    }
}
