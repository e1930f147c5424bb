/** Fictional keeping: periods, what will be erased, certificates, work done by itself, the store, amendments. */
import * as city from "./fixtures.mjs";

const text = (ja, en) => ({ ja, en });
const DAY = 86_400_000;
const now = Date.now();
const iso = (ms) => new Date(ms).toISOString();
const jstDay = (ms) => new Date(ms + 9 * 3_600_000).toISOString().slice(0, 10);
const person = (at) => ({ id: city.people[at].id, display_name: city.people[at].display_name });
const AUDIO = { article: "5(2)", article_label: "第5条第2項" };
const FULL = { article: "7(1)", article_label: "第7条第1項" };
const PERIOD = text("録音は6か月、続いて別の記憶媒体に6か月保存し、そのあと消去します。", "Kept six months on the recorder, six more on second storage, then erased.");

const month = (ahead) => {
  const at = new Date(now + 9 * 3_600_000);
  return new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + ahead, 1)).toISOString().slice(0, 7);
};

const retention = {
  effective_from: "2026-04-01",
  rules: [
    {
      kind: "call_audio",
      ...AUDIO,
      sentence: PERIOD,
      minimum: text("12か月", "12 months"),
      maximum: text("12か月", "12 months"),
      todays_last_day: jstDay(now + 365 * DAY),
      tiers: [
        { tier: "primary", keep: text("6か月", "6 months"), place: text("通話録音装置の記憶装置", "The recorder's own storage") },
        { tier: "secondary", keep: text("6か月", "6 months"), place: text("センターの別記憶媒体", "Second storage of the centre") },
      ],
      erasure: text("システムから消去", "Erased from the system"),
      extension: { article: "5(3)", article_label: "第5条第3項", sentence: text("不当要求行為や未解決の事案の録音は、決定により期間を延ばします。", "Recordings of improper demands or unresolved cases are kept longer by decision."), decided_by: text("管理責任者", "The manager") },
      kept: { primary: 18_204, secondary: 17_655, held: 42, due: 118, oldest_started_at: iso(now - 366 * DAY), months: Array.from({ length: 13 }, (_, ahead) => ({ month: month(ahead), recordings: [90, 2_980, 3_055, 2_812, 3_104, 2_990, 2_877, 3_020, 2_941, 3_110, 2_899, 2_950, 3_031][ahead] })), without_date: 0 },
    },
    { kind: "camera", ...FULL, sentence: text("窓口カメラの記録は、記録装置がいっぱいになるまで保存します。", "Camera recordings are kept until the recorder is full."), tiers: [], capacity: { ...FULL, gibibytes: 500, gives_way_at_percent: 95 }, kept: { primary: 812, secondary: 0, held: 3, due: 0, oldest_started_at: iso(now - 96 * DAY), months: [], without_date: 812 } },
    { kind: "call_log", article: "5(4)", article_label: "第5条第4項", sentence: text("通話の履歴は3年で消去します。", "The call log is erased after three years."), minimum: null, maximum: text("3年間", "3 years"), todays_last_day: jstDay(now + 1095 * DAY), tiers: [] },
  ],
};

const examples = (from, count, extra = {}) =>
  city.recordings.slice(from, from + count).map((recording) => ({ recording: recording.id, started_at: recording.started_at, at: iso(Date.parse(recording.started_at) + 365 * DAY), keep_until: iso(Date.parse(recording.started_at) + 365 * DAY), ...AUDIO, reason: "expired", active_holds: 0, ...extra }));

const capacity = { used_octets: 461_708_984_320, capacity_octets: 536_870_912_000, threshold_octets: 510_027_366_400, gives_way_at_percent: 95, would_give_way: 0 };

function forecast({ day }) {
  const ahead = Math.max(0, Math.round((Date.parse(day ?? jstDay(now)) - Date.parse(jstDay(now))) / DAY));
  const expired = 104 + ahead * 97;
  return {
    day: day ?? jstDay(now),
    recordings: expired + 2,
    counts: [
      { ...AUDIO, reason: "expired", sentence: PERIOD, recordings: expired },
      { article: "9(2)", article_label: "第9条第2項", reason: "erasure", sentence: text("本人の申出により消去すると決定したものです。", "Its erasure was decided on request."), recordings: 2 },
    ],
    examples: examples(60, 5),
    held: 6,
    held_examples: examples(70, 3, { active_holds: 1, reason: undefined, at: undefined }),
    capacity,
    usual_limit: 1_000,
  };
}

const certificates = Array.from({ length: 24 }, (_, number) => {
  const issued = now - number * 5 * 3_600_000;
  return { id: city.makeId("ce00"), recording: city.makeId("7000"), issued_at: iso(issued), reason: ["expired", "expired", "capacity", "erasure"][number % 4], ...(number % 4 === 2 ? FULL : AUDIO), policy_version: 3, call_day: jstDay(issued - 366 * DAY), note_sha256: "9d1f0c54c8a8b4f1f3b1f1b7a07c2a3f5a3e6a0d3f6f6f2f6e0b7d1c8a4b5c6d" };
});

function whole(row) {
  const at = Date.parse(row.issued_at);
  const object = (bucket, key, bytes) => ({ bucket, key: `aozora/019a2b/${row.recording}/${key}`, version: `${key.length}f3Qx9Lw${bytes}`, bytes });
  const body = {
    rule: PERIOD,
    keep_until: iso(at - 3_600_000),
    times: { due: iso(at - 3_600_000), committed: iso(at - 4_000), keys_erased: iso(at - 3_000), media_erased: iso(at - 1_900), checked: row.issued_at },
    erased: [object("keys", "key", 184), object("secondary", "segment-00000.e0", 2_881_264), object("secondary", "manifest.e0", 6_120), object("secondary", "peaks.e0", 3_240)],
    post_check: { key_versions: 0, media_versions: 0, unwrap_possible: false },
    elsewhere: {
      spool: text("封印のときに消去済みです", "let go of when it was sealed"),
      caches: text("消去の確定と同時に破棄を指示しました", "told to forget it at the commit"),
      derived: text("波形と目録は録音と同じ場所にあり、下の一覧に含まれます", "waveform and manifest are in the list"),
      copies: text("登録された複製はありません", "no copy was registered"),
    },
    kept: [{ what: text("操作記録(人と録音は番号だけ)", "audit events, by id only") }, { what: text("通話履歴", "the call's entry in the log"), until: iso(now + 700 * DAY), article: "5(4)" }, { what: text("この証明書", "this certificate") }],
  };
  return { ...row, body, note: `rokuon erasure certificate 1\n${JSON.stringify({ id: row.id, recording: row.recording, ...body })}\n\n— rokuon.example Xb4K2mP8n0jYt1cW7uQe5rA9sD3fG6hZvB2kM8pL4oNiU0yT\n` };
}

const job = (kind, ja, en, more = {}) => ({ id: city.makeId("50b0"), kind, name: text(ja, en), state: "resting", next_at: iso(now + 3_600_000), begun_at: iso(now - 3_700_000), ended_at: iso(now - 3_600_000), done: 0, figures: {}, failures: 0, ...more });
const jobs = [
  job("sweep", "期限切れの確認", "Find what is past its period", { state: "stopped", figures: { planned: 2_410, mean_of_30_days: 96, already_today: 0, limit: 1_000, wanted: 2_410 } }),
  job("tier_move", "二次保存への移動", "Move to the second storage", { done: 97 }),
  job("destroy", "消去の実行", "Destroy what is due", { state: "running", ended_at: undefined, done: 71, total: 118 }),
  job("object_holds", "保管先での保全", "Legal holds in the store", { done: 3 }),
  job("log_erasure", "通話履歴の消去", "Erase the call log", { done: 211, figures: { calls: 211 } }),
  job("reconcile", "保管物と台帳の照合", "Compare store and register", { done: 36_671, failures: 2, last_error: "unavailable", figures: { without_row: 0, without_object: 0 } }),
  job("scrub", "保管物の読み直し検査", "Read every object again", { state: "running", done: 11_402, total: 36_671, figures: { sealed: 36_671, read_within_28_days: 36_102 } }),
];

let keyGone = false;
const storage = () => ({
  at: iso(Date.now()),
  keys: keyGone ? "dark" : "available",
  tiers: [
    { tier: "primary", recordings: 19_016, octets: 63_921_004_551 },
    { tier: "secondary", recordings: 17_655, octets: 51_004_551_002 },
  ],
  capacity,
  kept: 36_671,
  held: 45,
  quarantined: 0,
  late: 0,
  read_within_28_days: 36_102,
  oldest_read_at: iso(now - 29 * DAY),
  jobs: jobs.filter((one) => ["sweep", "reconcile", "scrub"].includes(one.kind)),
});

const amendments = [
  { id: city.makeId("a3e0"), state: "proposed", effective_from: jstDay(now + 20 * DAY), shortens: true, reason: "個人情報保護審議会の答申により、通話録音の保存を9か月とする。", proposed_by: person(1), proposed_at: iso(now - DAY), toml: "" },
  { id: city.makeId("a3e0"), state: "approved", effective_from: "2026-04-01", shortens: false, reason: "窓口カメラを加える。", proposed_by: person(1), proposed_at: iso(now - 260 * DAY), decided_by: person(0), decided_at: iso(now - 258 * DAY), policy_version: 3, toml: "" },
];

function preview({ toml }) {
  if (!toml.includes("[[retention]]")) throw new Mistake([{ field: "toml", message: "1:1 retention: 保存期間の定めがありません" }]);
  const day = jstDay(now + 20 * DAY);
  return { effective_from: day, day, shortened: ["call_audio"], earliest_day: jstDay(now + 8 * DAY), looked_at: 35_859, complete: true, destroyed_before: 2_110, destroyed_after: 10_912, more: 8_802, fewer: 0, examples: examples(40, 4) };
}

/** A document with mistakes. */
export class Mistake extends Error {
  constructor(errors) {
    super("mistakes");
    this.errors = errors;
  }
}

export const routes = {
  "GET /v1/retention": () => retention,
  "GET /v1/deletion-forecast": ({ query }) => forecast(query),
  "GET /v1/certificates": ({ query }) => ({ items: certificates.filter((row) => (!query.from || row.issued_at >= query.from) && (!query.to || row.issued_at < query.to)) }),
  "GET /v1/certificates/:id": ({ id }) => whole(certificates.find((row) => row.id === id) ?? certificates[0]),
  "GET /v1/jobs": () => ({ items: jobs }),
  "POST /v1/jobs/:id/release": ({ id }) => {
    Object.assign(jobs.find((one) => one.id === id), { state: "resting" });
  },
  "GET /v1/storage-health": storage,
  "GET /v1/policy-amendments": () => ({ items: amendments }),
  "POST /v1/policy-amendments/preview": ({ body }) => preview(body),
  "POST /v1/policy-amendments": ({ body }) => {
    const made = { id: city.makeId("a3e0"), state: "proposed", shortens: true, proposed_by: person(0), proposed_at: iso(Date.now()), effective_from: jstDay(now + 20 * DAY), reason: body.reason, toml: body.toml };
    amendments.unshift(made);
    return { status: 201, ...made };
  },
  "POST /v1/policy-amendments/:id/approve": ({ id }) => {
    Object.assign(amendments.find((one) => one.id === id), { state: "approved", decided_by: person(0), decided_at: iso(Date.now()) });
  },
  "POST /v1/policy-amendments/:id/withdraw": ({ id }) => {
    Object.assign(amendments.find((one) => one.id === id), { state: "withdrawn", decided_by: person(0), decided_at: iso(Date.now()) });
  },
};

/** Takes the tenant's key away, or gives it back. */
export const setKeyGone = (gone) => {
  keyGone = gone;
};
