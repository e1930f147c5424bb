//! From the spool to the store: a finished call becomes sealed objects and rows, and only then leaves the spool.

pub mod evidence;
pub mod part;
pub mod replay;
pub mod sealer;
mod storing;
