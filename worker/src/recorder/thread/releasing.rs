//! What was sealed leaves the spool, also after the thread stopped.

use std::sync::mpsc::Receiver as Commands;

use super::RecorderThread;
use crate::recorder::command::Command;
use crate::recorder::shared_spool::SharedSpool;

impl RecorderThread {
    /// After it stopped: frees what was sealed since, and takes from the disk what nothing needs.
    pub fn let_go(&mut self) {
        for command in self.late.iter().flat_map(Commands::try_iter) {
            release(&self.spool, &command);
        }
        if let Err(error) = self.spool.lock().end() {
            tracing::error!(%error, "what was sealed stays in the spool until the next start");
        }
    }
}

/// Frees what was sealed.
pub(super) fn release(spool: &SharedSpool, command: &Command) {
    match command {
        Command::FreeCut(freed) => spool.lock().release_through(freed.recording, freed.through_run),
        Command::Release(recording) => {
            if let Err(error) = spool.lock().release(*recording) {
                tracing::error!(%error, %recording, "a sealed recording could not be released from the spool");
            }
        }
        _ => {}
    }
}
