//! Application types: forms, steps and the closed list of their effects.

use serde::Serialize;

use crate::article::Article;
use crate::closed_list::closed_list;
use crate::ground::{Deadline, Ground};
use crate::text::Text;

closed_list! {
    /// What a granted application does.
    pub enum Effect {
        /// The applicant may listen.
        Listen = "listen",
        /// A copy is made.
        Copy = "copy",
        /// A preservation hold is placed.
        Hold = "hold",
        /// A preservation hold is released.
        Release = "release",
        /// The recording is erased.
        Erase = "erase",
        /// It is disclosed to the person concerned.
        Disclose = "disclose",
        /// It is provided to a third party.
        Provide = "provide",
        /// A further person is given access.
        Delegate = "delegate",
    }
}

closed_list! {
    /// What is done in a step.
    pub enum StepAct {
        /// Hands the application in.
        Submit = "submit",
        /// Takes it in and checks it is complete.
        Receive = "receive",
        /// Checks who the applicant is.
        Identify = "identify",
        /// Is heard before the decision.
        Opine = "opine",
        /// Decides.
        Decide = "decide",
        /// Directs another post to act.
        Direct = "direct",
        /// Carries it out.
        Perform = "perform",
        /// Confirms that something outside was done.
        Confirm = "confirm",
        /// Reports it.
        Report = "report",
    }
}

closed_list! {
    /// What a field holds.
    pub enum FieldKind {
        /// A line of text.
        Text = "text",
        /// Several lines.
        LongText = "long_text",
        /// A civil date.
        Date = "date",
        /// Date and time.
        DateTime = "date_time",
        /// A number.
        Number = "number",
        /// A phone number.
        PhoneNumber = "phone_number",
        /// A member of staff.
        Person = "person",
        /// A department.
        Department = "department",
        /// One or more recordings.
        Recordings = "recordings",
        /// One of the grounds.
        Ground = "ground",
        /// One of listed words.
        Choice = "choice",
        /// A document on file.
        Document = "document",
        /// Yes or no.
        YesNo = "yes_no",
    }
}

closed_list! {
    /// Who hands it in.
    pub enum Applicant {
        /// A member of staff.
        Staff = "staff",
        /// The head of a department.
        DepartmentHead = "department_head",
        /// The person whose data it is.
        PersonConcerned = "person_concerned",
        /// An investigating authority.
        InvestigatingAuthority = "investigating_authority",
        /// Another body or person outside.
        OutsideBody = "outside_body",
        /// The post that takes the first step itself.
        Post = "post",
    }
}

/// A field of a form, or a column of a ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Field {
    /// Its key.
    pub key: String,
    /// Its name.
    pub name: Text,
    /// What it holds.
    pub kind: FieldKind,
    /// Whether it must be filled.
    pub required: bool,
    /// The words of a choice.
    pub choices: Vec<Text>,
}

/// One step: who acts, and what they must state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Its key.
    pub key: String,
    /// The article that asks for it.
    pub article: Article,
    /// Its name.
    pub name: Text,
    /// What is done.
    pub act: StepAct,
    /// The posts that may take it; empty when the applicant outside takes it.
    pub posts: Vec<String>,
    /// Keys of the fields that must be filled in it.
    pub must_state: Vec<String>,
    /// Taken only when this holds.
    pub only_if: Option<Text>,
    /// When it is due.
    pub deadline: Option<Deadline>,
}

/// A type of application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ApplicationType {
    /// Its key.
    pub key: String,
    /// The article.
    pub article: Article,
    /// Its name.
    pub name: Text,
    /// The rule in one sentence.
    pub sentence: Text,
    /// The form's number, such as 様式第1号.
    pub form: Option<String>,
    /// Who hands it in.
    pub applicant: Applicant,
    /// What granting it does.
    pub effects: Vec<Effect>,
    /// Grounds it can stand on.
    pub grounds: Vec<Ground>,
    /// Grounds that forbid granting it.
    pub refused_while: Vec<Ground>,
    /// Whether a granted erasure may come before the minimum period ends.
    pub before_minimum: bool,
    /// The form's fields.
    pub fields: Vec<Field>,
    /// The steps in order.
    pub steps: Vec<Step>,
    /// When the whole is due.
    pub deadline: Option<Deadline>,
    /// The ledger it is entered in.
    pub ledger: Option<String>,
}
