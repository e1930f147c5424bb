//! Ledgers (台帳, 目録) and their columns.

use serde::Serialize;

use crate::application::Field;
use crate::article::Article;
use crate::closed_list::closed_list;
use crate::text::Text;

closed_list! {
    /// What a ledger's rows are.
    pub enum LedgerOf {
        /// Copies taken out.
        Extractions = "extractions",
        /// Copies kept outside the system.
        Copies = "copies",
        /// Applications of any type.
        Applications = "applications",
        /// Provisions outside.
        Provisions = "provisions",
        /// Complaints.
        Complaints = "complaints",
        /// Devices.
        Devices = "devices",
        /// Trainings held.
        Trainings = "trainings",
        /// Data received and handed over.
        Handovers = "handovers",
        /// Contracts, inspections and reports of the contractor.
        Contractor = "contractor",
    }
}

/// A ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ledger {
    /// Its key.
    pub key: String,
    /// The article.
    pub article: Article,
    /// Its name.
    pub name: Text,
    /// The form's number.
    pub form: Option<String>,
    /// What its rows are.
    pub rows: LedgerOf,
    /// Its columns in order.
    pub columns: Vec<Field>,
}
