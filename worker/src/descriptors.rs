//! How many files and sockets this process may have open: a call of two streams holds four sockets, so the usual soft limit of 1,024
//! ends at 250 calls.

use std::ops::RangeInclusive;

use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// Connections, the database, the store and the spool beside the media.
const BESIDE_MEDIA: u64 = 512;

/// Raises the soft limit to the hard one, which every process may, and says so when that is still too little for the receive ports.
pub fn raise_limit(ports: &RangeInclusive<u16>) {
    let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) else { return };
    let now = match setrlimit(Resource::RLIMIT_NOFILE, hard, hard) {
        Ok(()) => hard,
        Err(error) => {
            tracing::warn!(%error, limit = soft, "the limit of open files could not be raised");
            soft
        }
    };
    let wanted = wanted(ports);
    if now < wanted {
        tracing::warn!(
            limit = now,
            wanted,
            "fewer files may be open than the receive ports need: raise the hard limit (nofile)"
        );
    }
}

fn wanted(ports: &RangeInclusive<u16>) -> u64 {
    u64::from(ports.end().saturating_sub(*ports.start())) + 1 + BESIDE_MEDIA
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_a_start_the_soft_limit_is_the_hard_one() {
        raise_limit(&(40_000..=40_999));
        let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
        assert_eq!(soft, hard);
        assert_eq!(wanted(&(40_000..=40_999)), 1_512);
    }
}
