/** Fictional coverage, operating calendar, alarms, recorders and expected calls. */
import * as city from "./fixtures.mjs";

const text = (ja, en) => ({ ja, en });
const MINUTE = 60_000;
const DAY = 86_400_000;
const now = Date.now();
const iso = (ms) => new Date(ms).toISOString();
const jstDay = (ms) => new Date(ms + 9 * 3_600_000).toISOString().slice(0, 10);
const at = (day, time) => Date.parse(`${day}T${time}:00+09:00`);
const names = city.connections.map(({ id, name }) => ({ id, name }));
const manager = { id: city.people[0].id, display_name: city.people[0].display_name };

const SENTENCES = {
  worker_down: text("録音装置が動いていませんでした。この間の通話は録音されていません。", "No recorder was running: calls of this time were not recorded."),
  connection_silent: text("交換機から何も届きませんでした。録音装置は動いていましたが、通話があったかどうかは分かりません。", "Nothing came from the exchange."),
};
const gap = (day, from, until, cause, connection) => ({ from: iso(at(day, from)), until: iso(at(day, until)), seconds: (at(day, until) - at(day, from)) / 1000, cause, sentence: SENTENCES[cause], ...(connection ? { connection } : {}) });

const special = [{ day: jstDay(now + 3 * DAY), note: "停電のため休館" }, { day: jstDay(now - 6 * DAY), from: "09:00", until: "12:00", note: "臨時開庁" }];
let own = { hours: [], holidays_closed: false };

function hoursOf(day) {
  const weekday = new Date(at(day, "12:00")).getUTCDay();
  const found = special.find((one) => one.day === day);
  if (found) return { source: "special_day", hours: found.from ? [[found.from, found.until]] : [], note: text(found.note, found.note) };
  return { source: "policy", hours: weekday === 0 || weekday === 6 ? [["09:00", "17:00"]] : [["08:00", "20:00"]] };
}

function daysOf({ from, to }) {
  const days = [];
  for (let ms = at(from, "00:00"); ms <= at(to, "00:00"); ms += DAY) days.push(jstDay(ms));
  return days.map((day) => {
    const { hours, ...rest } = hoursOf(day);
    return { day, ...rest, hours: hours.map(([start, end]) => ({ from: iso(at(day, start)), until: iso(at(day, end)) })) };
  });
}

function coverage(query) {
  const bad = { [jstDay(now - DAY)]: [gap(jstDay(now - DAY), "10:12", "10:31", "worker_down")], [jstDay(now - 4 * DAY)]: [gap(jstDay(now - 4 * DAY), "13:00", "15:30", "connection_silent", names[1])] };
  const days = daysOf(query).map((day) => {
    const owed = day.hours.reduce((sum, span) => sum + Math.max(0, Math.min(now, Date.parse(span.until)) - Date.parse(span.from)) / 1000, 0);
    const gaps = bad[day.day] ?? [];
    const missing = gaps.filter((one) => !one.connection).reduce((sum, one) => sum + one.seconds, 0);
    return { ...day, owed_seconds: Math.round(owed), missing_seconds: missing, percent: owed > 0 ? Math.floor(((owed - missing) / owed) * 10_000) / 100 : null, gaps };
  });
  const owed = days.reduce((sum, day) => sum + day.owed_seconds, 0);
  const missing = days.reduce((sum, day) => sum + day.missing_seconds, 0);
  return {
    ...query,
    measured_since: iso(now - 40 * DAY),
    article: "5(1)",
    article_label: "第5条第1項",
    sentence: text("コールセンターの運営時間は、すべて録音します。", "Recording runs through all operating hours."),
    owed_seconds: owed,
    missing_seconds: missing,
    percent: owed > 0 ? Math.floor(((owed - missing) / owed) * 10_000) / 100 : null,
    days,
    connections: names.slice(0, 2).map((connection, number) => ({ connection, percent: number === 0 ? 99.84 : 98.71, silent_after_minutes: number === 0 ? 15 : 60, last_heard_at: iso(now - 40_000) })),
    untaken: [{ minute: iso(at(jstDay(now - DAY), "10:33")), connection: names[0], reason: "refused_full", count: 2 }],
  };
}

const alarm = (number, kind, ja, en, advice, more) => ({ id: city.makeId("a200"), kind, name: text(ja, en), advice: text(...advice), opened_at: iso(now - number * 47 * MINUTE), ...more });
export const alarms = [
  alarm(1, "connection_silent", "交換機から何も届きません", "An exchange is silent", ["交換機が動いているか、録音の送り先と接続元の設定が変わっていないかを、交換機の担当者に確認してください。", "Ask whoever keeps the exchange."], { subject: names[1].name }),
  alarm(2, "expected_call_missing", "録音が見つからない通話があります", "Expected calls are missing", ["CDR照合の画面で、原因と通話を確認してください。", "See the page on expected calls."], { figure: 3, acknowledged: { by: manager, at: iso(now - 30 * MINUTE), note: "交換機の業者に確認中(受付 1128-3)" } }),
  alarm(32, "worker_silent", "録音装置が応答しません", "A recorder does not respond", ["この間の通話は録音されません。運用の担当者に、録音装置が動いているか確認してください。", "Ask operations."], { closed_at: iso(now - 31 * 47 * MINUTE) }),
];

const expected = (number, verdict, cause, more = {}) => ({ id: city.makeId("a300"), started_at: iso(now - number * 83 * MINUTE), duration_seconds: 30 + number * 17, caller: `0900000${String(1000 + number)}`, called: "0125000100", verdict, ...(cause ? { cause } : {}), compared_at: iso(now - MINUTE), ...more });
const calls = [
  expected(2, "unexplained"),
  expected(5, "missing", "worker_down"),
  expected(6, "missing", "worker_down"),
  expected(9, "missing", "refused"),
  expected(11, "not_due", "line_not_listed", { article: "2 item 1", article_label: "第2条第1号" }),
  expected(12, "recorded"),
];
const files = [{ id: city.makeId("a400"), name: "cdr-20261128.csv", encoding: "shift_jis", lines: 214, added: 209, bad_lines: [], uploaded_by: manager, uploaded_at: iso(now - 3 * 3_600_000) }];
const watches = new Map([[names[0].id, { connection_id: names[0].id, silent_after_minutes: 15, announces: true, canary: { number: "0125009999", every_minutes: 60 }, canary_at: iso(now - 21 * MINUTE) }]]);

export const routes = {
  "GET /v1/coverage": ({ query }) => coverage(query),
  "GET /v1/operating-calendar": ({ query }) => ({
    source: own.hours.length > 0 ? "tenant" : "policy",
    article: "5(1)",
    article_label: "第5条第1項",
    sentence: text("コールセンターの運営時間は、すべて録音します。", "Recording runs through all operating hours."),
    hours: own.hours.length > 0 ? own.hours : [{ days: ["mon", "tue", "wed", "thu", "fri"], from: "08:00", until: "20:00" }, { days: ["sat", "sun"], from: "09:00", until: "17:00" }],
    holidays_closed: own.holidays_closed,
    special_days: special.filter((one) => one.day >= query.from && one.day <= query.to).sort((a, b) => (a.day < b.day ? -1 : 1)),
    days: daysOf(query),
  }),
  "POST /v1/operating-calendar/hours": ({ body }) => void (own = body),
  "POST /v1/operating-calendar/special-days": ({ body }) => {
    special.push(body);
    return body;
  },
  "POST /v1/operating-calendar/special-days/:day/strike": ({ day }) => void special.splice(special.findIndex((one) => one.day === day), 1),
  "GET /v1/alarms": () => ({ items: alarms, open: alarms.filter((one) => !one.closed_at).length }),
  "POST /v1/alarms/:id/acknowledge": ({ id, body }) => void Object.assign(alarms.find((one) => one.id === id), { acknowledged: { by: manager, at: iso(Date.now()), note: body.note } }),
  "GET /v1/workers": () => ({
    items: [
      { id: "5f0c1a3e-0000-4000-8000-000000000001", state: "running", software_version: "0.1.0", started_at: iso(now - 9 * DAY), last_heard_at: iso(Date.now() - 3000), spool_percent: 4 },
      { id: "91b27d40-0000-4000-8000-000000000002", state: "stopped", software_version: "0.1.0", started_at: iso(now - 12 * DAY), last_heard_at: iso(now - 5 * 3_600_000), spool_percent: 0 },
    ],
  }),
  "GET /v1/connection-watches": () => ({ items: [...watches.values()] }),
  "POST /v1/connections/:id/watch": ({ id, body }) => {
    watches.set(id, { connection_id: id, silent_after_minutes: null, canary: null, ...body });
    return watches.get(id);
  },
  "GET /v1/expected-calls": ({ query }) => ({
    from: query.from,
    to: query.to,
    counts: [
      { verdict: "recorded", count: 187 },
      { verdict: "not_due", cause: "line_not_listed", count: 14 },
      { verdict: "not_due", cause: "not_answered", count: 4 },
      { verdict: "missing", cause: "worker_down", count: 2 },
      { verdict: "missing", cause: "refused", count: 1 },
      { verdict: "unexplained", count: 1 },
    ],
    items: calls.filter((call) => (query.verdict ? call.verdict === query.verdict : ["missing", "unexplained"].includes(call.verdict))),
    files,
    presets: [
      { key: "asterisk", name: text("Asterisk・FreePBX (Master.csv、CDRレポート)", "Asterisk, FreePBX") },
      { key: "japanese", name: text("日本語の見出し (通信事業者・PBXの通話明細)", "Japanese headings") },
    ],
  }),
  "POST /v1/expected-calls": ({ body }) => ({ status: 201, id: city.makeId("a400"), name: body.name, encoding: "shift_jis", lines: 5, added: 3, bad: 1, bad_lines: [{ line: 6, field: "started_at", message: text("開始日時を読み取れません(例 2026/11/29 09:15:00)", "no date and time") }], uploaded_by: manager, uploaded_at: iso(Date.now()), preset: "japanese" }),
};
