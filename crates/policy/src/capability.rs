//! What a post may do: a closed list that policy files choose from.

use crate::closed_list::closed_list;
use crate::text::Text;

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
        /// Set operating hours and special days where the document leaves them to the tenant.
        CalendarManage = "calendar.manage",
        /// Read the tenant's policy.
        PolicyRead = "policy.read",
        /// Propose an amended policy.
        PolicyPropose = "policy.propose",
        /// Approve an amended policy that another person proposed.
        PolicyApprove = "policy.approve",
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

impl Capability {
    /// Its name for people.
    pub fn name(self) -> Text {
        let (ja, en) = match self {
            Self::RecordingSearch => ("録音の検索", "find recordings"),
            Self::RecordingPlay => ("録音の再生", "play recordings"),
            Self::RecordingStart => ("手動での録音開始", "start a recording by hand"),
            Self::CallSearch => ("通話履歴の閲覧", "read the call log"),
            Self::CallAnalyse => ("通話履歴の分析", "analyse the call log"),
            Self::AnnouncementNote => ("告知の記録", "note whether the caller was told"),
            Self::AuditRead => ("操作記録の閲覧", "read the audit trail"),
            Self::PersonRead => ("利用者の閲覧", "see who has an ID"),
            Self::PersonIssue => ("ID の交付", "issue IDs"),
            Self::PersonAppoint => ("職への選任", "appoint to posts"),
            Self::DelegationGrant => ("一時的な指定", "designate a person for a time"),
            Self::ConnectionRead => ("接続の閲覧", "see connections"),
            Self::ConnectionManage => ("接続の管理", "manage connections"),
            Self::LineManage => ("回線・装置台帳の管理", "keep the register of lines and devices"),
            Self::CalendarManage => ("運用カレンダーの管理", "keep the operating calendar"),
            Self::PolicyRead => ("運用定めの閲覧", "read the policy"),
            Self::PolicyPropose => ("運用定めの改正の提案", "propose an amended policy"),
            Self::PolicyApprove => ("運用定めの改正の承認", "approve an amended policy"),
            Self::ReportRead => ("報告の閲覧", "read reports"),
            Self::ReportPublish => ("報告の公表", "publish reports"),
            Self::LedgerRead => ("台帳の閲覧", "read ledgers"),
            Self::HoldPlace => ("保全の開始", "place a hold"),
            Self::HoldRelease => ("保全の解除", "release a hold"),
            Self::PreservationDecide => ("保存期間を超える保存の決定", "decide to keep beyond the period"),
            Self::ExtractionDirect => ("取出しの指示", "direct an extraction"),
            Self::ExtractionInstruct => ("取出し対象の指示", "instruct an extraction"),
            Self::ExtractionPerform => ("取出しの実施", "perform an extraction"),
            Self::CopyApprove => ("複製の承認", "approve a copy"),
            Self::CopyKeep => ("複製の保管・廃棄", "keep and destroy copies"),
            Self::ApplicationSubmit => ("申請", "hand in applications"),
            Self::ApplicationOpine => ("意見の提出", "give an opinion"),
            Self::ApplicationDecide => ("申請の決定", "decide applications"),
            Self::DisclosureDecide => ("開示の決定", "decide disclosure"),
            Self::ProvisionDecide => ("外部提供の決定", "decide provision outside"),
            Self::ErasureDecide => ("消去の決定", "decide erasure"),
            Self::IncidentReport => ("不当要求行為の報告", "report improper demands"),
            Self::ComplaintAnswer => ("苦情への対応", "answer complaints"),
            Self::ContractorOversee => ("委託先の監督", "oversee the contractor"),
        };
        Text::new(ja, en)
    }
}
