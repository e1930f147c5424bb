//! What a post may do: a closed list that policy files choose from.

use crate::closed_list::closed_list;

closed_list! {
    /// One thing a post (職) can be allowed to do.
    pub enum Capability {
        /// Find recordings and see their facts.
        RecordingSearch = "recording.search",
        /// Hear a recording for a stated purpose.
        RecordingPlay = "recording.play",
        /// Start a recording by hand during a call.
        RecordingStart = "recording.start",
        /// Read the call log.
        CallSearch = "call.search",
        /// Count and compare the call log by department and hour.
        CallAnalyse = "call.analyse",
        /// Note on a call whether the caller was told, or which exception was used.
        AnnouncementNote = "announcement.note",
        /// Read the audit trail.
        AuditRead = "audit.read",
        /// See who has an ID and which posts they hold.
        PersonRead = "person.read",
        /// Issue and withdraw IDs.
        PersonIssue = "person.issue",
        /// Appoint to the posts that name the caller's post as appointing.
        PersonAppoint = "person.appoint",
        /// Give a further person access for a scope and a time.
        DelegationGrant = "delegation.grant",
        /// See the connections and their health.
        ConnectionRead = "connection.read",
        /// Create and disable connections.
        ConnectionManage = "connection.manage",
        /// Keep the register of lines and devices.
        LineManage = "line.manage",
        /// Read the tenant's policy.
        PolicyRead = "policy.read",
        /// Read operation reports.
        ReportRead = "report.read",
        /// Publish an operation report.
        ReportPublish = "report.publish",
        /// Read and print ledgers.
        LedgerRead = "ledger.read",
        /// Place a preservation hold.
        HoldPlace = "hold.place",
        /// Release a preservation hold.
        HoldRelease = "hold.release",
        /// Decide that a recording is kept beyond its period.
        PreservationDecide = "preservation.decide",
        /// Direct that a copy be taken out.
        ExtractionDirect = "extraction.direct",
        /// Pass the direction on, naming the target.
        ExtractionInstruct = "extraction.instruct",
        /// Take the copy out and enter it in the ledger.
        ExtractionPerform = "extraction.perform",
        /// Approve that a copy is made.
        CopyApprove = "copy.approve",
        /// Keep, return and destroy copies, and record it.
        CopyKeep = "copy.keep",
        /// Hand in an application.
        ApplicationSubmit = "application.submit",
        /// Give the opinion a step asks for.
        ApplicationOpine = "application.opine",
        /// Decide an application.
        ApplicationDecide = "application.decide",
        /// Decide a disclosure to the person concerned.
        DisclosureDecide = "disclosure.decide",
        /// Decide provision outside.
        ProvisionDecide = "provision.decide",
        /// Decide erasure before the period ends.
        ErasureDecide = "erasure.decide",
        /// Mark a call as an improper demand and report it.
        IncidentReport = "incident.report",
        /// Answer complaints and keep their register.
        ComplaintAnswer = "complaint.answer",
        /// Keep contracts, inspections and reports of the contractor.
        ContractorOversee = "contractor.oversee",
    }
}
