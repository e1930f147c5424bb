/** Samples in the shape of the API: a city that does not exist, numbers that cannot be dialled. */
import type { Announcement, Me, Person, Post, Recording, RecordingSummary, Use } from "../api/types";

export const purposes: Me["purposes"] = [
  { key: "quality", name: { ja: "応対品質の向上", en: "Quality" }, sentence: { ja: "応対の振り返りに限ります。", en: "To review answers." }, article: "3(2)", article_label: "第3条第2項", needs_case_note: false },
  { key: "improper", name: { ja: "不当要求行為への対応", en: "Improper demand" }, sentence: { ja: "管理責任者の判断によります。", en: "On the manager's word." }, article: "5(1)", article_label: "第5条第1項", needs_case_note: true },
];

export function sampleMe(more: Partial<Me> = {}): Me {
  return {
    tenant: { id: "aozora", name: { ja: "あおぞら市", en: "Aozora City" }, name_short: { ja: "あおぞら市", en: "Aozora" } },
    person: { id: "p1", login_id: "a01001", display_name: "髙橋 美咲" },
    appointments: [{ id: "ap1", post: { key: "manager", name: { ja: "管理責任者", en: "Manager" } }, from: "2026-04-01T00:00:00Z" }],
    capabilities: ["recording.search", "recording.play", "call.search", "audit.read", "person.read", "person.issue", "person.appoint", "policy.read", "connection.read", "connection.manage"],
    csrf_token: "token-1",
    password_change_required: false,
    idle_lock_minutes: 15,
    session_expires_at: "2099-01-01T00:00:00Z",
    purposes,
    ...more,
  };
}

export const summary: RecordingSummary = {
  id: "r1",
  call_id: "c1",
  state: "primary",
  started_at: "2026-11-20T20:30:05Z",
  ended_at: "2026-11-20T20:32:05Z",
  duration_seconds: 120,
  direction: "inbound",
  caller: { number: "09000001234" },
  called: { number: "0125000100", name: "総務課" },
  line: { key: "main", name: { ja: "代表電話", en: "Main" } },
  department: { id: "general", name: { ja: "総務課", en: "General Affairs" } },
  gap_count: 2,
  lost_seconds: 1.5,
  line_proved: false,
  keep_until: "2026-12-21T15:00:00Z",
  active_holds: 0,
  announcement_status: "told_beforehand",
  announcement_owed: false,
  canary: false,
};

export const announcement: Announcement = {
  status: "told_beforehand",
  by: "line",
  may_note: { allowed: true, rule: "announcement.noted", article: "4", article_label: "第4条", sentence: { ja: "告知の有無を記録しました。", en: "Noted." } },
};

export const recording: Recording = {
  ...summary,
  connection: { id: "k1", name: "本庁舎PBX" },
  media: "call_audio",
  outcome: "sealed_with_gaps",
  outcome_cause: null,
  gaps: [{ channel: 0, start_seconds: 30, seconds: 1.5, cause: "loss" }],
  segments: [{ number: 0, start_seconds: 0, seconds: 120, channels: [0, 1], codec: "pcmu", media_bytes: 1920058, media_sha256: "ab".repeat(32), sealed_at: "2026-11-20T20:32:07Z" }],
  retention: { keep_until: "2026-12-21T15:00:00Z", article: "5(2)", article_label: "第5条第2項", sentence: { ja: "31日間保存します。", en: "Kept 31 days." } },
  keeping: { holds: [] },
  legs: [
    { channel: 0, role: "caller", number: "09000001234", proved: true },
    { channel: 1, role: "called", number: "0125000100", proved: false },
  ],
  doubts: [{ ja: "回線を確かめられません。", en: "The line is not proved." }],
  start: "automatic",
  orders: [],
  announcement,
  exceptions: [],
  integrity: { sealed: true, algorithm: "SHA-256" },
  sip_call_id: "x@y",
  decision: { allowed: true, rule: "scope", article: "2(1)", article_label: "第2条第1項", sentence: { ja: "対象回線のため録音しました。", en: "A listed line." } },
  playable: true,
  play_refusal: null,
};

export const waveform = { duration_seconds: 120, channels: [{ peaks: [[-0.5, 0.5], [-0.1, 0.2]] }, { peaks: [[-0.2, 0.1], [-0.9, 0.8]] }] };

export const use: Use = { id: "u1", recording_id: "r1", purpose: "quality", article: "3(2)", article_label: "第3条第2項", sentence: purposes[0]!.sentence, expires_at: "2026-11-21T00:15:00Z", audio_url: "/v1/recordings/r1/uses/u1/audio" };

export const posts: Post[] = [
  { key: "manager", name: { ja: "管理責任者", en: "Manager" }, article: "6(2)", article_label: "第6条第2項", capabilities: ["person.issue", "person.appoint"], scope: "tenant", appointable: false },
  { key: "handler", name: { ja: "取扱員", en: "Handler" }, article: "6(4)", article_label: "第6条第4項", capabilities: ["recording.play"], scope: "tenant", appointable: true },
];

export const person: Person = {
  id: "p2",
  login_id: "a01035",
  display_name: "佐藤 花子",
  state: "active",
  appointments: [{ id: "ap2", post: { key: "handler", name: { ja: "取扱員", en: "Handler" } }, from: "2026-04-01T00:00:00Z" }],
};
