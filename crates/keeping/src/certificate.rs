//! The certificate of a destruction (standards §4.4): what, why, by which article, when, which versions, and what is kept.
//!
//! A signed note of two lines: the name of the format, and one line of JSON. It holds no number and no name.

use chrono::{DateTime, NaiveDate, Utc};
use rokuon_db::certificates;
use rokuon_db::destruction_lists::ListedObject;
use rokuon_db::keeping::KeptRow;
use rokuon_policy::article::Article;
use rokuon_policy::civil::civil_day;
use rokuon_policy::ids::{RecordingId, TenantId};
use rokuon_policy::keeping::DueReason;
use rokuon_policy::keeping::frames::{Known, Verdict};
use rokuon_policy::keeping::spools::Spools;
use rokuon_policy::media_kind::MediaKind;
use rokuon_policy::policy::Policy;
use rokuon_policy::retention;
use rokuon_policy::text::Text;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::signed_note::{NoteError, NoteSigner, NoteVerifier};

/// The first line of every certificate.
pub const FORMAT: &str = "rokuon erasure certificate 1";

/// What a certificate says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CertificateBody {
    /// Its id.
    pub id: Uuid,
    /// Whose recording it was.
    pub tenant: TenantId,
    /// Which.
    pub recording: RecordingId,
    /// What it was.
    pub media: MediaKind,
    /// The civil day of the call, in Japan.
    pub call_day: NaiveDate,
    /// Why it was destroyed.
    pub reason: DueReason,
    /// The article of that reason.
    pub article: Article,
    /// The retention rule by which it was kept, in one sentence.
    pub rule: Text,
    /// The version of the policy.
    pub policy_version: i32,
    /// Expiry was never to destroy it before.
    pub keep_at_least_until: Option<DateTime<Utc>>,
    /// The end of its period; absent where capacity decides.
    pub keep_until: Option<DateTime<Utc>>,
    /// When what happened.
    pub times: Times,
    /// Every version of every object that was erased, keys first.
    pub erased: Vec<ListedObject>,
    /// What a look at the stores found afterwards.
    pub post_check: PostCheck,
    /// Where else it might have been, and why it is not there.
    pub elsewhere: Elsewhere,
    /// What is kept, and until when.
    pub kept: Vec<Kept>,
}

/// When what happened (UTC).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Times {
    /// It became due.
    pub due: Option<DateTime<Utc>>,
    /// Destruction was committed: nobody could read it from here on.
    pub committed: DateTime<Utc>,
    /// The last version of its key was erased: no object could be decrypted from here on.
    pub keys_erased: DateTime<Utc>,
    /// The last version of its media was erased.
    pub media_erased: DateTime<Utc>,
    /// It was seen that neither a recorder's spool nor a copy of one (tail) held anything of it; absent where that is not known, and
    /// in certificates of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spools_cleared: Option<DateTime<Utc>>,
    /// The stores were looked at once more.
    pub checked: DateTime<Utc>,
}

/// What a look at the stores found afterwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PostCheck {
    /// Versions and markers left of the key.
    pub key_versions: u64,
    /// Versions and markers left of the media, on both tiers.
    pub media_versions: u64,
    /// Whether the wrapped key could still be fetched, and so unwrapped.
    pub unwrap_possible: bool,
}

/// Where else it might have been.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Elsewhere {
    /// The spool of the worker that recorded it, and its copies.
    pub spool: Text,
    /// Keys and pictures in memory.
    pub caches: Text,
    /// What was made of it.
    pub derived: Text,
    /// Copies that were registered.
    pub copies: Text,
}

impl Elsewhere {
    /// By what the recorders said of their spools, and by a look at the tails.
    fn by(known: &Known) -> Self {
        Self {
            spool: spool_of(known),
            caches: Text::new(
                "消去の確定と同時に破棄を指示しました。届かない場合も5分で失効します",
                "told to forget it at the commit; without being told they forget within five minutes",
            ),
            derived: Text::new(
                "波形と目録は録音と同じ場所にあり、上の一覧に含まれます",
                "waveform and manifest lay beside the media and are in the list",
            ),
            copies: Text::new("登録された複製はありません", "no copy was registered"),
        }
    }
}

/// What is known of spools and tails. A recorder says how old the oldest file of its spool is, and a look at the tails how old they are.
fn spool_of(known: &Known) -> Text {
    let Known { spools: Spools { recorders, busy, silent }, may_hold, tails_clear, verdict } = known;
    if *verdict == Verdict::Clear {
        return Text::new(
            format!(
                "通話の後に報告のあった録音装置{recorders}台のどの一時保管にも、保管先にあるその控えにも残っていないことを確かめました"
            ),
            format!(
                "it was seen that none of the spools of the {recorders} recorders heard since the call holds it any more, and no copy of a spool in the store does"
            ),
        );
    }
    let (tails_ja, tails_en) = match tails_clear {
        true => ("控えには残っていません", "no copy of a spool in the store holds it"),
        false => ("控えについては確かめられていません", "of copies of spools in the store it is not known"),
    };
    if *recorders == 0 {
        return Text::new(
            format!(
                "通話の後に報告のあった録音装置はなく、一時保管については確かめられていません。{tails_ja}"
            ),
            format!("no recorder was heard since the call: nothing is known of spools; {tails_en}"),
        );
    }
    Text::new(
        format!(
            "通話の後に報告のあった録音装置{recorders}台のうち{may_hold}台の一時保管に残っていないことは、確かめられていません(封印待ちのあるもの{busy}台、連絡のないもの{silent}台)。{tails_ja}"
        ),
        format!(
            "of the {recorders} recorders heard since the call it is not known that the spools of {may_hold} do not hold it any more ({busy} have something to seal, {silent} are silent); {tails_en}"
        ),
    )
}

/// Something that is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kept {
    /// What.
    pub what: Text,
    /// Until when; absent where it has no end.
    pub until: Option<DateTime<Utc>>,
    /// The article, where a rule of the policy says so.
    pub article: Option<Article>,
}

/// What is kept of a recording that is gone.
fn kept(policy: &Policy, row: &KeptRow) -> Vec<Kept> {
    let log = retention::dates(policy, MediaKind::CallLog, row.kept.started_at);
    vec![
        Kept {
            what: Text::new(
                "操作記録（人と録音は番号だけ）",
                "audit events (people and recordings by id only)",
            ),
            until: None,
            article: None,
        },
        Kept {
            what: Text::new(
                "録音の管理行（日時・長さ・ハッシュ。音声と番号は含まない）",
                "the recording's row: times, length, hashes; no sound, no number",
            ),
            until: None,
            article: None,
        },
        Kept {
            what: Text::new("通話履歴", "the call's entry in the log"),
            until: log.keep_until,
            article: Some(log.article),
        },
        Kept { what: Text::new("この証明書", "this certificate"), until: None, article: None },
    ]
}

/// Everything a destruction brought to light, for its certificate.
pub(crate) struct Destroyed<'a> {
    pub(crate) row: &'a KeptRow,
    pub(crate) erased: Vec<ListedObject>,
    pub(crate) times: Times,
    /// What is known of spools and tails.
    pub(crate) known: Known,
}

/// Makes the certificate of a destruction whose post-check found nothing.
pub(crate) fn certify(
    tenant: &TenantId,
    policy: &Policy,
    destroyed: Destroyed<'_>,
    signer: &NoteSigner,
) -> Option<certificates::Certificate> {
    let Destroyed { row, mut erased, times, known } = destroyed;
    let cause = row.kept.cause.as_ref()?;
    // Keys first, as they were erased.
    erased.sort_by(|a, b| (a.bucket != "keys", a).cmp(&(b.bucket != "keys", b)));
    let body = CertificateBody {
        id: Uuid::now_v7(),
        tenant: tenant.clone(),
        recording: row.id,
        media: row.kept.media,
        call_day: civil_day(row.kept.started_at),
        reason: cause.reason,
        article: cause.article.clone(),
        rule: row.kept.retention.sentence.clone(),
        policy_version: row.policy_version,
        keep_at_least_until: row.kept.retention.keep_at_least_until,
        keep_until: row.kept.retention.keep_until,
        times,
        erased,
        post_check: PostCheck { key_versions: 0, media_versions: 0, unwrap_possible: false },
        elsewhere: Elsewhere::by(&known),
        kept: kept(policy, row),
    };
    let json = serde_json::to_string(&body).expect("plain structs are JSON");
    Some(certificates::Certificate {
        id: body.id,
        recording: body.recording,
        issued_at: times.checked,
        reason: body.reason.as_str().to_owned(),
        article: body.article,
        policy_version: body.policy_version,
        call_day: body.call_day,
        note: signer.sign(&format!("{FORMAT}\n{json}\n")),
    })
}

/// Why a text is no certificate.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// Its signature is not good.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// It was signed, and is something else.
    #[error("it is signed, but it is no certificate of this format")]
    NotACertificate,
    /// It is a certificate that contradicts itself.
    #[error("it is signed, but it contradicts itself: {0}")]
    Contradiction(&'static str),
}

/// Checks a certificate by nothing but the key, and says what it says.
///
/// # Errors
/// [`CertificateError`].
pub fn verify(note: &str, key: &NoteVerifier) -> Result<CertificateBody, CertificateError> {
    let text = key.open(note)?;
    let json = text
        .strip_prefix(FORMAT)
        .and_then(|rest| rest.strip_prefix('\n'))
        .and_then(|rest| rest.strip_suffix('\n'))
        .ok_or(CertificateError::NotACertificate)?;
    let body: CertificateBody = serde_json::from_str(json).map_err(|_| CertificateError::NotACertificate)?;
    let times = &body.times;
    let in_order = [
        times.due.unwrap_or(times.committed),
        times.committed,
        times.keys_erased,
        times.media_erased,
        times.spools_cleared.unwrap_or(times.media_erased),
        times.checked,
    ];
    let clean = body.post_check.key_versions == 0
        && body.post_check.media_versions == 0
        && !body.post_check.unwrap_possible;
    let early = |until: Option<DateTime<Utc>>| until.is_some_and(|until| times.committed < until);
    let too_early = match body.reason {
        DueReason::Expired => early(body.keep_at_least_until) || early(body.keep_until),
        DueReason::Capacity => early(body.keep_at_least_until),
        DueReason::Erasure => false,
    };
    let contradiction = match () {
        () if !in_order.is_sorted() => Some("its times are not in order"),
        () if !clean => Some("something was left"),
        () if too_early => Some("it was destroyed before the end of its period"),
        () => None,
    };
    contradiction.map_or(Ok(body), |what| Err(CertificateError::Contradiction(what)))
}
