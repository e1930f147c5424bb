//! The kinds of media a tenant keeps, each with its own retention.

use crate::closed_list::closed_list;

closed_list! {
    /// What is kept.
    pub enum MediaKind {
        /// The sound of a call.
        CallAudio = "call_audio",
        /// The facts of a call: times, numbers, duration, department.
        CallLog = "call_log",
        /// Picture or sound of a counter camera.
        Camera = "camera",
    }
}
