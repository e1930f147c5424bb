//! The loop that gives every tenant's jobs their turn, beside a worker.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use rokuon_db::{jobs, routing};
use rokuon_policy::ids::TenantId;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::failure::KeepingError;
use crate::keeper::{KINDS, Keeper};
use crate::tails::keep_tails_erased;

mod admission;

/// How often it is looked whose time has come.
const EVERY: Duration = Duration::from_secs(10);
/// Tenants at whose jobs this process is at once: capture goes first.
const AT_ONCE: usize = 2;
/// Jobs of a tenant in a row before it is the next one's turn.
const IN_A_ROW: usize = 8;

/// Keeps until dropped.
pub async fn keep(keeper: Arc<Keeper>) {
    tokio::join!(give_turns(keeper.clone()), keep_tails_erased(keeper));
}

async fn give_turns(keeper: Arc<Keeper>) {
    let seats = Arc::new(Semaphore::new(AT_ONCE));
    let mut known: BTreeSet<TenantId> = BTreeSet::new();
    let mut busy: BTreeSet<TenantId> = BTreeSet::new();
    let mut turns: JoinSet<TenantId> = JoinSet::new();
    loop {
        match routing::tenants(&keeper.db).await {
            Ok(tenants) => {
                if let Some(any) = tenants.first() {
                    // The clocks of the process, whosever transaction: a doubt is told by the jobs that ask for the time.
                    let _doubt = keeper.look_at_clocks(any).await;
                }
                for tenant in tenants {
                    if !known.contains(&tenant) && begin(&keeper, &tenant).await.is_ok() {
                        known.insert(tenant.clone());
                    }
                    if known.contains(&tenant) && busy.insert(tenant.clone()) {
                        turns.spawn(turn(keeper.clone(), seats.clone(), tenant));
                    }
                }
            }
            Err(error) => tracing::warn!(%error, "the database is away: no job is begun"),
        }
        let pause = tokio::time::sleep(EVERY);
        tokio::pin!(pause);
        loop {
            tokio::select! {
                () = &mut pause => break,
                Some(ended) = turns.join_next() => match ended {
                    Ok(tenant) => { busy.remove(&tenant); }
                    // A job that panicked is nobody's: its lease runs out, and another turn takes it.
                    Err(error) => {
                        tracing::error!(%error, "a job broke down");
                        turns.shutdown().await;
                        busy.clear();
                    }
                },
            }
        }
    }
}

/// The rows of a tenant's jobs.
async fn begin(keeper: &Keeper, tenant: &TenantId) -> Result<(), KeepingError> {
    let mut tx = keeper.db.tenant(tenant).await?;
    jobs::ensure(&mut tx, &KINDS, keeper.times.now()).await?;
    Ok(tx.commit_bookkeeping().await?)
}

async fn turn(keeper: Arc<Keeper>, seats: Arc<Semaphore>, tenant: TenantId) -> TenantId {
    let Ok(_seat) = seats.acquire().await else { return tenant };
    match admission::admitted(&keeper, &tenant).await {
        Ok(true) => {}
        Ok(false) => return tenant,
        Err(error) => {
            tracing::warn!(%error, %tenant, "no job is begun: whether the database is the newest there was is not known");
            return tenant;
        }
    }
    let mut at_once = false;
    for _ in 0..IN_A_ROW {
        match keeper.turn(&tenant).await {
            Ok(Some(ran)) => at_once |= admission::marks_at_once(&ran),
            Ok(None) => break,
            Err(error) => {
                tracing::warn!(%error, %tenant, "a job's end could not be written down");
                break;
            }
        }
    }
    if at_once {
        keeper.memory.marks.lock().await.remove(&tenant);
        if let Err(error) = admission::admitted(&keeper, &tenant).await {
            tracing::warn!(%error, %tenant, "how far the trail has come could not be told");
        }
    }
    tenant
}
