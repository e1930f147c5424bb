/** Names for the shapes of the API, taken from the generated schema. */
import type { components } from "./schema.gen";

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
export type LiveCall = Schemas["LiveCall"];
export type Announcement = Schemas["Announcement"];
export type AnnouncementException = Schemas["AnnouncementException"];
export type CaptureOrder = Schemas["CaptureOrder"];
export type PauseReason = Schemas["PauseReason"];
export type CallSummary = Schemas["CallSummary"];
export type UnrecordedCount = Schemas["UnrecordedCount"];
/** The document leaves `object` and `detail` open; this is what they hold. */
export type AuditEvent = Omit<Schemas["AuditEvent"], "object" | "detail"> & { object?: { kind: string; id: string } | null; detail: Record<string, unknown> };
export type Person = Schemas["Person"];
export type Post = Schemas["Post"];
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
