//! Tries what we rely on of a bucket: objects beneath `<tenant>/trial-…` are put, held, hidden, and erased again.

use bytes::Bytes;
use chrono::TimeDelta;
use rokuon_storage::object_store::{Bucket, ObjectKey, ObjectStore, StoreErrorKind, StoredObject};

use super::check::Checked;
use super::finding::{Findings, so};
use crate::failure::{code_of, of_store};
use crate::s3_store::{S3Store, StoreEncryption};

/// The octets of the trial's objects.
const OCTETS: &[u8] = b"rokuon trial object; safe to erase";

struct Trial<'a> {
    store: &'a S3Store,
    bucket: Bucket,
    key: ObjectKey,
    other: ObjectKey,
}

/// Everything in turn; what was put is erased whatever is found.
pub async fn run(checked: &Checked<'_>, bucket: Bucket, found: &mut Findings) {
    let number = uuid::Uuid::now_v7();
    let key = |what: &str| format!("{}/trial-{number}/{what}", checked.tenant).parse::<ObjectKey>();
    let (Ok(key), Ok(other)) = (key("one"), key("two")) else { return };
    let trial = Trial { store: checked.store, bucket, key, other };
    if let Some(stored) = trial.puts(found).await {
        trial.reads(&stored, found).await;
        trial.lists(&stored, checked, found).await;
        trial.tags(&stored, checked, found).await;
        trial.encrypts(&stored, found).await;
        trial.holds(&stored, found).await;
        trial.hides(&stored, found).await;
        trial.erases(&stored, found).await;
    }
    trial.tidy().await;
}

fn told<T>(result: Result<T, rokuon_storage::object_store::StoreError>) -> Result<T, String> {
    result.map_err(|error| error.to_string())
}

impl Trial<'_> {
    async fn puts(&self, found: &mut Findings) -> Option<StoredObject> {
        let put =
            |octets: &'static [u8]| self.store.put_new(self.bucket, &self.key, Bytes::from_static(octets));
        let first = match put(OCTETS).await {
            Ok(stored) => stored,
            Err(error) => {
                found.needed(
                    "置いて読み戻せる",
                    "an object can be put and read back",
                    Err(error.to_string()),
                );
                return None;
            }
        };
        found.needed("置いて読み戻せる", "an object can be put and read back", Ok(()));
        found.needed(
            "置いたものに版の名前が付く",
            "what is put is given a version's name",
            so(!first.version_id.is_empty(), || "no version".to_owned()),
        );
        let again = told(put(OCTETS).await);
        found.needed(
            "同じものを二度置いても一つである",
            "the same put twice is one object",
            again.and_then(|again| so(again == first, || format!("{again:?}"))),
        );
        let over = put(b"other octets").await;
        found.needed(
            "別のもので上書きできない（If-None-Match）",
            "it is not overwritten by something else (If-None-Match)",
            match over {
                Err(error) if error.kind == StoreErrorKind::AlreadyExists => Ok(()),
                Err(error) => Err(error.to_string()),
                Ok(_) => Err("it was overwritten".to_owned()),
            },
        );
        self.races(found).await;
        let request = self.store.client.put_object().bucket(self.store.layout.name(self.bucket));
        let wrong = request
            .key(self.other.as_str())
            .if_none_match("*")
            .checksum_sha256("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
            .body(aws_sdk_s3::primitives::ByteStream::from_static(OCTETS));
        let wrong = match wrong.send().await {
            Err(_) => Ok(()),
            Ok(taken) => {
                let version = taken.version_id.unwrap_or_default();
                let _tidied = self.store.erase_version(self.bucket, &self.other, &version).await;
                Err("a wrong SHA-256 was taken; we verify by reading back".to_owned())
            }
        };
        found.advised(
            "途中で変わったものは受け取らない（SHA-256）",
            "it does not take what changed on the way (SHA-256)",
            wrong,
        );
        Some(first)
    }

    async fn races(&self, found: &mut Findings) {
        let put = |octets: Vec<u8>| self.store.put_new(self.bucket, &self.other, octets.into());
        let (one, two) = tokio::join!(put(vec![1; 5_000]), put(vec![2; 5_000]));
        let winners = [&one, &two].iter().filter(|put| put.is_ok()).count();
        found.needed(
            "同時に置いた二つのうち一つだけが残る",
            "of two put at once under one name one stands",
            so(winners == 1, || format!("{winners} won; radosgw needs s3_atomic_puts = false")),
        );
        for won in [one, two].into_iter().flatten() {
            let _tidied = self.store.erase_version(self.bucket, &self.other, &won.version_id).await;
        }
    }

    async fn reads(&self, stored: &StoredObject, found: &mut Findings) {
        let (store, version) = (self.store, Some(stored.version_id.as_str()));
        let whole = told(store.get(self.bucket, &self.key, version).await);
        found.needed(
            "版の名前で読める",
            "it is read by its version",
            whole.and_then(|octets| so(octets == OCTETS, || format!("{} octets", octets.len()))),
        );
        let part = told(store.get_range(self.bucket, &self.key, version, 7..12).await);
        found.needed(
            "一部だけを読める",
            "a range of it is read",
            part.and_then(|part| so(part == OCTETS[7..12], || format!("{} octets", part.len()))),
        );
        let end = OCTETS.len() as u64;
        let tail = told(store.get_range(self.bucket, &self.key, version, end - 3..end + 100).await);
        found.needed(
            "終わりを越える範囲は終わりまで読める",
            "a range past its end is read to its end",
            tail.and_then(|tail| so(tail == OCTETS[OCTETS.len() - 3..], || format!("{} octets", tail.len()))),
        );
        let past = store.get_range(self.bucket, &self.key, version, end..end + 1).await;
        found.needed(
            "終わりから始まる範囲は断られる",
            "a range that begins at its end is refused",
            match past {
                Err(error) if error.kind == StoreErrorKind::Refused => Ok(()),
                other => Err(format!("{other:?}")),
            },
        );
        let head = told(store.head(self.bucket, &self.key).await);
        found.needed(
            "大きさ・版・SHA-256 が分かる",
            "its length, version and SHA-256 are known",
            head.and_then(|head| so(head.as_ref() == Some(stored), || format!("{head:?}"))),
        );
        let missing = told(store.head(self.bucket, &self.other).await);
        found.needed(
            "ないものはないと答える",
            "what is not there is said not to be there",
            missing.and_then(|missing| so(missing.is_none(), || format!("{missing:?}"))),
        );
    }

    async fn lists(&self, stored: &StoredObject, checked: &Checked<'_>, found: &mut Findings) {
        let prefix = self.key.as_str().rsplit_once('/').map_or("", |(before, _)| before);
        let keys = told(self.store.list(self.bucket, prefix, None, 10).await);
        found.needed(
            "一覧にすぐ現れる",
            "it is listed at once",
            keys.and_then(|keys| so(keys == [self.key.clone()], || format!("{keys:?}"))),
        );
        let versions = told(self.store.list_versions(self.bucket, prefix, None, 10).await);
        let one = versions.clone().and_then(|versions| {
            let is_ours = matches!(&versions[..], [one] if one.version_id == stored.version_id && one.len == stored.len);
            so(is_ours, || format!("{versions:?}"))
        });
        found.needed("版の一覧に現れる", "its version is listed", one);
        let at = versions.map(|versions| versions.first().and_then(|one| one.last_modified));
        found.needed(
            "時計が5分以上ずれていない",
            "the clocks are within five minutes",
            at.and_then(|at| {
                let apart = at.map(|at| (at - checked.now).abs());
                so(apart.is_some_and(|apart| apart < TimeDelta::minutes(5)), || format!("apart by {apart:?}"))
            }),
        );
    }

    async fn tags(&self, stored: &StoredObject, checked: &Checked<'_>, found: &mut Findings) {
        let class = checked.classes.first().copied().or_else(|| "d35".parse().ok());
        let set = told(self.store.set_backstop(self.bucket, &self.key, &stored.version_id, class).await);
        found.needed("版に区分の札を付けられる", "a version can be given a class", set);
        let seen = self.tags_seen(stored).await;
        found.needed(
            "付けた札が見える",
            "the class given is seen",
            seen.and_then(|seen| {
                let wanted = class.map(|class| class.to_string());
                so(seen == wanted, || format!("{seen:?}"))
            }),
        );
        let cleared = told(self.store.set_backstop(self.bucket, &self.key, &stored.version_id, None).await);
        found.needed(
            "札を外せる（保全中は規則が触れない）",
            "a class can be taken off, so that no rule touches it",
            cleared,
        );
        let seen = self.tags_seen(stored).await;
        found.needed(
            "外した札は残らない",
            "a class taken off is gone",
            seen.and_then(|seen| so(seen.is_none(), || format!("{seen:?}"))),
        );
    }

    async fn tags_seen(&self, stored: &StoredObject) -> Result<Option<String>, String> {
        let request = self.store.client.get_object_tagging().bucket(self.store.layout.name(self.bucket));
        let request = request.key(self.key.as_str()).version_id(&stored.version_id);
        let seen = request.send().await.map_err(|error| of_store(error).to_string())?;
        Ok(seen.tag_set.first().map(|tag| tag.value().to_owned()))
    }

    async fn encrypts(&self, stored: &StoredObject, found: &mut Findings) {
        let request = self.store.client.head_object().bucket(self.store.layout.name(self.bucket));
        let head = request.key(self.key.as_str()).version_id(&stored.version_id).send().await;
        let head = head.map_err(|error| of_store(error).to_string());
        let by = head
            .map(|head| (head.server_side_encryption.map(|by| by.as_str().to_owned()), head.ssekms_key_id));
        match self.store.layout.encryption {
            StoreEncryption::TenantKey => found.needed(
                "団体の鍵で暗号化されて置かれる（SSE-KMS）",
                "it lies encrypted under the tenant's key (SSE-KMS)",
                by.and_then(|by| {
                    so(by.0.as_deref() == Some("aws:kms") && by.1.is_some(), || format!("{by:?}"))
                }),
            ),
            StoreEncryption::BucketDefault => found.advised(
                "サーバー側でも暗号化されて置かれる",
                "it lies encrypted by the server as well",
                by.and_then(|by| {
                    so(by.0.is_some(), || "it is not; our own container is the encryption".to_owned())
                }),
            ),
        }
    }

    async fn holds(&self, stored: &StoredObject, found: &mut Findings) {
        let (store, bucket, key, version) = (self.store, self.bucket, &self.key, &stored.version_id);
        let free = told(store.is_held(bucket, key, version).await);
        let free = free.and_then(|held| so(!held, || "held".to_owned()));
        found.needed("置いただけでは保全されない", "nothing is held of itself", free);
        let set = told(store.set_held(bucket, key, version, true).await);
        found.needed("版に法的保全を掛けられる", "a legal hold can be set on a version", set);
        let held = told(store.is_held(bucket, key, version).await);
        let held = held.and_then(|held| so(held, || "not held".to_owned()));
        found.needed("掛けた保全が見える", "the hold set is seen", held);

        let name = store.layout.name(bucket);
        let single =
            store.client.delete_object().bucket(name).key(key.as_str()).version_id(version).send().await;
        found.needed(
            "保全した版は消せない",
            "a held version is not erased",
            match single {
                Err(error) if code_of(&error).0 == 403 => Ok(()),
                Err(error) => Err(of_store(error).to_string()),
                Ok(_) => Err("it was erased".to_owned()),
            },
        );
        let beside = store.put_new(bucket, &self.other, Bytes::from_static(b"beside")).await;
        let beside = beside.map(|beside| beside.version_id).unwrap_or_default();
        let batch = [(key.clone(), version.clone()), (self.other.clone(), beside)];
        let answers = store.erase_versions(bucket, &batch).await;
        let kinds: Vec<_> =
            answers.iter().map(|answer| answer.as_ref().err().map(|error| error.kind)).collect();
        found.needed(
            "まとめて消しても保全した版は残る",
            "nor in a batch",
            so(kinds.first() == Some(&Some(StoreErrorKind::Held)), || format!("{kinds:?}")),
        );
        found.needed(
            "まとめて消すとき、ほかの版は消える",
            "and the others of the batch are erased",
            so(kinds.get(1) == Some(&None), || format!("{kinds:?}")),
        );
        let left = told(store.get(bucket, key, Some(version)).await);
        found.needed(
            "消されかけても保全した版は読める",
            "after that it is still read",
            left.and_then(|octets| so(octets == OCTETS, || format!("{} octets", octets.len()))),
        );
        let off = told(store.set_held(bucket, key, version, false).await);
        found.needed("保全を外せる", "the hold can be taken off", off);
    }

    async fn hides(&self, stored: &StoredObject, found: &mut Findings) {
        let (store, bucket, key) = (self.store, self.bucket, &self.key);
        let name = store.layout.name(bucket);
        let hidden = store.client.delete_object().bucket(name).key(key.as_str()).send().await;
        if hidden.as_ref().is_err_and(|error| code_of(error).0 == 403) {
            // A bucket policy that lets nobody hide anything is better still.
            found.needed(
                "版を指定しない削除では失われない",
                "a deletion without a version loses nothing",
                Ok(()),
            );
            return;
        }
        let marker = hidden.map_err(|error| of_store(error).to_string()).map(|hidden| hidden.version_id);
        let by_version = told(store.get(bucket, key, Some(&stored.version_id)).await);
        found.needed(
            "版を指定しない削除では失われない",
            "a deletion without a version loses nothing",
            marker.clone().and(by_version.map(drop)),
        );
        let listed = told(store.list_versions(bucket, key.as_str(), None, 10).await);
        found.needed(
            "削除の印が版の一覧に現れる",
            "the marker it leaves is listed",
            listed.and_then(|all| so(all.iter().any(|one| one.is_delete_marker), || format!("{all:?}"))),
        );
        let marker = marker.ok().flatten().unwrap_or_default();
        let erased = told(store.erase_version(bucket, key, &marker).await);
        let back = told(store.head(bucket, key).await);
        found.needed(
            "印を消すと元に戻る",
            "with the marker erased it is back",
            erased.and(back).and_then(|back| so(back.is_some(), || "still hidden".to_owned())),
        );
    }

    async fn erases(&self, stored: &StoredObject, found: &mut Findings) {
        let (store, bucket, key, version) = (self.store, self.bucket, &self.key, &stored.version_id);
        let erased = told(store.erase_version(bucket, key, version).await);
        found.needed("版を消せる", "a version can be erased", erased);
        let gone = store.get(bucket, key, Some(version)).await;
        found.needed(
            "消した版は読めない",
            "an erased version is not read",
            match gone {
                Err(error) if error.kind == StoreErrorKind::NotFound => Ok(()),
                other => Err(format!("{:?}", other.map(|octets| octets.len()))),
            },
        );
        let again = told(store.erase_version(bucket, key, version).await);
        found.needed("二度消しても差し支えない", "erasing it again is nothing", again);
        let left = told(store.list_versions(bucket, key.as_str(), None, 10).await);
        found.needed(
            "消したあとには何も残らない",
            "nothing is left of it",
            left.and_then(|left| so(left.is_empty(), || format!("{left:?}"))),
        );
    }

    /// Erases whatever a trial that went wrong left.
    async fn tidy(&self) {
        let prefix = self.key.as_str().rsplit_once('/').map_or("", |(before, _)| before);
        let Ok(left) = self.store.list_versions(self.bucket, prefix, None, 100).await else { return };
        for one in left {
            if !one.is_delete_marker {
                let _held = self.store.set_held(self.bucket, &one.key, &one.version_id, false).await;
            }
            if let Err(error) = self.store.erase_version(self.bucket, &one.key, &one.version_id).await {
                tracing::warn!(%error, key = %one.key, "an object of the trial stays behind");
            }
        }
    }
}
