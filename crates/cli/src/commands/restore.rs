//! `rokuon restore check` and `rokuon restore finish`: a database restored from a backup, and what was done since that backup.
#![allow(clippy::print_stdout)] // what was found and done is what the commands are for

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use rokuon_db::database::Database;
use rokuon_db::routing;
use rokuon_keeping::failure::KeepingError;
use rokuon_keeping::restore::compare::compare;
use rokuon_keeping::restore::finish::{FEW, finish};
use rokuon_keeping::restore::{Comparison, Restoring};
use rokuon_keeping::signed_note::NoteSigner;
use rokuon_keeping::witness::mark::Standing;
use rokuon_policy::clock::{Clock as _, SystemClock};
use rokuon_policy::ids::TenantId;
use rokuon_policy::recording_state::Tier;
use rokuon_policy::text::Text;
use rokuon_storage::key_service::KeyService;
use rokuon_storage::object_store::ObjectStore;
use rokuon_storage_aws::session::Patience;
use rokuon_worker::adopting::{self, AdoptError};

use crate::arguments::Chosen;
use crate::data_dir::DataDir;
use crate::database::{OpenDatabase, of_database};
use crate::failure::Failure;
use crate::logging;
use crate::settings::Settings;
use crate::signing_key;
use crate::storage::Reach;

/// Compares; fails when something is to be brought up to date.
pub fn run_check(chosen: Chosen) -> Result<ExitCode, Failure> {
    with_platform(chosen, async |open| {
        let mut even = true;
        for found in open.compare_all().await? {
            even &= found.is_even();
            show(&found);
        }
        if even {
            println!("整っています / everything is even");
            return Ok(ExitCode::SUCCESS);
        }
        println!(
            "rokuon restore finish で整えるまで、処理は止まったままです / jobs stay off until `rokuon restore finish`"
        );
        Ok(ExitCode::FAILURE)
    })
}

/// Compares and carries out what was found.
pub fn run_finish(missing_accepted: Option<usize>, chosen: Chosen) -> Result<ExitCode, Failure> {
    with_platform(chosen, async |open| {
        let began = Instant::now();
        let compared = open.compare_all().await?;
        let missing: usize = compared.iter().map(|found| found.missing.len()).sum();
        if missing > FEW && missing_accepted != Some(missing) {
            compared.iter().for_each(show);
            return Err(Failure::new(
                format!(
                    "鍵または音声のない録音が {missing} 件あります。保存先の設定が正しいか確かめ、そのまま隔離してよければ --missing-accepted {missing} を付けてください。何も変えていません。"
                ),
                format!(
                    "{missing} recordings lack their key or media: make sure that these are the right stores; to set them aside all the same, add --missing-accepted {missing}. Nothing was changed"
                ),
            ));
        }
        for mut found in compared {
            show(&found);
            let (entered, elsewhere) = open.adopt(&mut found).await?;
            let on = open.restoring();
            if elsewhere > 0 {
                // Entered as they were sealed: where they were moved to is a matter of comparing, as of any row.
                let tenant = found.tenant.clone();
                found = compare(&on, &tenant).await.map_err(|error| not_finished(&tenant, &error))?;
            }
            let done = finish(&on, &found).await.map_err(|error| not_finished(&found.tenant, &error))?;
            println!(
                "{}: 消去済みに戻した {} 件、消去の続き {} 件、移動先に合わせた {} 件、隔離 {} 件、保全の再設定 {} 件（録音 {} 件）、録音の登録 {entered} 件、登録できず保全した {} 件 / {} marked destroyed again, {} destructions go on, {} follow their media, {} set aside, {} holds stand again (on {} recordings), {entered} recordings entered again, {} could not be and are held by the store",
                found.tenant,
                done.destroyed,
                done.committed,
                done.moved,
                done.missing,
                done.holds,
                done.held,
                done.strays,
                done.destroyed,
                done.committed,
                done.moved,
                done.missing,
                done.holds,
                done.held,
                done.strays,
            );
        }
        println!(
            "{:.1} 秒で終わりました。始められます / done in {:.1} s: start the platform",
            began.elapsed().as_secs_f64(),
            began.elapsed().as_secs_f64()
        );
        Ok(ExitCode::SUCCESS)
    })
}

/// What the commands stand on.
struct Open {
    db: Database,
    store: Arc<dyn ObjectStore>,
    keys: Arc<dyn KeyService>,
    signer: NoteSigner,
}

impl Open {
    fn restoring(&self) -> Restoring<'_> {
        Restoring { db: &self.db, store: &*self.store, signer: &self.signer, now: SystemClock.now() }
    }

    async fn compare_all(&self) -> Result<Vec<Comparison>, Failure> {
        let tenants = routing::tenants(&self.db).await.map_err(|error| of_database(&error))?;
        let mut compared = Vec::with_capacity(tenants.len());
        for tenant in tenants {
            let found = compare(&self.restoring(), &tenant).await;
            compared.push(found.map_err(|error| not_compared(&tenant, &error))?);
        }
        Ok(compared)
    }

    /// Enters recordings again that were sealed after the backup; what cannot be entered stays a stray. Says how many, and how many of
    /// them were moved to the second tier since.
    async fn adopt(&self, found: &mut Comparison) -> Result<(usize, usize), Failure> {
        if found.strays.is_empty() {
            return Ok((0, 0));
        }
        let now = SystemClock.now();
        let adopting = adopting::Adopting::begin(&self.db, &self.store, &self.keys, now).await;
        let adopting = adopting.map_err(|error| of_database(&error))?;
        let (mut entered, mut elsewhere) = (0, 0);
        for stray in found.strays.clone() {
            match adopting.adopt(&found.tenant, stray).await {
                Ok(tier) => {
                    found.strays.remove(&stray);
                    entered += 1;
                    elsewhere += usize::from(tier == Tier::Secondary);
                }
                // Tried again is better than set aside.
                Err(AdoptError::Away(error)) => return Err(not_finished(&found.tenant, &error)),
                Err(AdoptError::Impossible(why)) => {
                    println!("{}: {stray} {} / {}", found.tenant, why.ja, why.en);
                }
            }
        }
        Ok((entered, elsewhere))
    }
}

/// Opens what the settings name, alone, and closes it again.
fn with_platform(
    chosen: Chosen,
    work: impl AsyncFnOnce(&Open) -> Result<ExitCode, Failure>,
) -> Result<ExitCode, Failure> {
    let settings = Settings::resolve(chosen)?;
    logging::start(&settings.log, settings.log_format)?;
    let data_dir = DataDir::take(&settings.data_dir, true)?;
    crate::commands::runtime()?.block_on(async {
        let database = OpenDatabase::open(&data_dir, settings.database.as_ref()).await?;
        let done = async {
            let db = Database::connect(&database.app_url).await.map_err(|error| of_database(&error))?;
            let reach = Reach::with(&settings.storage, Patience::default()).await?;
            let open = Open {
                db: db.clone(),
                store: reach.store(&data_dir)?,
                keys: reach.keys(&data_dir)?,
                signer: signing_key::open(&data_dir)?,
            };
            let done = work(&open).await;
            db.close().await;
            done
        };
        let done = done.await;
        database.stop().await;
        done
    })
}

fn show(found: &Comparison) {
    let standing = match &found.standing {
        Standing::Unmarked => Text::new("確認済みの時点の控えなし", "no mark was ever witnessed"),
        Standing::Follows(mark) => Text::new(
            format!("確認済みの時点（操作記録 {} 件）を含みます", mark.events),
            format!("follows the witnessed place ({} events)", mark.events),
        ),
        Standing::Older { mark, events } => Text::new(
            format!("確認済みの時点より古い（操作記録 {events} 件、確認済み {} 件）", mark.events),
            format!("older than what was witnessed ({events} events, witnessed {})", mark.events),
        ),
    };
    println!("{}: {} / {}", found.tenant, standing.ja, standing.en);
    println!(
        "  録音 {} 件、保存物 {} 件 / {} rows, {} objects",
        found.rows, found.objects, found.rows, found.objects
    );
    for (ja, en, count) in [
        ("その後に消去", "destroyed since", found.destroyed.len()),
        ("その後に消去が確定", "destruction committed since", found.committed.len()),
        ("その後に移動", "moved since", found.moved.len()),
        ("鍵または音声なし", "without key or media", found.missing.len()),
        ("その後の保全", "holds placed since", found.holds.len()),
        ("その後の録音", "recorded since", found.strays.len()),
    ] {
        if count > 0 {
            println!("  {ja} {count} / {en}: {count}");
        }
    }
    for (body, _) in found.destroyed.values() {
        println!(
            "    {} {} {} / {}",
            body.recording,
            body.reason.as_str(),
            body.article.label_ja(),
            body.article.label_en()
        );
    }
}

fn not_compared(tenant: &TenantId, error: &KeepingError) -> Failure {
    Failure::new(
        format!("{tenant} を比べられません（{error}）。何も変えていません。"),
        format!("{tenant} cannot be compared: {error}. Nothing was changed"),
    )
}

fn not_finished(tenant: &TenantId, error: &dyn std::fmt::Display) -> Failure {
    Failure::new(
        format!(
            "{tenant} を整えられませんでした（{error}）。もう一度 rokuon restore finish を実行してください。"
        ),
        format!("{tenant} could not be brought up to date: {error}. Run `rokuon restore finish` again"),
    )
}
