//! Abuse of `standards.md` §2.2 over the whole process: floods and bombs beside a call that must not feel them.

mod a_flood_of_invites;
mod a_flood_of_strangers;
mod bombs;
mod figures;
