/** Fictional live calls and what is noted of telling the other party. */
import * as city from "./fixtures.mjs";

const text = (ja, en) => ({ ja, en });
export const exceptions = [
  { key: "danger", name: text("危害のおそれ", "Danger"), sentence: text("市民や職員の生命・身体・財産に危害が及ぶおそれがあるとき。", "Life, body or property may be harmed."), article: "4 item 1", article_label: "第4条第1号" },
  { key: "litigation", name: text("訴訟のおそれ", "Litigation"), sentence: text("民事訴訟になるおそれのある内容を含むとき。", "What is said may lead to a civil suit."), article: "4 item 2", article_label: "第4条第2号" },
  { key: "special-circumstances", name: text("特別の事情", "Special circumstances"), sentence: text("伝えると設置の目的を果たしにくい特別の事情があるとき。", "Telling would defeat the purpose."), article: "4 item 3", article_label: "第4条第3号" },
];
const owed = { article: "4", article_label: "第4条", sentence: text("録音するときは、前もって相手に伝えます。三つの例外では伝えなくてもかまいません。", "The other party is told before recording, except in three cases.") };
const may = { allowed: true, rule: "announcement.noted", article: "4", article_label: "第4条", sentence: text("告知の有無を記録しました。", "It is noted.") };
const noted = (status, more = {}) => ({ status, by: status === "not_noted" ? "nobody" : "person", may_note: may, ...(status === "not_noted" ? { owed } : {}), ...more });
const person = { id: city.people[2].id, display_name: city.people[2].display_name };

/** What a recording's page and lists say; every seventh call has no note yet. */
export function announcementOf(number) {
  if (number % 7 === 3) return noted("not_noted");
  if (number % 11 === 4) return noted("exception", { exception: exceptions[0], noted_by: person, noted_at: new Date(Date.now() - 3_600_000).toISOString() });
  return { status: "told_beforehand", by: "line", may_note: may };
}

const call = (number, minutes, start, capture, announcement, orders = []) => {
  const recording = city.recordings[number];
  return {
    recording_id: recording.id,
    call_id: recording.call_id,
    started_at: new Date(Date.now() - minutes * 60_000).toISOString(),
    direction: "inbound",
    caller: recording.caller,
    called: recording.called,
    line: recording.line ?? city.recordings[1].line,
    department: recording.department ?? city.recordings[1].department,
    start,
    capture,
    orders,
    announcement,
    may_order:
      start === "on_demand"
        ? { allowed: true, rule: "capture_order.permitted", article: "2 item 1", article_label: "第2条第1号", sentence: text("この通話の録音は、職員が手動で開始・停止できます。", "Staff may start and stop it.") }
        : { allowed: false, rule: "capture_order.automatic_line", article: "2 item 1", article_label: "第2条第1号", sentence: text("この通話は自動で録音する回線のため、手動で開始・停止できません。", "Recorded by itself.") },
  };
};
export const liveCalls = [
  call(2, 1.2, "on_demand", "waiting", noted("not_noted")),
  call(3, 4.6, "on_demand", "running", noted("told_beforehand", { noted_by: person, noted_at: new Date(Date.now() - 200_000).toISOString() })),
  call(4, 7.9, "on_demand", "paused", noted("exception", { exception: exceptions[0], noted_by: person, noted_at: new Date(Date.now() - 300_000).toISOString() })),
  call(6, 12.3, "automatic", "running", { status: "told_beforehand", by: "line", may_note: may }),
];

const note = ({ status, exception }) => noted(status, status === "not_noted" ? {} : { noted_by: person, noted_at: new Date().toISOString(), ...(exception ? { exception: exceptions.find((one) => one.key === exception) } : {}) });
const AFTER = { start: "running", resume: "running", pause: "paused", stop: "stopped" };

export const routes = {
  "GET /v1/live-calls": () => ({ items: liveCalls, on_demand: true, exceptions }),
  "POST /v1/recordings/:id/orders": ({ id, body }) => {
    const live = liveCalls.find((one) => one.recording_id === id);
    if (body.announcement) live.announcement = note(body.announcement);
    const order = { id: city.makeId("a100"), order: body.order, reason: body.reason, person, placed_at: new Date().toISOString(), state: "done", settled_at: new Date().toISOString() };
    live.orders.push(order);
    live.capture = AFTER[body.order];
    return { status: 202, ...order };
  },
  "POST /v1/recordings/:id/announcement": ({ id, body }) => {
    const announcement = note(body);
    for (const live of liveCalls) if (live.recording_id === id) live.announcement = announcement;
    for (const recording of city.recordings) if (recording.id === id) Object.assign(recording, { announcement, announcement_status: announcement.status, announcement_owed: announcement.status === "not_noted" });
    return announcement;
  },
};
