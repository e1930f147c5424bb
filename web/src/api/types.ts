/** Names for the shapes of the API, taken from the generated schema. */
import type { components, paths } from "./schema.gen";

type Schemas = components["schemas"];
export type Text = Schemas["Text"];
export type Problem = Schemas["Problem"];
export type Me = Schemas["Me"];
export type Purpose = Schemas["Purpose"];
export type Appointment = Schemas["Appointment"];
export type Party = Schemas["CallParty"];
export type RecordingSummary = Schemas["RecordingSummary"];
export type Recording = Schemas["Recording"];
export type Gap = Schemas["Gap"];
export type Segment = Schemas["Segment"];
export type Leg = Schemas["Leg"];
export type Waveform = Schemas["Waveform"];
export type Use = Schemas["Use"];
export type Line = Schemas["Line"];
export type LiveCall = Schemas["LiveCall"];
export type Announcement = Schemas["Announcement"];
export type AnnouncementException = Schemas["AnnouncementException"];
export type CaptureOrder = Schemas["CaptureOrder"];
export type PauseReason = Schemas["PauseReason"];
export type Alarm = Schemas["Alarm"];
export type Worker = Schemas["Worker"];
export type ConnectionWatch = Schemas["ConnectionWatch"];
export type Coverage = Schemas["Coverage"];
export type CoverageDay = Schemas["CoverageDay"];
export type CoverageGap = Schemas["CoverageGap"];
export type OperatingCalendar = Schemas["OperatingCalendar"];
export type WeeklyHours = Schemas["WeeklyHours"];
export type SpecialDay = Schemas["SpecialDay"];
export type ExpectedCall = Schemas["ExpectedCall"];
export type ExpectedCallList = Schemas["ExpectedCallList"];
export type ExpectedCallUploaded = Schemas["ExpectedCallUploaded"];
export type ExpectedVerdict = Schemas["ExpectedVerdict"];
export type ColumnPreset = Schemas["ColumnPreset"];
export type ColumnNames = Schemas["ColumnNames"];
export type CallSummary = Schemas["CallSummary"];
export type UnrecordedCount = Schemas["UnrecordedCount"];
/** The document leaves `object` and `detail` open; this is what they hold. */
export type AuditEvent = Omit<Schemas["AuditEvent"], "object" | "detail"> & { object?: { kind: string; id: string } | null; detail: Record<string, unknown> };
export type Person = Schemas["Person"];
export type Post = Schemas["Post"];
export type Hold = Schemas["Hold"];
export type HoldDetail = Schemas["HoldDetail"];
export type HoldRules = Schemas["HoldRules"];
export type HoldStanding = "active" | "review_due" | "release_asked" | "released";
export type PlaceHoldRequest = Schemas["PlaceHoldRequest"];
/** What a search of recordings asks for: the conditions of a hold on its result. */
export type SelectionQuery = NonNullable<paths["/v1/holds/selection"]["get"]["parameters"]["query"]>;
export type Erasure = Schemas["Erasure"];
export type ErasureDetail = Schemas["ErasureDetail"];
export type ErasureRecording = Schemas["ErasureRecording"];
export type ErasureRules = Schemas["ErasureRules"];
export type ErasureStanding = "asked" | "waiting" | "approved" | "refused" | "withdrawn";
export type AskErasureRequest = Schemas["AskErasureRequest"];
export type Device = Schemas["Device"];
export type DeviceEntry = Schemas["DeviceEntry"];
export type DeviceRegister = Schemas["DeviceList"];
export type DeviceToken = Schemas["DeviceToken"];
export type Connection = Schemas["Connection"];
export type ConnectionKind = Schemas["ConnectionKind"];
export type ConnectionDetail = Schemas["ConnectionDetail"];
export type ConnectionMade = Schemas["ConnectionMade"];
export type ConnectionSecret = Schemas["ConnectionSecret"];
export type ConnectionRotated = Schemas["ConnectionRotated"];
export type ConnectionHealth = Schemas["ConnectionHealth"];
export type ConnectionFigures = Schemas["ConnectionFigures"];
/** The document leaves `detail` open. */
export type ConnectionObservation = Omit<Schemas["ConnectionObservation"], "detail"> & { detail: Record<string, unknown> };
export type ConnectionTest = Omit<Schemas["ConnectionTest"], "observations"> & { observations: ConnectionObservation[] };
export type ConnectRequest = Schemas["ConnectRequest"];
export type EditRequest = Schemas["ConnectionEditRequest"];
export type PublicNotice = Schemas["PublicPage"];
export type PolicyPage = Schemas["Policy"];
export type RetentionPage = Schemas["RetentionPage"];
export type RetentionRule = Schemas["RetentionRule"];
export type KeptRecordings = Schemas["KeptRecordings"];
export type DeletionForecast = Schemas["DeletionForecast"];
export type ForecastCount = Schemas["ForecastCount"];
export type ForecastExample = Schemas["ForecastExample"];
export type CertificateSummary = Schemas["CertificateSummary"];
/** The document leaves `body` open; this is what it holds. */
export type Certificate = Omit<Schemas["Certificate"], "body"> & { body: CertificateBody };
/** The document leaves `figures` open. */
export type Job = Omit<Schemas["Job"], "figures"> & { figures: Record<string, unknown> };
export type StorageHealth = Omit<Schemas["StorageHealth"], "jobs"> & { jobs: Job[] };
export type CapacityGauge = Schemas["CapacityGauge"];
export type PolicyAmendment = Schemas["PolicyAmendment"];
export type AmendmentPreview = Schemas["PolicyAmendmentPreview"];
/** What a certificate says, as signed. */
export interface CertificateBody {
  rule: Text;
  keep_until?: string | null;
  times: { due?: string | null; committed: string; keys_erased: string; media_erased: string; spools_cleared?: string | null; checked: string };
  erased: { bucket: string; key: string; version: string; bytes: number }[];
  post_check: { key_versions: number; media_versions: number; unwrap_possible: boolean };
  elsewhere: { spool: Text; caches: Text; derived: Text; copies: Text };
  kept: { what: Text; until?: string | null; article?: string | null }[];
}
