//! From XML elements to metadata, by local names, whichever draft or vendor they follow.

use super::doubt::Doubt;
use super::metadata::{
    DataMode, Extension, Group, Metadata, NameId, Participant, ParticipantSessionAssociation,
    ParticipantStreamAssociation, Session, SessionRecordingAssociation, Stream,
};
use super::party::DirectionHint;
use super::xml::{self, Element};

/// The namespace of RFC 7865.
const NAMESPACE: &str = "urn:ietf:params:xml:ns:recording:1";

pub(super) fn read(raw: &[u8]) -> (Metadata, Vec<Doubt>) {
    let mut doubts = Vec::new();
    let mut metadata = Metadata::default();
    if let Some(root) = xml::read(raw, &mut doubts) {
        judge_root(&root, &mut doubts);
        let mut reading = Reading { metadata: &mut metadata, doubts: &mut doubts };
        for child in &root.children {
            reading.element(child, "", None);
        }
        metadata.tidy();
        if metadata.datamode == DataMode::Complete {
            doubts.extend(metadata.missing_references());
        }
    }
    (metadata, doubts)
}

fn judge_root(root: &Element, doubts: &mut Vec<Doubt>) {
    if key(&root.name) != "recording" {
        doubts.push(Doubt::OtherRoot(root.name.clone()));
    }
    let declaration =
        root.prefix.as_ref().map_or_else(|| "xmlns".to_owned(), |prefix| format!("xmlns:{prefix}"));
    let namespace =
        root.attributes.iter().find(|(name, _)| *name == declaration).map(|(_, value)| value.as_str());
    if namespace != Some(NAMESPACE) {
        doubts.push(Doubt::OtherNamespace(namespace.unwrap_or_default().to_owned()));
    }
}

/// A name without case, hyphens and underscores: `associate-time`, `participant_id`, `dataMode` have had all forms.
fn key(name: &str) -> String {
    let local = name.rsplit(':').next().unwrap_or_default();
    local.chars().filter(|c| !matches!(c, '-' | '_')).map(|c| c.to_ascii_lowercase()).collect()
}

fn attribute<'a>(element: &'a Element, names: &[&str]) -> Option<&'a str> {
    let find = |wanted: &str| {
        let found =
            element.attributes.iter().find(|(name, _)| key(name) == wanted && !name.starts_with("xmlns"));
        found.map(|(_, value)| value.as_str())
    };
    names.iter().find_map(|wanted| find(wanted))
}

fn child_text(element: &Element, name: &str) -> Option<String> {
    children_texts(element, name).into_iter().next()
}

fn children_texts(element: &Element, name: &str) -> Vec<String> {
    let named = element.children.iter().filter(|child| key(&child.name) == name);
    named.map(|child| child.text.clone()).filter(|text| !text.is_empty()).collect()
}

/// What `send`, `recv` and the like refer to: their text, or an attribute.
fn references(element: &Element, name: &str) -> Vec<String> {
    let named = element.children.iter().filter(|child| key(&child.name) == name);
    let reference = |child: &Element| {
        let text = Some(child.text.clone()).filter(|text| !text.is_empty());
        text.or_else(|| attribute(child, &["streamid", "id", "stream"]).map(str::to_owned))
    };
    named.filter_map(reference).collect()
}

/// Element names read into fields; all others become extensions.
const KNOWN: &[&str] = &[
    "aor",
    "associatetime",
    "datamode",
    "disassociatetime",
    "groupref",
    "label",
    "name",
    "nameid",
    "reason",
    "recv",
    "send",
    "sipsessionid",
    "starttime",
    "stoptime",
];

struct Reading<'a> {
    metadata: &'a mut Metadata,
    doubts: &'a mut Vec<Doubt>,
}

impl Reading<'_> {
    /// Reads one element; `session` is the session it stands in, where it stands in one.
    fn element(&mut self, element: &Element, path: &str, session: Option<&str>) {
        let name = key(&element.name);
        match name.as_str() {
            "datamode" if path.is_empty() => self.datamode(&element.text),
            "group" => self.group(element),
            "session" => return self.session(element, path),
            "participant" => self.participant(element, session),
            "stream" => self.stream(element, session),
            "sessionrecordingassoc" | "sessionrecordingassociation" => {
                let session =
                    attribute(element, &["sessionid", "session", "id"]).unwrap_or_default().to_owned();
                let (associate_time, disassociate_time) = times(element);
                let association = SessionRecordingAssociation { session, associate_time, disassociate_time };
                self.metadata.session_recordings.push(association);
            }
            "participantsessionassoc" | "participantsessionassociation" => {
                let id = attribute(element, &["participantid", "participant", "id"]).unwrap_or_default();
                let session = attribute(element, &["sessionid", "session"]).or(session).unwrap_or_default();
                self.take_part(element, id, session);
            }
            "participantstreamassoc" | "participantstreamassociation" => {
                let id = attribute(element, &["participantid", "participant", "id"]).unwrap_or_default();
                self.speak(element, id);
            }
            _ => return self.extension(element, path),
        }
        self.leftovers(element, path);
    }

    fn datamode(&mut self, text: &str) {
        self.metadata.datamode = match text.to_ascii_lowercase().as_str() {
            "complete" => DataMode::Complete,
            "partial" => DataMode::Partial,
            _ => {
                self.doubts.push(Doubt::UnknownDataMode(text.to_owned()));
                DataMode::Complete
            }
        };
    }

    fn id(&mut self, element: &Element, names: &[&str]) -> String {
        let id = attribute(element, names).unwrap_or_default();
        if id.is_empty() {
            self.doubts.push(Doubt::MissingId(key(&element.name)));
        }
        id.to_owned()
    }

    fn group(&mut self, element: &Element) {
        let id = self.id(element, &["groupid", "id", "group"]);
        let (associate_time, disassociate_time) = times(element);
        self.metadata.groups.push(Group { id, associate_time, disassociate_time });
    }

    fn session(&mut self, element: &Element, path: &str) {
        let id = self.id(element, &["sessionid", "id", "session"]);
        let (associate_time, disassociate_time) = times(element);
        self.metadata.sessions.push(Session {
            group: child_text(element, "groupref")
                .or_else(|| attribute(element, &["group"]).map(str::to_owned)),
            sip_session_ids: children_texts(element, "sipsessionid"),
            start_time: child_text(element, "starttime").or(associate_time),
            stop_time: child_text(element, "stoptime").or(disassociate_time),
            reason: child_text(element, "reason"),
            id: id.clone(),
        });
        // Older shapes put participants and streams inside their session.
        for child in &element.children {
            if !KNOWN.contains(&key(&child.name).as_str()) {
                self.element(child, &join(path, "session"), Some(&id));
            }
        }
    }

    fn participant(&mut self, element: &Element, session: Option<&str>) {
        let mut id = self.id(element, &["participantid", "id", "participant"]);
        if id.is_empty() {
            id = format!("participant {}", self.metadata.participants.len());
        }
        let mut names: Vec<NameId> =
            element.children.iter().filter(|child| key(&child.name) == "nameid").map(name_id).collect();
        let direct = name_id(element);
        if direct != NameId::default() {
            names.push(direct);
        }
        let calling =
            find(element, &|inner| key(&inner.name) == "callingparty").and_then(|inner| {
                match inner.text.as_str() {
                    "true" => Some(true),
                    "false" => Some(false),
                    _ => None,
                }
            });
        self.metadata.participants.push(Participant { id: id.clone(), names, calling });
        let session = attribute(element, &["sessionid", "session"]).or(session);
        if session.is_some() || times(element) != (None, None) {
            self.take_part(element, &id, session.unwrap_or_default());
        }
        if !references(element, "send").is_empty() || !references(element, "recv").is_empty() {
            self.speak(element, &id);
        }
    }

    fn take_part(&mut self, element: &Element, participant: &str, session: &str) {
        let (associate_time, disassociate_time) = times(element);
        self.metadata.participant_sessions.push(ParticipantSessionAssociation {
            participant: participant.to_owned(),
            session: session.to_owned(),
            associate_time,
            disassociate_time,
        });
    }

    fn speak(&mut self, element: &Element, participant: &str) {
        let (associate_time, disassociate_time) = times(element);
        self.metadata.participant_streams.push(ParticipantStreamAssociation {
            participant: participant.to_owned(),
            send: references(element, "send"),
            recv: references(element, "recv"),
            associate_time,
            disassociate_time,
        });
    }

    fn stream(&mut self, element: &Element, session: Option<&str>) {
        let id = self.id(element, &["streamid", "id", "stream"]);
        let session = attribute(element, &["sessionid", "session"]).or(session).map(str::to_owned);
        let label =
            child_text(element, "label").or_else(|| attribute(element, &["label"]).map(str::to_owned));
        self.metadata.streams.push(Stream { id, session, label });
    }

    /// Children of a known element that have no field.
    fn leftovers(&mut self, element: &Element, path: &str) {
        let path = join(path, &element.name);
        for child in &element.children {
            if !KNOWN.contains(&key(&child.name).as_str()) {
                self.extension(child, &path);
            }
        }
    }

    fn extension(&mut self, element: &Element, path: &str) {
        let path = join(path, &element.name);
        let name = key(&element.name);
        if name == "calltype" {
            let has = |wanted: &str| element.children.iter().any(|child| key(&child.name) == wanted);
            let text = element.text.to_ascii_lowercase();
            if text.starts_with("orig") || has("origcall") {
                self.metadata.direction_hint = Some(DirectionHint::Originating);
            } else if text.starts_with("term") || has("termcall") {
                self.metadata.direction_hint = Some(DirectionHint::Terminating);
            }
        }
        if element.children.is_empty() || !element.text.is_empty() {
            let attributes = element.attributes.clone();
            self.metadata.extensions.push(Extension {
                path: path.clone(),
                text: element.text.clone(),
                attributes,
            });
        }
        for child in &element.children {
            self.extension(child, &path);
        }
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") }
}

fn times(element: &Element) -> (Option<String>, Option<String>) {
    (child_text(element, "associatetime"), child_text(element, "disassociatetime"))
}

fn name_id(element: &Element) -> NameId {
    let aor = attribute(element, &["aor"]).map(str::to_owned).or_else(|| child_text(element, "aor"));
    NameId { aor, name: child_text(element, "name") }
}

fn find<'a>(element: &'a Element, is_it: &dyn Fn(&Element) -> bool) -> Option<&'a Element> {
    element.children.iter().find_map(|child| if is_it(child) { Some(child) } else { find(child, is_it) })
}
