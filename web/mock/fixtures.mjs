/** あおぞら市: a municipality that does not exist, with telephone numbers that cannot be dialled (exchange 00). */
import { createHash, randomBytes } from "node:crypto";
import { seeded } from "./voice.mjs";

const text = (ja, en) => ({ ja, en });
const id = (kind, number) => `0197a3f0-${kind}-7000-8000-${String(number).padStart(12, "0")}`;
const digest = (words) => createHash("sha256").update(words).digest("hex");
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const now = Date.now();
const iso = (ms) => new Date(ms).toISOString();
const jstDay = (ms) => new Date(ms + 9 * 60 * MINUTE).toISOString().slice(0, 10);

export const tenant = { id: "aozora", name: text("あおぞら市", "Aozora City"), name_short: text("あおぞら市", "Aozora") };

export const departments = [
  { id: "general-affairs", name: text("総務課", "General Affairs") },
  { id: "residents", name: text("市民課", "Residents' Affairs") },
  { id: "tax", name: text("税務課", "Tax") },
  { id: "childcare", name: text("こども保育課", "Childcare") },
  { id: "waterworks", name: text("水道お客さま係", "Waterworks Customers") },
];
const department = (key) => departments.find((entry) => entry.id === key);

export const lines = [
  { key: "main", name: text("代表電話", "Main number"), number: "0125000100", department: department("general-affairs"), source: "policy" },
  { key: "residents", name: text("市民課直通", "Residents' desk"), number: "0125000120", department: department("residents"), source: "policy" },
  { key: "tax", name: text("税務課直通", "Tax desk"), number: "0125000130", department: department("tax"), source: "policy" },
  { key: "childcare", name: text("保育相談ダイヤル", "Childcare advice"), number: "0125000140", department: department("childcare"), source: "policy" },
  { key: "waterworks", name: text("水道お客さまダイヤル", "Waterworks line"), number: "0125000150", department: department("waterworks"), source: "policy" },
];

export const purposes = [
  { key: "quality", name: text("応対品質の向上", "Better answers to callers"), sentence: text("応対を振り返り、接遇や研修に生かすために聴取できます。", "Calls may be heard to review and improve how callers are answered."), article: "3(2)", article_label: "第3条第2項", needs_case_note: false },
  { key: "confirm", name: text("対応内容の確認", "Confirming what was said"), sentence: text("申出の内容に食い違いがあるとき、事実を確かめるために聴取できます。", "Where accounts differ, calls may be heard to establish the facts."), article: "3(3)", article_label: "第3条第3項", needs_case_note: true },
  { key: "improper-demand", name: text("不当要求行為への対応", "Answering improper demands"), sentence: text("不当な要求があったと認めるとき、管理責任者の判断により聴取できます。", "Where an improper demand is found, calls may be heard on the manager's decision."), article: "5(1)", article_label: "第5条第1項", needs_case_note: true },
];

export const posts = [
  { key: "manager", name: text("管理責任者", "Manager"), article: "6(2)", article_label: "第6条第2項", capabilities: ["recording.search", "recording.play", "call.search", "audit.read", "person.read", "person.issue", "person.appoint", "connection.read", "connection.manage", "policy.read", "report.read", "calendar.manage", "line.manage", "recording.start", "announcement.note", "hold.place", "hold.release", "provision.decide", "erasure.decide", "policy.propose", "policy.approve"], scope: "tenant", appointable: false },
  { key: "department-head", name: text("取扱責任者", "Head of department"), article: "6(3)", article_label: "第6条第3項", capabilities: ["recording.search", "recording.play", "call.search", "person.read", "person.appoint", "policy.read", "hold.place"], scope: "department", appointable: true },
  { key: "handler", name: text("操作担当者", "Handler"), article: "6(4)", article_label: "第6条第4項", capabilities: ["recording.search", "recording.play", "call.search", "policy.read"], scope: "department", appointable: true },
  { key: "auditor", name: text("監査担当", "Auditor"), article: "11", article_label: "第11条", capabilities: ["audit.read", "policy.read", "report.read"], scope: "tenant", appointable: true },
];
const postName = (key) => {
  const { key: own, name } = posts.find((post) => post.key === key);
  return { key: own, name };
};

let appointmentCount = 0;
export const makeAppointment = (post, extra = {}) => ({ id: id("a000", ++appointmentCount), post: postName(post), from: iso(now - 200 * DAY), trained_on: jstDay(now - 210 * DAY), ...extra });

export const people = [
  { id: id("b000", 1), login_id: "a01001", display_name: "髙橋 美咲", department: department("general-affairs"), state: "active", appointments: [makeAppointment("manager")], last_sign_in_at: iso(now - 6 * MINUTE) },
  { id: id("b000", 2), login_id: "a01022", display_name: "山﨑 健一", department: department("residents"), state: "active", appointments: [makeAppointment("department-head", { department: department("residents") })], last_sign_in_at: iso(now - 3 * 60 * MINUTE) },
  { id: id("b000", 3), login_id: "a01035", display_name: "佐藤 花子", department: department("residents"), state: "active", appointments: [makeAppointment("handler", { department: department("residents") }), makeAppointment("handler", { department: department("tax"), from: iso(now + 9 * DAY) })], last_sign_in_at: iso(now - 26 * 60 * MINUTE) },
  { id: id("b000", 4), login_id: "a01041", display_name: "鈴木 一郎", department: department("tax"), state: "active", appointments: [makeAppointment("handler", { department: department("tax"), until: iso(now + 120 * DAY) })], last_sign_in_at: iso(now - 50 * 60 * MINUTE) },
  { id: id("b000", 5), login_id: "a01057", display_name: "渡邉 直子", department: department("childcare"), state: "password_change_required", appointments: [makeAppointment("handler", { department: department("childcare"), trained_on: null })] },
  { id: id("b000", 6), login_id: "a01060", display_name: "中村 誠", department: department("general-affairs"), state: "active", appointments: [makeAppointment("auditor")], last_sign_in_at: iso(now - 8 * DAY) },
  { id: id("b000", 7), login_id: "a00913", display_name: "小林 進", department: department("waterworks"), state: "disabled", appointments: [makeAppointment("handler", { department: department("waterworks"), until: iso(now - 30 * DAY) })], last_sign_in_at: iso(now - 45 * DAY) },
];

const plain = { media: "plain_allowed", transport: "any", learns_source: true, tls_client_sha256: [], digest_required: false };
export const connections = [
  { id: id("c000", 1), name: "本庁舎クラウドPBX", kind: "siprec", state: "active", address: ["sip:k7wq3m@rokuon.aozora.example:5070;transport=udp", "sip:k7wq3m@rokuon.aozora.example:5071;transport=tls"], networks: ["192.0.2.0/24"], security: plain, last_call_at: iso(now - 2 * MINUTE), last_heard_at: iso(now - 20_000), calls_today: 148, refused_today: 0, standing: "good", reasons: [], version: 1 },
  { id: id("c000", 2), name: "水道庁舎PBX", kind: "registration", state: "active", address: [], networks: ["198.51.100.16/28", "2001:db8:40::/64"], default_line: "waterworks", security: plain, last_call_at: iso(now - 19 * 60 * MINUTE), last_heard_at: iso(now - 95 * MINUTE), calls_today: 0, refused_today: 3, registration_state: "refused", standing: "attention", reasons: ["registration_refused", "calls_refused"], version: 4, account: { registrar_host: "pbx.aozora.example", registrar_port: 5061, transport: "tls", username: "201", expires_seconds: 600, state: "refused", status_code: 403, since: iso(now - 95 * MINUTE) } },
  { id: id("c000", 3), name: "支所SBC(試験)", kind: "siprec", state: "active", address: ["sip:u8t5na@rokuon.aozora.example:5071;transport=tls"], networks: ["203.0.113.8/32"], security: { ...plain, media: "srtp_required", transport: "tls", digest_required: true }, calls_today: 0, refused_today: 0, standing: "unused", reasons: [], version: 2, credential: { created_at: iso(now - 9 * DAY), previous_until: iso(now + DAY) } },
  { id: id("c000", 4), name: "窓口カメラ", kind: "whip", state: "disabled", address: ["https://rokuon.aozora.example/whip/w3m9qz"], networks: [], security: plain, calls_today: 0, refused_today: 0, standing: "disabled", reasons: [], version: 1, credential: { created_at: iso(now - 40 * DAY) } },
];

/** How the calls of a connection were. */
export const connectionHealth = (connection) => {
  const used = connection.standing === "good";
  const none = { calls_ended: 0, calls_failed: 0, speakers_unproved: 0, codecs: [] };
  return {
    standing: connection.standing,
    reasons: connection.reasons,
    last_call_at: connection.last_call_at,
    last_heard_at: connection.last_heard_at,
    calls_today: connection.calls_today,
    account: connection.account,
    today: used ? { calls_ended: 146, calls_failed: 0, speakers_unproved: 3, loss_percent: 0.04, jitter_ms: 2.3, codecs: [{ codec: "pcmu", streams: 292 }], setup_median_ms: 20 } : none,
    week: used ? { calls_ended: 1031, calls_failed: 1, speakers_unproved: 22, loss_percent: 0.06, jitter_ms: 2.6, codecs: [{ codec: "pcmu", streams: 1620 }, { codec: "opus", streams: 388 }, { codec: "g722", streams: 54 }], setup_median_ms: 20 } : none,
    refused: connection.refused_today > 0 ? [{ reason: "no_codec", today: 3, week: 5 }] : [],
    not_kept: used ? [{ reason: "line_not_listed", today: 9, week: 64 }] : [],
    days: [jstDay(now - 6 * DAY), jstDay(now)],
  };
};

/** A test in which the PBX reached us from somewhere else first, then spoke, with one silent side. */
export const connectionTest = {
  running: true,
  began_at: iso(now - 4 * MINUTE),
  until: iso(now + 26 * MINUTE),
  steps: [
    { step: "reached", state: "good", at: iso(now - 2 * MINUTE) },
    { step: "secured", state: "good", at: iso(now - 2 * MINUTE) },
    { step: "authenticated", state: "good", at: iso(now - 2 * MINUTE) },
    { step: "media_agreed", state: "good", at: iso(now - 2 * MINUTE) },
    { step: "sound", state: "problem", at: iso(now - MINUTE) },
    { step: "speakers", state: "waiting" },
    { step: "sealed", state: "waiting" },
  ],
  observations: [
    { id: id("d000", 1), at: iso(now - 3 * MINUTE), event: "source_not_allowed", step: "reached", good: false, source: "203.0.113.77", detail: { transport: "tls", method: "OPTIONS" } },
    { id: id("d000", 2), at: iso(now - 2 * MINUTE), event: "reached", step: "reached", good: true, source: "203.0.113.8", detail: { transport: "tls", method: "INVITE" } },
    { id: id("d000", 3), at: iso(now - 2 * MINUTE), event: "secured", step: "secured", good: true, detail: { transport: "tls" } },
    { id: id("d000", 4), at: iso(now - 2 * MINUTE), event: "authenticated", step: "authenticated", good: true, detail: { algorithm: "SHA-256" } },
    { id: id("d000", 5), at: iso(now - 2 * MINUTE), event: "media_agreed", step: "media_agreed", good: true, detail: { codecs: ["PCMU", "PCMU"], security: "SRTP" } },
    { id: id("d000", 6), at: iso(now - 2 * MINUTE), event: "sound_heard", step: "sound", good: true, detail: { stream: 0 } },
    { id: id("d000", 7), at: iso(now - MINUTE), event: "no_sound", step: "sound", good: false, detail: { stream: 1 } },
  ],
};

const retention = {
  article: "7(1)",
  article_label: "第7条第1項",
  sentence: text("通話の日の翌日から6か月は一次保存、続く6か月は二次保存とし、その後に消去します。", "Kept six months on primary and six on secondary storage from the day after the call, then erased."),
};

const callers = ["09000001234", "0125000777", "08000005678", "07000009876", "0110000321", "0366660000", "09000004455", "0125000888", "", "09000007741"].map((number) => (number === "0366660000" ? "0300006666" : number));
const staff = [
  ["髙橋 美咲", "general-affairs", "main"],
  ["佐藤 花子", "residents", "residents"],
  ["鈴木 一郎", "tax", "tax"],
  ["渡邉 直子", "childcare", "childcare"],
  ["水道 窓口3", "waterworks", "waterworks"],
];

function makeRecording(number) {
  const random = seeded(number * 7919 + 3);
  const started = now - number * (7 * MINUTE + random() * 55 * MINUTE) - 4 * MINUTE;
  const live = number === 0;
  const length = live ? null : Math.round((25 + random() * random() * 900) * 10) / 10;
  const [name, departmentKey, lineKey] = staff[Math.floor(random() * staff.length)];
  const line = lines.find((entry) => entry.key === lineKey);
  const direction = random() < 0.72 ? "inbound" : random() < 0.8 ? "outbound" : "internal";
  const outside = direction === "internal" ? { number: "0125000170", name: "東区役所 総務係" } : { number: callers[Math.floor(random() * callers.length)] || undefined };
  const desk = { number: line.number, name };
  const proved = number % 17 !== 5;
  const gaps =
    !live && number % 6 === 2 && length > 40
      ? [
          { channel: 0, start_seconds: length * 0.31, seconds: 1.24, cause: "loss" },
          { channel: 0, start_seconds: length * 0.52, seconds: length * 0.11, cause: "on_hold" },
          { channel: 1, start_seconds: length * 0.52, seconds: length * 0.11, cause: "on_hold" },
          { channel: 1, start_seconds: length * 0.83, seconds: 0.36, cause: "loss" },
        ]
      : [];
  const keepUntil = new Date(Date.parse(`${jstDay(started)}T00:00:00+09:00`) + 366 * DAY).toISOString();
  const half = new Date(Date.parse(`${jstDay(started)}T00:00:00+09:00`) + 183 * DAY).toISOString();
  const summary = {
    id: id("d000", number + 1),
    call_id: id("e000", number + 1),
    state: live ? "recording" : number > 70 ? "secondary" : "primary",
    started_at: iso(started),
    ended_at: live ? undefined : iso(started + length * 1000),
    duration_seconds: live ? undefined : length,
    direction: proved ? direction : null,
    caller: direction === "outbound" ? desk : outside,
    called: direction === "outbound" ? outside : desk,
    line: proved ? { key: line.key, name: line.name } : null,
    department: proved ? department(departmentKey) : null,
    gap_count: gaps.length,
    lost_seconds: gaps.filter((gap) => gap.cause === "loss").reduce((sum, gap) => sum + gap.seconds, 0),
    line_proved: proved,
    keep_until: keepUntil,
    active_holds: number === 8 || number === 31 ? 1 : 0,
  };
  return {
    ...summary,
    connection: { id: connections[0].id, name: connections[0].name },
    media: "call_audio",
    outcome: live ? null : gaps.length > 0 ? "sealed_with_gaps" : "sealed",
    outcome_cause: null,
    gaps,
    segments: live
      ? []
      : [{ number: 0, start_seconds: 0, seconds: length, channels: [0, 1], codec: number % 3 === 0 ? "pcma" : "pcmu", media_bytes: Math.round(length * 16000) + 58, media_sha256: digest(`segment ${number}`), sealed_at: iso(started + length * 1000 + 1800) }],
    retention: { ...retention, secondary_from: half, keep_at_least_until: half, keep_until: keepUntil },
    legs: [
      { channel: 0, role: "caller", ...summary.caller, proved },
      { channel: 1, role: "called", ...summary.called, proved: true },
    ],
    doubts: proved ? [] : [text("接続元の情報に回線の番号がなく、どの回線の通話か確かめられません。全部署を扱える職だけが閲覧できます。", "The connection named no line, so it is not proved which line was called. Only posts for all departments see it.")],
    integrity: { sealed: !live, algorithm: "SHA-256" },
    sip_call_id: `${digest(`call ${number}`).slice(0, 24)}@192.0.2.10`,
    decision: proved
      ? { allowed: true, rule: "scope.line", article: "2(1)", article_label: "第2条第1項", sentence: text("規程に挙げた回線の通話として録音しました。", "Recorded because the policy lists this line.") }
      : { allowed: true, rule: "scope.unproved", article: "2(1)", article_label: "第2条第1項", sentence: text("対象回線かどうか確かめられないため、音声を保存して確認を待っています。", "Kept until it is clear whether the policy lists the line.") },
    playable: !live,
    play_refusal: null,
    seed: number + 11,
  };
}

export const recordings = Array.from({ length: 96 }, (_, number) => makeRecording(number)).sort((a, b) => (a.started_at < b.started_at ? 1 : -1));
// One recording whose hearing the policy refuses.
recordings[5].playable = false;
recordings[5].play_refusal = { allowed: false, rule: "access.department", article: "6(4)", article_label: "第6条第4項", sentence: text("この部署の録音は、その部署の操作担当者だけが扱えます。", "Only handlers of that department may use its recordings.") };

// One that came in a codec without a decoder, and one from a counter's camera.
recordings[7].segments[0].codec = "g729";
recordings[9].segments[0].codec = "opus";
recordings[9].segments[0].video_codec = "vp8";

export const calls = recordings.flatMap((recording, at) => {
  const call = {
    id: recording.call_id,
    recording_id: recording.id,
    kept: true,
    started_at: recording.started_at,
    ended_at: recording.ended_at,
    duration_seconds: recording.duration_seconds,
    direction: recording.direction,
    caller: recording.caller,
    called: recording.called,
    line: recording.line,
    department: recording.department,
    line_proved: recording.line_proved,
  };
  return at % 9 === 4 ? [call, { ...call, id: id("e900", at), recording_id: null, kept: false, started_at: iso(Date.parse(call.started_at) - 95_000), line: null }] : [call];
});

export const unrecorded = [0, 1, 2].flatMap((back) => [
  { day: jstDay(now - back * DAY), connection: recordings[1].connection, reason: "line_not_listed", article: "2(1)", article_label: "第2条第1項", count: 9 + back * 3 },
  ...(back === 1 ? [] : [{ day: jstDay(now - back * DAY), connection: recordings[1].connection, reason: "direction_not_recorded", article: "2(2)", article_label: "第2条第2項", count: 3 + back }]),
]);

const manager = { person_id: people[0].id, display_name: people[0].display_name, posts: ["管理責任者"] };
const handler = { person_id: people[2].id, display_name: people[2].display_name, posts: ["操作担当者"] };
const script = [
  ["recording.search", manager, null, "done", null, { filter: { range: "7d" }, count: 50 }],
  ["play.stop", handler, { kind: "recording", id: recordings[3].id }, "done", purposes[0], { use: id("f000", 4), ranges: [[0, 41.2], [63, 88.4]], ended: true }],
  ["play.start", handler, { kind: "recording", id: recordings[3].id }, "done", purposes[0], { use: id("f000", 4) }],
  ["use.open", handler, { kind: "recording", id: recordings[3].id }, "done", purposes[0], { purpose: "quality" }],
  ["use.open", handler, { kind: "recording", id: recordings[5].id }, "refused", { article: "6(4)", article_label: "第6条第4項", sentence: text("この部署の録音は、その部署の操作担当者だけが扱えます。", "Only handlers of that department may use its recordings.") }, { purpose: "confirm", case_note: "受付 R8-1121" }],
  ["recording.view", handler, { kind: "recording", id: recordings[3].id }, "done", null, {}],
  ["sign_in.attempt", handler, { kind: "person", id: people[2].id }, "done", null, { source: "192.0.2.45" }],
  ["sign_in.attempt", { posts: [] }, null, "refused", null, { login_id: "a01035", source: "192.0.2.45" }],
  ["appointment.appoint", manager, { kind: "person", id: people[4].id }, "refused", { article: "8(2)", article_label: "第8条第2項", sentence: text("研修を受けた記録がない人は、この職に指定できません。", "Nobody without recorded training may hold this post.") }, { post: "handler", department: "childcare" }],
  ["person.issue", manager, { kind: "person", id: people[4].id }, "done", { article: "6(2)", article_label: "第6条第2項", sentence: text("IDの交付は管理責任者が行います。", "IDs are issued by the manager.") }, { login_id: "a01057" }],
  ["connection.connect", manager, { kind: "connection", id: connections[2].id }, "done", null, { name: connections[2].name, networks: ["203.0.113.8/32"] }],
  ["policy.read", { person_id: people[5].id, display_name: people[5].display_name, posts: ["監査担当"] }, null, "done", null, {}],
];
export const auditEvents = Array.from({ length: 84 }, (_, at) => {
  const [kind, actor, object, outcome, ground, detail] = script[at % script.length];
  return { id: id("9000", at + 1), at: iso(now - at * 23 * MINUTE - 40_000), kind, actor, object, outcome, article: ground?.article ?? null, article_label: ground?.article_label ?? null, sentence: ground?.sentence ?? null, detail, leaf_hash: digest(`leaf ${at}`) };
});

const rule = (article, article_label, ja, en) => ({ article, article_label, sentence: text(ja, en) });
export const policy = {
  tenant: "aozora",
  version: "2026-04-01",
  effective_from: "2026-04-01",
  document_title: text("あおぞら市通話録音運用要綱(見本)", "Aozora City rules on call recording (sample)"),
  sections: [
    { title: text("録音する通話", "Calls that are recorded"), rules: [rule("2(1)", "第2条第1項", "代表電話と4つの直通電話にかかった通話を録音します。挙げられていない回線の通話は保存しません。", "Calls to the main number and four desks are recorded. Calls of lines not listed are not kept."), rule("2(2)", "第2条第2項", "職員からかけた通話は、税務課と水道お客さま係の回線に限って録音します。", "Outbound calls are recorded for the tax and waterworks lines only.")] },
    { title: text("利用の目的", "Purposes"), rules: purposes.map((purpose) => ({ article: purpose.article, article_label: purpose.article_label, sentence: purpose.sentence })) },
    { title: text("市民へのお知らせ", "Public notice"), rules: [rule("4", "第4条", "通話を録音していることと、その目的を、市のホームページで公表します。", "That calls are recorded, and why, is published on the city's website.")] },
    { title: text("職と責任", "Posts"), rules: posts.map((post) => rule(post.article, post.article_label, `${post.name.ja}を置きます。`, `There is a post: ${post.name.en}.`)) },
    { title: text("保存期間", "Retention"), rules: [{ ...retention }, rule("7(2)", "第7条第2項", "不当要求行為や解決していない事案の録音は、管理責任者の決定により保存を延ばせます。", "Recordings of improper demands and open cases may be kept longer on the manager's decision.")] },
    { title: text("サインインの決まり", "Sign-in"), rules: [rule("9(1)", "第9条第1項", "交付されたIDとパスワードを持つ人だけが使えます。", "Only people with an issued ID and password may use the system."), rule("9(2)", "第9条第2項", "パスワードは90日ごとに変更します。15分間操作がなければ画面をロックします。", "Passwords change every 90 days; the screen locks after 15 idle minutes.")] },
  ],
  data: {},
};

export const policyText = `# あおぞら市通話録音運用要綱(見本)
tenant = "aozora"
effective_from = 2026-04-01
title = { ja = "あおぞら市通話録音運用要綱(見本)", en = "Aozora City rules on call recording (sample)" }

[[line]]
key = "main"
number = "0125-00-0100"        # 代表電話
department = "general-affairs"
directions = ["inbound"]
article = "2(1)"

[[purpose]]
key = "quality"
name = { ja = "応対品質の向上", en = "Better answers to callers" }
article = "3(2)"
needs_case_note = false

[[purpose]]
key = "improper-demand"
name = { ja = "不当要求行為への対応", en = "Answering improper demands" }
article = "5(1)"
needs_case_note = true

[retention.call_audio]
primary = "6 months"
secondary = "6 months"
article = "7(1)"

[sign_in]
password_max_age = "90 days"
idle_lock = "15 minutes"
article = "9(2)"
`;

export const notice = {
  tenant: "aozora",
  name: tenant.name,
  notice: {
    title: text("市にかけられた電話の録音について", "Calls to the city are recorded"),
    body: [
      text("あおぞら市では、電話での応対をよりよくし、お話の内容を正確に確かめるため、市役所の代表電話などにかけられた通話を録音しています。", "Aozora City records calls to its main number and some desks, so that callers are answered better and what was said can be confirmed."),
      text("録音した音声は、定められた目的のためにだけ、担当の職員が聴きます。だれが、いつ、何のために聴いたかは、すべて記録しています。", "Recordings are heard by the staff in charge only, for the set purposes only. Who listened, when and why is always written down."),
      text("ご本人は、ご自分の通話の録音について開示を求めることができます。", "You may ask to hear the recording of your own call."),
    ],
    article: "4",
    article_label: "第4条",
  },
  devices: [{ kind: text("記録カメラ", "Counter camera"), place: "本庁舎1階 税務課窓口", on_demand: false, notice: "窓口では録画しています" }],
  retention: { sentence: text("録音は、通話の日の翌日から1年間保存し、その後に消去します。", "Recordings are kept for one year from the day after the call, then erased.") },
  contact: text("あおぞら市 総務課\n電話 0125-00-0100(平日 8時45分〜17時15分)", "Aozora City, General Affairs\nPhone 0125-00-0100 (weekdays 8:45–17:15)"),
};

export const makePassword = () => `${randomBytes(3).toString("hex")}-${randomBytes(3).toString("hex")}-${randomBytes(2).toString("hex")}`;
export const makeId = (kind) => id(kind, Math.floor(Math.random() * 1e9));
