//! A tenant's rules in force, with the names of its departments and lines: read once, kept for some seconds.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use rokuon_db::departments::Department;
use rokuon_db::{departments, lines, policy_versions};
use rokuon_policy::civil::civil_day;
use rokuon_policy::ids::{DepartmentId, TenantId};
use rokuon_policy::policy::Policy;
use rokuon_policy::recording_scope::Line;

use crate::app::App;
use crate::problem::{Code, Problem};
use crate::routes::departments::model::DepartmentName;
use crate::routes::lines::model::LineName;

/// For how long what was read is good: a new policy version or department is seen by then.
const FRESH: TimeDelta = TimeDelta::seconds(5);

/// How many tenants' rules are kept.
const REMEMBERED: usize = 2_000;

/// A tenant's rules in force today.
#[derive(Debug)]
pub struct TenantRules {
    /// The rules.
    pub policy: Policy,
    /// The version's number.
    pub version: i32,
    /// SHA-256 of the document, in hexadecimal.
    pub sha256: String,
    /// The document as written.
    pub toml: String,
    /// First day in force.
    pub effective_from: NaiveDate,
    /// The departments, in the tenant's order.
    pub departments: Vec<Department>,
    /// The lines, in the tenant's order.
    pub lines: Vec<Line>,
}

impl TenantRules {
    /// A department with its name; one the register does not know is named by its key.
    pub fn department(&self, id: &DepartmentId) -> DepartmentName {
        let known = self.departments.iter().find(|department| department.id == *id);
        let name = known.map_or_else(
            || crate::text::Text { ja: id.to_string(), en: id.to_string() },
            |department| (&department.name).into(),
        );
        DepartmentName { id: id.to_string(), name }
    }

    /// A line with its name.
    pub fn line(&self, key: &str) -> LineName {
        let known = self.lines.iter().find(|line| line.key == key);
        let name = known.map_or_else(
            || crate::text::Text { ja: key.to_owned(), en: key.to_owned() },
            |line| (&line.name).into(),
        );
        LineName { key: key.to_owned(), name }
    }
}

type Kept = HashMap<TenantId, (DateTime<Utc>, Arc<TenantRules>)>;

/// The rules that were read lately.
#[derive(Debug, Default)]
pub struct RulesCache(Mutex<Kept>);

impl RulesCache {
    /// The tenant's rules in force.
    ///
    /// # Errors
    /// `not-found` when there is no such tenant or no rules are in force; `unavailable`.
    pub async fn rules(&self, app: &App, tenant: &TenantId) -> Result<Arc<TenantRules>, Problem> {
        let now = app.now();
        let kept = self.kept().get(tenant).cloned();
        if let Some((_, rules)) = kept.as_ref().filter(|(at, _)| (now - *at).abs() < FRESH) {
            return Ok(Arc::clone(rules));
        }
        let rules = Arc::new(read(app, tenant, now, kept.map(|(_, rules)| rules)).await?);
        let mut all = self.kept();
        if all.len() >= REMEMBERED {
            all.clear();
        }
        all.insert(tenant.clone(), (now, Arc::clone(&rules)));
        Ok(rules)
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn read(
    app: &App,
    tenant: &TenantId,
    now: DateTime<Utc>,
    before: Option<Arc<TenantRules>>,
) -> Result<TenantRules, Problem> {
    let mut tx = app.db().tenant(tenant).await?;
    let version = policy_versions::in_force(&mut tx, civil_day(now)).await?;
    let version = version.ok_or_else(|| Problem::new(Code::NotFound))?;
    let sha256 = hex(&version.sha256);
    let policy = match before.filter(|before| before.sha256 == sha256) {
        Some(before) => before.policy.clone(),
        None => Policy::parse(&version.toml).map_err(|findings| {
            Problem::internal(format!("stored policy has {} findings", findings.len()))
        })?,
    };
    let departments = departments::list(&mut tx).await?;
    let lines = lines::list(&mut tx).await?;
    tx.commit_read_only().await?;
    let effective_from = version.effective_from;
    Ok(TenantRules {
        policy,
        version: version.version,
        sha256,
        toml: version.toml,
        effective_from,
        departments,
        lines,
    })
}

/// Bytes in hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
