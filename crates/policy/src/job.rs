//! What the platform does by itself over a tenant's recordings: a closed list of kinds of work.

use crate::closed_list::closed_list;
use crate::text::Text;

closed_list! {
    /// A kind of work.
    pub enum JobKind {
        /// Finds what is past its period.
        Sweep = "sweep",
        /// Finds what gives way because the store is full.
        Capacity = "capacity",
        /// Moves media to the second tier.
        TierMove = "tier_move",
        /// Destroys what is due, each with its certificate.
        Destroy = "destroy",
        /// Sets and takes off the store's own legal hold.
        ObjectHolds = "object_holds",
        /// Computes the dates anew when an amended policy takes force.
        PolicyChange = "policy_change",
        /// Erases the call log on its own schedule.
        LogErasure = "log_erasure",
        /// Compares the store with the rows, both ways.
        Reconcile = "reconcile",
        /// Reads and hashes every object again.
        Scrub = "scrub",
    }
}

impl JobKind {
    /// Its name for people.
    pub fn name(self) -> Text {
        let (ja, en) = match self {
            Self::Sweep => ("期限切れの確認", "find what is past its period"),
            Self::Capacity => ("容量の確認", "find what gives way to capacity"),
            Self::TierMove => ("二次保存への移動", "move to the second storage"),
            Self::Destroy => ("消去の実行", "destroy what is due"),
            Self::ObjectHolds => ("保管先での保全", "legal holds in the store"),
            Self::PolicyChange => ("改正後の期限の再計算", "compute dates by the amended policy"),
            Self::LogErasure => ("通話記録の消去", "erase the call log"),
            Self::Reconcile => ("保管物と台帳の照合", "compare store and register"),
            Self::Scrub => ("保管物の読み直し検査", "read every object again"),
        };
        Text::new(ja, en)
    }
}
