//! The media worker against a real PostgreSQL, over real sockets, with everything it stands on failing in turn.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod draining;
mod forged_and_malformed;
mod forged_floods;
mod frames_leave;
mod full_disk;
mod harness;
mod holds_and_metadata;
mod how_calls_end;
mod late_offers;
mod long_calls;
mod media;
mod neighbouring_releases;
mod nothing_in_plain;
mod observations;
mod outages;
mod plain_sip;
mod pressed_keys;
mod protected_media;
mod refusals;
mod registered_accounts;
mod reports;
mod routes;
mod sessions;
mod taken_for_lost;
mod transports;
mod what_is_put;
mod whip;
