//! What the small model claims.

use stateright::Property;

use super::row::{Life, Row};
use super::{HOLD_ON, Hold, Platform, Race, Worker};

/// I1, F15.
pub const HELD_IS_SAFE: &str = "what a hold was answered 201 for is there and is not destroyed";
/// I5.
pub const LENGTHENED_IS_SAFE: &str = "nothing is destroyed whose period is not over";

fn is_gone(row: &Row) -> bool {
    matches!(row.life, Life::Destroying | Life::Destroyed)
}

/// What must always hold, and what must be possible or the model says nothing.
pub(super) fn all() -> Vec<Property<Race>> {
    let held_is_safe = |_: &Race, now: &Platform| {
        (0..2).all(|row| {
            let there = &now.rows[row];
            !now.hold_exists(row) || (!is_gone(there) && there.keys && there.media)
        })
    };
    vec![
        Property::<Race>::always(HELD_IS_SAFE, held_is_safe),
        Property::<Race>::always(LENGTHENED_IS_SAFE, |_, now| {
            now.rows.iter().all(|row| !is_gone(row) || row.over)
        }),
        Property::<Race>::always("the counter is the number of holds that stand", |_, now| {
            (0..2).all(|row| now.rows[row].active_holds == now.holds_on(row))
        }),
        Property::<Race>::always("a hold is refused only after the commit", |_, now| {
            (0..3).all(|hold| now.holds[hold] != Hold::TooLate || is_gone(&now.rows[HOLD_ON[hold]]))
        }),
        Property::<Race>::always("the day after the last hold is waited for", |_, now| {
            now.rows.iter().all(|row| !is_gone(row) || !row.grace)
        }),
        Property::<Race>::always("keys go before media", |_, now| {
            now.rows.iter().all(|row| row.media || !row.keys)
        }),
        Property::<Race>::always("only what was committed loses anything", |_, now| {
            now.rows.iter().all(|row| is_gone(row) || (row.keys && row.media))
        }),
        Property::<Race>::always("destroyed means one certificate and nothing left", |_, now| {
            now.rows.iter().all(|row| {
                (row.life == Life::Destroyed) == (row.certificates == 1)
                    && row.certificates < 2
                    && (row.life != Life::Destroyed || !(row.keys || row.media))
            })
        }),
        Property::<Race>::sometimes("both are destroyed", |_, now| {
            now.rows.iter().all(|row| row.life == Life::Destroyed)
        }),
        Property::<Race>::sometimes("a hold comes too late", |_, now| now.holds.contains(&Hold::TooLate)),
        Property::<Race>::sometimes("a hold stands on what is due", |_, now| {
            now.rows.iter().any(|row| row.life == Life::Due && row.active_holds == 2)
        }),
        Property::<Race>::sometimes("a hold is waited for while a worker's statement runs", |_, now| {
            now.holds[0] == Hold::Placing
                && now.workers.iter().any(|one| matches!(one, Worker::Waits { row: 0, .. }))
        }),
    ]
}
