//! Carries out what people order of live recordings: start, pause, resume, stop (TK-4).

use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::Duration;

use chrono::TimeDelta;
use rokuon_db::audit_events::{Actor, AuditEvent};
use rokuon_db::capture_orders::{self, OrderBell, WaitingOrder};
use rokuon_db::database::Database;
use rokuon_db::error::DbError;
use rokuon_db::recordings;
use rokuon_policy::capture_order::CaptureOrder;
use rokuon_policy::clock::Clock;
use rokuon_policy::ids::RecordingId;
use rokuon_policy::recording_state::RecordingState;
use serde_json::json;
use tokio::sync::oneshot;

use crate::recorder::command::Command;

/// How often it asks by itself; the bell makes it sooner.
const ASK_EVERY: Duration = Duration::from_secs(2);
/// So long an order may wait for the worker that holds its call before it is looked at whether the call is over.
const PATIENCE: TimeDelta = TimeDelta::seconds(3);
/// The cause of the end of a recording that somebody stopped while its call went on.
const STOPPED: &str = "stopped";

/// Carries out orders until dropped. While the database is away nobody can order anything either.
pub async fn carry_out_orders(db: Database, clock: Arc<dyn Clock>, recorder: Sender<Command>) {
    let orders = Orders { db, clock, recorder };
    let mut bell = None;
    loop {
        if bell.is_none() {
            bell = OrderBell::listen(&orders.db).await.ok();
        }
        if let Err(error) = orders.carry_out_all().await {
            tracing::warn!(%error, "orders cannot be read or settled yet");
        }
        let rung = async {
            match &mut bell {
                Some(bell) => bell.rings().await,
                None => std::future::pending().await,
            }
        };
        if let Ok(Err(error)) = tokio::time::timeout(ASK_EVERY, rung).await {
            tracing::debug!(%error, "the bell of orders is lost; it is asked for again");
            bell = None;
            tokio::time::sleep(ASK_EVERY).await;
        }
    }
}

struct Orders {
    db: Database,
    clock: Arc<dyn Clock>,
    recorder: Sender<Command>,
}

impl Orders {
    async fn carry_out_all(&self) -> Result<(), DbError> {
        for order in capture_orders::waiting(&self.db).await? {
            if self.carry_out(&order).await {
                let mut tx = self.db.tenant(&order.tenant).await?;
                let now = self.clock.now();
                capture_orders::carried_out(&mut tx, order.id, order.recording, order.order, now).await?;
                tx.commit_bookkeeping().await?;
                metrics::counter!("rokuon_capture_orders_total", "order" => order.order.as_str())
                    .increment(1);
            } else if self.clock.now() - order.placed_at > PATIENCE {
                self.settle_if_over(&order).await?;
            }
        }
        Ok(())
    }

    /// Whether this worker holds the call and did it. Doing it again changes nothing.
    async fn carry_out(&self, order: &WaitingOrder) -> bool {
        let recording = order.recording;
        if !self.is_live(recording).await {
            return false;
        }
        let command = match order.order {
            CaptureOrder::Start | CaptureOrder::Resume => Command::Pause { recording, paused: false },
            CaptureOrder::Pause => Command::Pause { recording, paused: true },
            CaptureOrder::Stop => Command::Close { recording, cause: STOPPED },
        };
        self.recorder.send(command).is_ok()
    }

    async fn is_live(&self, recording: RecordingId) -> bool {
        let (answer, answered) = oneshot::channel();
        self.recorder.send(Command::IsLive(recording, answer)).is_ok() && answered.await.unwrap_or(false)
    }

    /// An order whose call ended first is settled as too late, so that nobody waits for it.
    async fn settle_if_over(&self, order: &WaitingOrder) -> Result<(), DbError> {
        let mut tx = self.db.tenant(&order.tenant).await?;
        let found = recordings::find(&mut tx, order.recording).await?;
        if found.is_some_and(|recording| recording.state == RecordingState::Recording) {
            // Its worker is slow or down, and will take it up again together with the call.
            return tx.commit_read_only().await;
        }
        let now = self.clock.now();
        if !capture_orders::too_late(&mut tx, order.id, now).await? {
            return tx.commit_read_only().await;
        }
        let event = AuditEvent::new("recording.order_too_late", Actor::Platform("worker".to_owned()), now)
            .on("recording", order.recording)
            .with(json!({ "order": order.order }));
        tx.commit_with(event).await
    }
}
