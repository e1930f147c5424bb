//! The clocks of a process, and whether they are believed before anything is destroyed by them (F9).

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use nix::time::{ClockId, clock_gettime};
use rokuon_db::error::DbError;
use rokuon_db::jobs;
use rokuon_db::tenant_tx::TenantTx;
use rokuon_policy::clock::Clock;
use rokuon_policy::keeping::clocks::ClockReading;

/// Where a process reads the time.
#[async_trait]
pub trait Times: Send + Sync {
    /// This process's wall clock.
    fn now(&self) -> DateTime<Utc>;

    /// All clocks at one moment.
    async fn read(&self, tx: &mut TenantTx) -> Result<ClockReading, DbError>;
}

/// The clocks of the machine and of the database.
pub struct MachineTimes {
    own: Arc<dyn Clock>,
}

impl MachineTimes {
    /// This machine's, with its wall clock as everybody else reads it.
    pub fn new(own: Arc<dyn Clock>) -> Self {
        Self { own }
    }
}

/// Time since the machine began; it counts on while the machine sleeps, and nobody sets it.
fn since_boot() -> Duration {
    clock_gettime(ClockId::CLOCK_BOOTTIME).map_or(Duration::ZERO, Duration::from)
}

#[async_trait]
impl Times for MachineTimes {
    fn now(&self) -> DateTime<Utc> {
        self.own.now()
    }

    async fn read(&self, tx: &mut TenantTx) -> Result<ClockReading, DbError> {
        let database = jobs::database_clock(tx).await?;
        Ok(ClockReading { own: self.own.now(), database, monotonic: since_boot() })
    }
}

/// One clock that all others agree with: for simulations, in which time is made.
pub struct OneClock {
    clock: Arc<dyn Clock>,
    began: DateTime<Utc>,
}

impl OneClock {
    /// All clocks stand where this one stands.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { began: clock.now(), clock }
    }
}

#[async_trait]
impl Times for OneClock {
    fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    async fn read(&self, _tx: &mut TenantTx) -> Result<ClockReading, DbError> {
        let now = self.clock.now();
        let monotonic = (now - self.began).to_std().unwrap_or(Duration::ZERO);
        Ok(ClockReading { own: now, database: now, monotonic })
    }
}
