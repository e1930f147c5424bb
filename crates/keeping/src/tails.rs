//! Erases the tails of spools that nobody needs any more: of lives that are over all, of those that go on what their journal has
//! left behind; and notes how old what is left can be, for certificates of destruction. Whoever writes tails may not erase them. Of no tenant, and safe to run anywhere and twice: what may go stands in
//! the rows of the lives.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use rokuon_db::spool_lives::{self, OpenLife};
use rokuon_db::tail_looks::{self, TailLook};
use rokuon_policy::keeping::frames::{CopiedSpool, tails_clear_before};
use rokuon_storage::object_key::TAILS;
use rokuon_storage::object_store::{Bucket, ObjectVersion};
use rokuon_storage::spool_tail::TailName;
use uuid::Uuid;

use crate::erasing::{erase, listed};
use crate::failure::KeepingError;
use crate::keeper::Keeper;

/// How often it is looked.
const EVERY: Duration = Duration::from_secs(60);
/// Tails of a life that no row tells of go after this: the database may only be slow to hear of it.
const UNKNOWN_FOR: TimeDelta = TimeDelta::days(1);
/// Tails still needed after this are said: somebody's recordings wait to be sealed for so long.
const LONG: TimeDelta = TimeDelta::days(1);

/// What one look found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TailsErased {
    /// Versions that are gone.
    pub erased: u64,
    /// Versions that are still needed.
    pub kept: u64,
    /// Of these, those older than a day.
    pub old: u64,
}

/// Erases until dropped.
pub async fn keep_tails_erased(keeper: Arc<Keeper>) {
    loop {
        match erase_tails(&keeper).await {
            Ok(done) => {
                metrics::counter!("rokuon_tails_erased_total").increment(done.erased);
                metrics::gauge!("rokuon_tails_kept").set(done.kept as f64);
                if done.old > 0 {
                    tracing::error!(
                        code = "tails_old",
                        tails = done.old,
                        "tails are a day old and still needed: recordings of a lost or failing worker wait to be sealed"
                    );
                }
            }
            Err(error) => tracing::warn!(%error, "tails that are needed no more could not be erased yet"),
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// Looks once.
///
/// # Errors
/// [`KeepingError`]; what is left goes the next time.
pub async fn erase_tails(keeper: &Keeper) -> Result<TailsErased, KeepingError> {
    let began = keeper.times.now();
    // Before the list: what comes while it is read is told by whoever writes it.
    let lives = spool_lives::open(&keeper.db).await?;
    let (mut done, mut left, mut after) = (TailsErased::default(), BTreeSet::new(), None);
    loop {
        let limit = keeper.limits.listed;
        let page = keeper.store.list_versions(Bucket::Media, TAILS, after.as_ref(), limit).await?;
        after = page.last().map(|last| (last.key.to_string(), last.version_id.clone()));
        let whole = page.len() < limit;
        erase_of(keeper, &page, &mut done, &mut left).await?;
        if whole || after.is_none() {
            break;
        }
    }
    if let Some(clear_before) = tails_clear_before(began, copied(&lives, &left)) {
        tail_looks::note(&keeper.db, &TailLook { clear_before, looked_at: began }).await?;
    }
    Ok(done)
}

/// The lives as they were, and those of which something is left that no row tells of.
fn copied(lives: &[OpenLife], left: &BTreeSet<Uuid>) -> Vec<CopiedSpool> {
    let known = lives.iter().map(|life| CopiedSpool {
        frames_since: life.frames_since,
        silent_for: TimeDelta::seconds(life.silent_seconds),
        is_left: left.contains(&life.life),
    });
    let unknown = left.iter().filter(|left| lives.iter().all(|life| life.life != **left));
    let unknown =
        unknown.map(|_| CopiedSpool { frames_since: None, silent_for: TimeDelta::zero(), is_left: true });
    known.chain(unknown).collect()
}

async fn erase_of(
    keeper: &Keeper,
    page: &[ObjectVersion],
    done: &mut TailsErased,
    left: &mut BTreeSet<Uuid>,
) -> Result<(), KeepingError> {
    let named = page.iter().filter_map(|version| Some((version, TailName::parse(&version.key)?)));
    let named: Vec<_> = named.collect();
    let lives: BTreeSet<Uuid> = named.iter().map(|(_, name)| name.life).collect();
    let lives: Vec<Uuid> = lives.into_iter().collect();
    let needed = spool_lives::tails_needed(&keeper.db, &lives).await?;
    let needed: BTreeMap<Uuid, Option<u32>> = needed.iter().map(|one| (one.life, one.from_file)).collect();
    let now = keeper.times.now();
    let older_than = |version: &ObjectVersion, age| version.last_modified.is_some_and(|at| now - at >= age);
    let may_go = |version: &ObjectVersion, name: &TailName| match needed.get(&name.life) {
        Some(None) => true,
        Some(Some(from)) => name.place.is_some_and(|place| place.file < *from),
        None => older_than(version, UNKNOWN_FOR),
    };
    let (gone, kept): (Vec<_>, Vec<_>) = named.into_iter().partition(|(version, name)| may_go(version, name));
    done.kept += kept.len() as u64;
    left.extend(kept.iter().map(|(_, name)| name.life));
    done.old += kept.iter().filter(|(version, _)| older_than(version, LONG)).count() as u64;
    let gone: Vec<_> = gone.iter().map(|(version, _)| listed(Bucket::Media, version)).collect();
    if !gone.is_empty() {
        erase(keeper, Bucket::Media, &gone.iter().collect::<Vec<_>>(), "tails.erasing").await?;
        done.erased += gone.len() as u64;
    }
    Ok(())
}
