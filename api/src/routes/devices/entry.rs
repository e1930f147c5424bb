//! What was entered of a device, checked field by field.

use rokuon_db::devices::DeviceEntry;
use rokuon_db::error::DbError;
use rokuon_policy::ids::DepartmentId;
use rokuon_policy::pii::Pii;
use rokuon_policy::recording_scope::normalise_number;

use crate::problem::{Code, Problem};
use crate::routes::devices::model::EntryRequest;
use crate::tenant_rules::TenantRules;

/// The entry, when every field is right.
pub fn checked(body: EntryRequest, rules: &TenantRules) -> Result<DeviceEntry, Problem> {
    let mut problem = None::<Problem>;
    let mut fault = |field: &str, ja: &str, en: &str| {
        let before = problem.take().unwrap_or_else(|| Problem::new(Code::InvalidFields));
        problem = Some(before.and_field(field, ja, en));
    };
    let texts = [
        ("entry.number", &body.number, 1, 20, "1〜20文字です", "must have 1 to 20 characters"),
        ("entry.name", &body.name, 1, 100, "1〜100文字です", "must have 1 to 100 characters"),
        ("entry.place", &body.place, 1, 200, "1〜200文字です", "must have 1 to 200 characters"),
        ("entry.notice", &body.notice, 0, 1_000, "1000文字までです", "must have at most 1000 characters"),
        (
            "entry.notice_place",
            &body.notice_place,
            0,
            200,
            "200文字までです",
            "must have at most 200 characters",
        ),
    ];
    for (field, text, least, most, ja, en) in texts {
        let length = text.trim().chars().count();
        let control = text.chars().any(|c| c.is_control() && c != '\n');
        if length < least || length > most || control {
            fault(field, ja, en);
        }
    }
    let department = body.department.as_deref().map(|key| key.parse::<DepartmentId>().ok());
    let known = |id: &DepartmentId| rules.departments.iter().any(|department| department.id == *id);
    if department.as_ref().is_some_and(|id| !id.as_ref().is_some_and(known)) {
        fault("entry.department", "登録のない所属です", "is not a department");
    }
    let written = body.digits.as_deref().map(str::trim).filter(|digits| !digits.is_empty());
    let digits =
        written.and_then(normalise_number).filter(|d| d.len() <= 32 && d.bytes().all(|b| b.is_ascii_digit()));
    if written.is_some() && digits.is_none() {
        fault("entry.digits", "電話番号ではありません", "is not a telephone number");
    }
    if let Some(problem) = problem {
        return Err(problem);
    }
    let line = |text: String| text.trim().to_owned();
    Ok(DeviceEntry {
        number: line(body.number),
        name: line(body.name),
        place: line(body.place),
        department: department.flatten(),
        digits: digits.map(Pii::new),
        start: body.start.into(),
        notice: line(body.notice),
        notice_place: line(body.notice_place),
        in_use_from: body.in_use_from,
    })
}

/// What the database objects to, as the field it is about.
pub fn conflict(error: DbError) -> Problem {
    match error.constraint() {
        Some("devices_number_once") => {
            Problem::field("entry.number", "この番号の装置はすでにあります", "is another device's number")
        }
        Some("devices_in_order") => {
            Problem::field("from", "使用を始めた日より前です", "lies before the first day in use")
        }
        _ => error.into(),
    }
}
