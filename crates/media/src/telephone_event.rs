//! DTMF digits and other named events as RTP carries them (RFC 4733 §2.3).

/// One telephone-event payload: the state of an event at the time of the packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TelephoneEventPayload {
    /// Event code: 0–9 digits, 10 `*`, 11 `#`, 12–15 `A`–`D`, others are signals.
    pub event: u8,
    /// This is (one of) the last packets of the event.
    pub end: bool,
    /// Power level, dBm0 with the sign dropped: 0–63.
    pub volume: u8,
    /// How long the event has lasted, in timestamp units.
    pub duration: u16,
}

impl TelephoneEventPayload {
    /// Reads the first event of a payload; `None` where there are not four octets.
    pub fn parse(payload: &[u8]) -> Option<Self> {
        let (&[event, flags, d0, d1], _) = payload.split_first_chunk::<4>()?;
        Some(Self {
            event,
            end: flags & 0x80 != 0,
            volume: flags & 0x3F,
            duration: u16::from_be_bytes([d0, d1]),
        })
    }

    /// The key that was pressed, if the event is a DTMF digit.
    pub const fn digit(&self) -> Option<char> {
        match self.event {
            0..=9 => Some((b'0' + self.event) as char),
            10 => Some('*'),
            11 => Some('#'),
            12..=15 => Some((b'A' + self.event - 12) as char),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digit_is_read_with_its_end_and_length() {
        let event = TelephoneEventPayload::parse(&[11, 0x8A, 0x03, 0x20]).expect("four octets are enough");
        assert_eq!(event, TelephoneEventPayload { event: 11, end: true, volume: 10, duration: 800 });
        assert_eq!(event.digit(), Some('#'));
        assert_eq!(TelephoneEventPayload::parse(&[11, 0x8A, 0x03]), None);
        let digits: String = (0..=17)
            .filter_map(|event| TelephoneEventPayload { event, end: false, volume: 0, duration: 0 }.digit())
            .collect();
        assert_eq!(digits, "0123456789*#ABCD");
    }
}
