//! An order to start, pause, resume or stop a live recording, as the API writes it.

use chrono::{DateTime, Utc};
use rokuon_db::capture_orders::{OrderState as DbState, PlacedOrder};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::routes::announcements::model::{Note, PersonName};
use crate::routes::announcements::shown::Names;

macro_rules! mirrored {
    ($(#[$doc:meta])* $name:ident of $known:ty { $($(#[$word_doc:meta])* $word:ident,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$word_doc])* $word,)* }
        impl From<$known> for $name {
            fn from(known: $known) -> Self {
                match known { $(<$known>::$word => Self::$word,)* }
            }
        }
        impl From<$name> for $known {
            fn from(word: $name) -> Self {
                match word { $($name::$word => Self::$word,)* }
            }
        }
    };
}

mirrored! {
    /// What is ordered of a recording while its call goes on.
    CaptureOrder of rokuon_policy::capture_order::CaptureOrder {
        /// Begin to take sound.
        Start,
        /// Take none for a while.
        Pause,
        /// Go on after a pause.
        Resume,
        /// Take none any more of this call.
        Stop,
    }
}

mirrored! {
    /// Whether a live call's sound is taken.
    Capture of rokuon_policy::capture_order::Capture {
        /// Not yet: somebody has to start it.
        Waiting,
        /// It is.
        Running,
        /// Not at this moment.
        Paused,
        /// Not any more.
        Stopped,
    }
}

mirrored! {
    /// Why sound is not taken for a while, or not any more.
    PauseReason of rokuon_policy::capture_order::PauseReason {
        /// The other party asked for it.
        AskedByParty,
        /// A secret is being told.
        SecretTold,
        /// What is said is no business of the office.
        NotBusiness,
        /// What it was started for is over.
        NoLongerNeeded,
        /// Something else.
        Other,
    }
}

mirrored! {
    /// How recording of a line's calls starts.
    RecordingStart of rokuon_policy::recording_scope::RecordingStart {
        /// By itself, with the call.
        Automatic,
        /// By hand.
        OnDemand,
    }
}

/// How far an order is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OrderState {
    /// On its way to the recorder.
    Placed,
    /// Carried out.
    Done,
    /// The call was over first.
    TooLate,
}

/// What somebody orders.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OrderRequest)]
pub struct Request {
    /// What.
    pub order: CaptureOrder,
    /// Why: needed to pause and to stop.
    #[serde(default)]
    pub reason: Option<PauseReason>,
    /// Notes whether the other party was told, in the same act: the rules may ask for it before the start.
    #[serde(default)]
    pub announcement: Option<Note>,
}

/// An order of a live recording.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Order {
    /// The order.
    pub id: Uuid,
    /// What.
    pub order: CaptureOrder,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<PauseReason>,
    /// Who.
    pub person: PersonName,
    /// When.
    pub placed_at: DateTime<Utc>,
    /// How far it is.
    pub state: OrderState,
    /// When it was carried out or found too late.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settled_at: Option<DateTime<Utc>>,
}

impl Order {
    /// An order with its person's name.
    pub fn of(order: &PlacedOrder, names: &Names) -> Self {
        Self {
            id: order.id,
            order: order.order.into(),
            reason: order.reason.map(Into::into),
            person: names.of(order.person),
            placed_at: order.placed_at,
            state: match order.state {
                DbState::Placed => OrderState::Placed,
                DbState::Done => OrderState::Done,
                DbState::TooLate => OrderState::TooLate,
            },
            settled_at: order.settled_at,
        }
    }
}
