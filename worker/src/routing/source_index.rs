//! Many networks asked about one address: sorted ranges, so that a stranger's datagram costs one binary search.

use std::net::IpAddr;

use ipnet::IpNet;

/// Addresses covered by a set of networks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceIndex {
    v4: Vec<(u32, u32)>,
    v6: Vec<(u128, u128)>,
}

impl SourceIndex {
    /// Covers all of these.
    pub fn of<'a>(networks: impl IntoIterator<Item = &'a IpNet>) -> Self {
        let (mut v4, mut v6) = (Vec::new(), Vec::new());
        for network in networks {
            match network {
                IpNet::V4(net) => v4.push((net.network().to_bits(), net.broadcast().to_bits())),
                IpNet::V6(net) => v6.push((net.network().to_bits(), net.broadcast().to_bits())),
            }
        }
        Self { v4: joined(v4), v6: joined(v6) }
    }

    /// Whether any of the networks holds the address; an IPv4 address mapped into IPv6 counts as IPv4.
    pub fn contains(&self, address: IpAddr) -> bool {
        match address.to_canonical() {
            IpAddr::V4(ip) => covers(&self.v4, ip.to_bits()),
            IpAddr::V6(ip) => covers(&self.v6, ip.to_bits()),
        }
    }
}

/// Sorted, without overlaps.
fn joined<T: Ord + Copy>(mut ranges: Vec<(T, T)>) -> Vec<(T, T)> {
    ranges.sort_unstable();
    let mut joined: Vec<(T, T)> = Vec::with_capacity(ranges.len());
    for (first, last) in ranges {
        match joined.last_mut() {
            Some((_, end)) if first <= *end => *end = (*end).max(last),
            _ => joined.push((first, last)),
        }
    }
    joined
}

fn covers<T: Ord + Copy>(ranges: &[(T, T)], address: T) -> bool {
    let after = ranges.partition_point(|(first, _)| *first <= address);
    after.checked_sub(1).and_then(|at| ranges.get(at)).is_some_and(|(_, last)| address <= *last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(networks: &[&str], inside: &[&str], outside: &[&str]) {
        let networks: Vec<IpNet> = networks.iter().map(|net| net.parse().expect("a network")).collect();
        let index = SourceIndex::of(&networks);
        let held = |address: &&str| index.contains(address.parse().expect("an address"));
        assert!(inside.iter().all(held), "{networks:?} {inside:?}");
        assert!(!outside.iter().any(held), "{networks:?} {outside:?}");
    }

    #[test]
    fn nested_touching_and_distant_networks_of_both_families_are_told_apart() {
        check(&[], &[], &["127.0.0.1", "::1"]);
        check(
            &["10.0.0.0/8", "10.1.0.0/16", "192.0.2.4/32", "192.0.2.5/32", "2001:db8::/32"],
            &["10.0.0.0", "10.255.255.255", "192.0.2.4", "192.0.2.5", "2001:db8:ffff::1", "::ffff:10.2.3.4"],
            &["9.255.255.255", "11.0.0.0", "192.0.2.3", "192.0.2.6", "2001:db9::", "::a02:304"],
        );
        check(&["0.0.0.0/0"], &["0.0.0.0", "255.255.255.255"], &["::1"]);
    }
}
