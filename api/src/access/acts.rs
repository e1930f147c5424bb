//! What can be done over the API: each act with the capability it needs and the audit event it leaves.

use rokuon_policy::capability::Capability;

/// An act: asking for [`crate::access::permitted::Permitted`] of it is the check.
pub trait Act: Send + Sync + 'static {
    /// What the person's posts must give them.
    const CAPABILITY: Capability;
    /// The kind of the audit event it leaves, done or refused.
    const EVENT: &'static str;
    /// The capability as the OpenAPI document writes it.
    const NAME: &'static str = Self::CAPABILITY.as_str();
}

macro_rules! acts {
    ($($(#[$doc:meta])* $name:ident $capability:ident $event:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name;
        impl Act for $name {
            const CAPABILITY: Capability = Capability::$capability;
            const EVENT: &'static str = $event;
        }
    )*};
}

acts! {
    /// Search recordings.
    RecordingSearch RecordingSearch "recording.search";
    /// See one recording's facts.
    RecordingView RecordingSearch "recording.view";
    /// See the picture of a recording's sound.
    RecordingWaveform RecordingPlay "recording.waveform";
    /// State a purpose for one recording.
    UseOpen RecordingPlay "use.open";
    /// Hear a recording.
    PlayStart RecordingPlay "play.start";
    /// Say what was heard.
    PlayStop RecordingPlay "play.stop";
    /// See preservation holds.
    HoldList RecordingSearch "hold.list";
    /// See one preservation hold.
    HoldView RecordingSearch "hold.view";
    /// Count what a hold on a search result would rest on.
    HoldSelect HoldPlace "hold.select";
    /// Place a preservation hold.
    HoldPlace HoldPlace "hold.place";
    /// Keep a preservation hold on.
    HoldExtend HoldPlace "hold.extend";
    /// Ask for the release of a preservation hold.
    HoldAskRelease HoldPlace "hold.release_ask";
    /// Release a preservation hold.
    HoldRelease HoldRelease "hold.release";
    /// See requests for erasure.
    ErasureList RecordingSearch "erasure.list";
    /// See one request for erasure.
    ErasureView RecordingSearch "erasure.view";
    /// Enter a request for erasure.
    ErasureAsk RecordingSearch "erasure.ask";
    /// Approve an erasure.
    ErasureApprove ErasureDecide "erasure.approve";
    /// Refuse an erasure.
    ErasureRefuse ErasureDecide "erasure.refuse";
    /// Take a request for erasure back.
    ErasureWithdraw RecordingSearch "erasure.withdraw";
    /// See the calls that go on.
    LiveCallList RecordingSearch "live_call.list";
    /// Start, pause, resume or stop a live recording.
    CaptureOrderPlace RecordingStart "recording.order";
    /// Note whether the other party was told.
    AnnouncementNote AnnouncementNote "announcement.note";
    /// Search the call log.
    CallSearch CallSearch "call.search";
    /// Count the calls that were not kept.
    CountUnrecorded CallSearch "call.count";
    /// Read the audit trail.
    AuditRead AuditRead "audit.read";
    /// List the people with an ID.
    PersonList PersonRead "person.list";
    /// Issue an ID.
    PersonIssue PersonIssue "person.issue";
    /// Reset a password.
    PersonReset PersonIssue "person.password_reset";
    /// Withdraw an ID.
    PersonDisable PersonIssue "person.disable";
    /// Appoint somebody to a post.
    Appoint PersonAppoint "appointment.appoint";
    /// End an appointment.
    AppointmentEnd PersonAppoint "appointment.end";
    /// Read the tenant's rules.
    PolicyRead PolicyRead "policy.read";
    /// See what is kept, for how long and why.
    RetentionRead PolicyRead "retention.read";
    /// Change how recording of a line starts.
    LineChange LineManage "line.change";
    /// Read the coverage report.
    CoverageRead ReportRead "coverage.read";
    /// Read the operating calendar.
    CalendarRead ReportRead "operating_calendar.read";
    /// Set the tenant's own weekly hours.
    CalendarHours CalendarManage "operating_calendar.hours";
    /// Enter a day that differs.
    CalendarSpecialDay CalendarManage "operating_calendar.special_day";
    /// Take a day that differs back.
    CalendarStrikeDay CalendarManage "operating_calendar.strike";
    /// See what is wrong.
    AlarmList ConnectionRead "alarm.list";
    /// Take an alarm up.
    AlarmAcknowledge ConnectionManage "alarm.acknowledge";
    /// See the recorders.
    WorkerList ConnectionRead "worker.list";
    /// See what is expected of each connection.
    ConnectionWatchList ConnectionRead "connection_watch.list";
    /// Say what is expected of a connection.
    ConnectionWatchSet ConnectionManage "connection_watch.set";
    /// See what was found of the calls an exchange says there were.
    ExpectedCallList ReportRead "expected_call.list";
    /// Upload an exchange's call records.
    ExpectedCallUpload ConnectionManage "expected_call.upload";
    /// Enter a device in the register.
    DeviceRegister LineManage "device.register";
    /// Change a device of the register.
    DeviceChange LineManage "device.change";
    /// Take a device out of use.
    DeviceRetire LineManage "device.retire";
    /// Give a device its token.
    DeviceToken ConnectionManage "device.token";
    /// List the connections.
    ConnectionList ConnectionRead "connection.list";
    /// Connect a PBX.
    ConnectionConnect ConnectionManage "connection.connect";
    /// Look at one connection.
    ConnectionView ConnectionRead "connection.view";
    /// See how the calls of a connection were.
    ConnectionHealthView ConnectionRead "connection.health";
    /// Change a connection.
    ConnectionEdit ConnectionManage "connection.edit";
    /// Give a connection a new credential.
    ConnectionRotate ConnectionManage "connection.rotate";
    /// Disable a connection.
    ConnectionDisable ConnectionManage "connection.disable";
    /// Enable it again.
    ConnectionEnable ConnectionManage "connection.enable";
    /// Begin a test of a connection.
    ConnectionTest ConnectionManage "connection.test";
    /// Watch a test of a connection.
    ConnectionWatch ConnectionRead "connection.watch";
    /// See what the platform does by itself.
    JobList ReportRead "job.list";
    /// Let a job go on that had stopped and asked.
    JobRelease ErasureDecide "job.release";
    /// See the proofs of destruction.
    CertificateList ReportRead "certificate.list";
    /// See one proof of destruction.
    CertificateView ReportRead "certificate.view";
    /// See what will be destroyed by a day.
    DeletionForecastView ReportRead "deletion_forecast.view";
    /// See how the stores are.
    StorageHealthView ReportRead "storage_health.view";
    /// See amended policies on their way into force.
    PolicyAmendmentList PolicyRead "policy_amendment.list";
    /// Try an amended policy.
    PolicyAmendmentPreview PolicyPropose "policy_amendment.preview";
    /// Propose an amended policy.
    PolicyAmendmentPropose PolicyPropose "policy_amendment.propose";
    /// Approve an amended policy.
    PolicyAmendmentApprove PolicyApprove "policy_amendment.approve";
    /// Take an amended policy back.
    PolicyAmendmentWithdraw PolicyPropose "policy_amendment.withdraw";
}
