//! What keeping and destroying is watched for.

use super::{AlarmKind, Finding};

/// What the jobs found at their last runs; everything at nothing is well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct KeepingSeen {
    /// Jobs that do nothing because they do not believe the time.
    pub doubting: u64,
    /// Recordings whose destruction waits for a person.
    pub stopped: u64,
    /// Recordings that should be destroyed by now and are not.
    pub late: u64,
    /// Recordings that did not pass their check.
    pub broken: u64,
    /// Recordings of which something is missing in the store, or which came back after they were destroyed.
    pub mismatched: u64,
    /// Octets that would have to give way and may not.
    pub short_by_octets: u64,
}

impl KeepingSeen {
    pub(super) fn findings(self) -> impl Iterator<Item = Finding> {
        let mebibytes = self.short_by_octets.div_ceil(1 << 20);
        [
            (AlarmKind::ClocksDisagree, self.doubting, None),
            (AlarmKind::DestructionStopped, self.stopped, Some(self.stopped)),
            (AlarmKind::DestructionLate, self.late, Some(self.late)),
            (AlarmKind::MediaBroken, self.broken, Some(self.broken)),
            (AlarmKind::StoreMismatch, self.mismatched, Some(self.mismatched)),
            (AlarmKind::StoreFull, mebibytes, Some(mebibytes)),
        ]
        .into_iter()
        .filter(|(_, count, _)| *count > 0)
        .map(|(kind, _, figure)| Finding { kind, subject: String::new(), figure, since: None })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_thing_is_an_alarm_of_its_own() {
        assert_eq!(KeepingSeen::default().findings().count(), 0);
        let all = KeepingSeen {
            doubting: 1,
            stopped: 2_000,
            late: 3,
            broken: 4,
            mismatched: 5,
            short_by_octets: 1,
        };
        let found: Vec<(AlarmKind, Option<u64>)> =
            all.findings().map(|found| (found.kind, found.figure)).collect();
        assert_eq!(
            found,
            [
                (AlarmKind::ClocksDisagree, None),
                (AlarmKind::DestructionStopped, Some(2_000)),
                (AlarmKind::DestructionLate, Some(3)),
                (AlarmKind::MediaBroken, Some(4)),
                (AlarmKind::StoreMismatch, Some(5)),
                (AlarmKind::StoreFull, Some(1)),
            ]
        );
    }
}
