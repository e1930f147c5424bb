//! What was found of one thing we rely on.

use rokuon_policy::text::Text;

/// How much hangs on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// Without it nothing may be stored there.
    Needed,
    /// We keep the promise ourselves as well; with it there is a second lock on the door.
    Advised,
}

/// How it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// As we rely on.
    Kept,
    /// Otherwise; what was seen instead.
    Broken(String),
}

/// One assertion about a bucket or a key, tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Which bucket or key, as the store names it.
    pub place: String,
    /// What we rely on, as a sentence.
    pub relied_on: Text,
    /// How much hangs on it.
    pub weight: Weight,
    /// How it stands.
    pub standing: Standing,
}

impl Finding {
    /// Whether nothing may be stored there.
    pub fn forbids(&self) -> bool {
        self.weight == Weight::Needed && self.standing != Standing::Kept
    }
}

/// Collects what is found of one place.
#[derive(Debug)]
pub struct Findings {
    place: String,
    found: Vec<Finding>,
}

impl Findings {
    /// Nothing found yet.
    pub fn of(place: impl Into<String>) -> Self {
        Self { place: place.into(), found: Vec::new() }
    }

    /// One assertion that must hold: `Ok`, or what was seen instead.
    pub fn needed(&mut self, ja: &str, en: &str, seen: Result<(), String>) {
        self.add(Weight::Needed, ja, en, seen);
    }

    /// One that ought to.
    pub fn advised(&mut self, ja: &str, en: &str, seen: Result<(), String>) {
        self.add(Weight::Advised, ja, en, seen);
    }

    fn add(&mut self, weight: Weight, ja: &str, en: &str, seen: Result<(), String>) {
        let standing = seen.map_or_else(Standing::Broken, |()| Standing::Kept);
        self.found.push(Finding {
            place: self.place.clone(),
            relied_on: Text::new(ja, en),
            weight,
            standing,
        });
    }

    /// Everything found.
    pub fn all(self) -> Vec<Finding> {
        self.found
    }
}

/// `Ok` if it is so, else what was seen.
pub fn so(is: bool, seen: impl FnOnce() -> String) -> Result<(), String> {
    if is { Ok(()) } else { Err(seen()) }
}
