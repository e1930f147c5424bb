/**
 * A stand-in for the API, for work on the portal only: serves dist/ under the same Content-Security-Policy as the real one, and
 * fictional answers of the same shape. Nothing is kept. Sign in as a01001 (manager), a01035 (handler) or a01057 (first sign-in), password "aozora-2026".
 * POST /mock/lock locks the session; POST /mock/idle?minutes=N sets the idle lock; POST /mock/key?gone=1 takes the tenant's key away.
 */
import { randomUUID } from "node:crypto";
import { createReadStream, existsSync, statSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import * as city from "./fixtures.mjs";
import * as coverage from "./coverage.mjs";
import * as keeping from "./keeping.mjs";
import * as holds from "./holds.mjs";
import * as live from "./live_calls.mjs";
import { peaks, wav } from "./voice.mjs";

const DIST = fileURLToPath(new URL("../dist", import.meta.url));
const PASSWORD = "aozora-2026";
export const CSP = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; media-src 'self' blob:; img-src 'self' data:; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2" };

const sessions = new Map();
const uses = new Map();
city.recordings.forEach((recording, number) => {
  const announcement = live.announcementOf(number);
  const kept = holds.keepingOf(number);
  Object.assign(recording, { keeping: kept, active_holds: kept.holds.length, start: "automatic", orders: [], announcement, exceptions: live.exceptions, announcement_status: announcement.status, announcement_owed: announcement.owed !== undefined, canary: false });
});
for (const call of city.calls) call.announcement_status = "told_beforehand";
let idleMinutes = 15;

class Refusal extends Error {
  constructor(status, code, title, more = {}) {
    super(title);
    this.status = status;
    this.body = { type: `urn:rokuon:problem:${code}`, title, status, detail: title, instance: `urn:uuid:${randomUUID()}`, ...more };
  }
}

function me(session) {
  const person = city.people.find((entry) => entry.id === session.personId);
  const held = new Set(person.appointments.map((appointment) => appointment.post.key));
  const capabilities = [...new Set(city.posts.filter((post) => held.has(post.key)).flatMap((post) => post.capabilities))];
  return {
    tenant: city.tenant,
    person: { id: person.id, login_id: person.login_id, display_name: person.display_name },
    appointments: person.appointments,
    capabilities,
    csrf_token: session.csrf,
    password_change_required: person.state === "password_change_required",
    password_expires_at: new Date(Date.now() + 11 * 86_400_000).toISOString(),
    idle_lock_minutes: idleMinutes,
    session_expires_at: new Date(Date.now() + 9 * 3_600_000).toISOString(),
    purposes: capabilities.includes("recording.play") ? city.purposes : [],
  };
}

function find(rows, query) {
  const { from, to, number, number_suffix, q, department, direction, line, min_seconds, max_seconds } = query;
  const parties = (row) => [row.caller, row.called];
  const digits = (value) => (value ?? "").replace(/\D/g, "");
  return rows.filter(
    (row) =>
      (!from || row.started_at >= new Date(from).toISOString()) &&
      (!to || row.started_at < new Date(to).toISOString()) &&
      (!number || parties(row).some((party) => party.number === digits(number))) &&
      (!number_suffix || parties(row).some((party) => party.number?.endsWith(digits(number_suffix)))) &&
      (!q || parties(row).some((party) => (party.name ?? "").includes(q) || (party.number ?? "").includes(q))) &&
      (!department || row.department?.id === department) &&
      (!direction || row.direction === direction) &&
      (!line || row.line?.key === line) &&
      (!query.announcement || row.announcement_status === query.announcement) &&
      (!min_seconds || (row.duration_seconds ?? 0) >= Number(min_seconds)) &&
      (!max_seconds || (row.duration_seconds ?? 0) <= Number(max_seconds)),
  );
}

const KNOWN = ["from", "to", "number", "number_suffix", "q", "department", "direction", "line", "min_seconds", "max_seconds", "announcement", "cursor", "limit", "actor", "kind", "object"];

function page(rows, query) {
  const { cursor, limit } = query;
  for (const [name, value] of Object.entries(query))
    if (!KNOWN.includes(name) || (["from", "to"].includes(name) && !value.includes("T"))) throw new Refusal(400, "unknown-parameter", "知らない検索条件があります", { errors: [{ field: name, message: "日時です" }] });
  const from = Number(cursor ?? 0);
  const size = Number(limit ?? 50);
  return { items: rows.slice(from, from + size), ...(from + size < rows.length ? { next_cursor: String(from + size) } : {}) };
}

const summary = ({ start, orders, announcement, exceptions, connection, media, outcome, outcome_cause, gaps, segments, retention, legs, doubts, integrity, sip_call_id, decision, playable, play_refusal, seed, ...rest }) => rest;
const notFound = () => new Refusal(404, "not-found", "見つかりません");
const recordingOf = (id) => {
  const found = city.recordings.find((entry) => entry.id === id);
  if (!found) throw notFound();
  return found;
};
const personOf = (id) => {
  const found = city.people.find((entry) => entry.id === id);
  if (!found) throw notFound();
  return found;
};

/** method path-pattern → (context) → answer body, or undefined for 204 */
const routes = {
  "POST /v1/sign-out": ({ sid }) => void sessions.delete(sid),
  "GET /v1/me": ({ session }) => me(session),
  "POST /v1/password": ({ session, body }) => {
    if (body.current_password !== PASSWORD) throw new Refusal(422, "invalid-fields", "入力に誤りがあります", { errors: [{ field: "current_password", message: "今のパスワードが違います" }] });
    if (body.new_password.length < 12) throw new Refusal(422, "invalid-fields", "入力に誤りがあります", { errors: [{ field: "new_password", message: "12文字以上にしてください" }] });
    personOf(session.personId).state = "active";
  },
  "GET /v1/recordings": ({ query }) => page(find(city.recordings.map(summary), query), query),
  "GET /v1/recordings/:id": ({ id }) => (({ seed, ...rest }) => rest)(recordingOf(id)),
  "GET /v1/recordings/:id/waveform": ({ id, query }) => {
    const recording = recordingOf(id);
    return { duration_seconds: recording.duration_seconds, channels: peaks(recording.duration_seconds, recording.seed, recording.gaps, Number(query.points ?? 800)) };
  },
  "POST /v1/recordings/:id/uses": ({ id, body }) => {
    const recording = recordingOf(id);
    const purpose = city.purposes.find((entry) => entry.key === body.purpose);
    if (purpose === undefined) throw new Refusal(403, "purpose-refused", "この目的では利用できません", { article: "3(2)", article_label: "第3条第2項" });
    if (purpose.key === "improper-demand" && recording.active_holds === 0)
      throw new Refusal(403, "purpose-refused", "この目的では利用できません", { detail: "この録音は、不当要求行為として管理責任者の決定を受けていません。先に保全の手続をしてください。", article: "5(1)", article_label: "第5条第1項", rule: "access.purpose" });
    const use = { id: randomUUID(), recording_id: id, purpose: purpose.key, article: purpose.article, article_label: purpose.article_label, sentence: purpose.sentence, expires_at: new Date(Date.now() + 900_000).toISOString() };
    uses.set(use.id, use);
    return { status: 201, ...use, audio_url: `/v1/recordings/${id}/uses/${use.id}/audio` };
  },
  "POST /v1/recordings/:id/uses/:use/heard": ({ use, body }) => {
    if (!uses.has(use)) throw notFound();
    heard.push(body);
  },
  ...live.routes,
  ...coverage.routes,
  ...keeping.routes,
  "GET /v1/holds": ({ query }) => holds.page(query),
  "GET /v1/holds/selection": ({ query }) => holds.selection(find(city.recordings.map(summary), query)),
  "GET /v1/holds/:id": ({ id }) => holds.holdOf(id, city.recordings.map(summary)),
  "GET /v1/erasures": ({ query }) => holds.erasures(query),
  "GET /v1/erasures/:id": () => holds.erasureOf(city.recordings.map(summary)),
  "GET /v1/calls": ({ query }) => page(find(city.calls, query), query),
  "GET /v1/counts/unrecorded": ({ query }) => {
    for (const [name, value] of Object.entries(query))
      if (!["from", "to"].includes(name) || !/^\d{4}-\d{2}-\d{2}$/.test(value)) throw new Refusal(400, "unknown-parameter", "知らない検索条件があります", { errors: [{ field: name, message: "日付です" }] });
    return { items: city.unrecorded };
  },
  "GET /v1/audit-events": ({ query }) =>
    page(
      city.auditEvents.filter((event) => (!query.from || event.at >= new Date(query.from).toISOString()) && (!query.to || event.at < new Date(query.to).toISOString()) && (!query.actor || event.actor.person_id === query.actor) && (!query.kind || event.kind === query.kind || event.kind.startsWith(`${query.kind}.`)) && (!query.object || event.object?.id === query.object)),
      query,
    ),
  "GET /v1/people": () => ({ items: city.people }),
  "POST /v1/people": ({ body }) => {
    if (city.people.some((entry) => entry.login_id === body.login_id)) throw new Refusal(422, "invalid-fields", "入力に誤りがあります", { errors: [{ field: "login_id", message: "このIDはすでに使われています" }] });
    const person = { id: city.makeId("b000"), login_id: body.login_id, display_name: body.display_name, department: city.departments.find((entry) => entry.id === body.department) ?? null, state: "password_change_required", appointments: [] };
    city.people.push(person);
    return { status: 201, person, initial_password: city.makePassword() };
  },
  "POST /v1/people/:id/password-reset": ({ id }) => {
    personOf(id).state = "password_change_required";
    return { initial_password: city.makePassword() };
  },
  "POST /v1/people/:id/disable": ({ id }) => {
    personOf(id).state = "disabled";
  },
  "POST /v1/people/:id/appointments": ({ id, body }) => {
    if (!body.trained_on) throw new Refusal(403, "appointment-refused", "この指定は認められていません", { detail: "研修を受けた記録がない人は、この職に指定できません。", article: "8(2)", article_label: "第8条第2項" });
    const appointment = city.makeAppointment(body.post, { department: city.departments.find((entry) => entry.id === body.department) ?? null, trained_on: body.trained_on, from: body.from ?? new Date().toISOString(), until: body.until ?? null });
    personOf(id).appointments.push(appointment);
    return { status: 201, ...appointment };
  },
  "POST /v1/appointments/:id/end": ({ id }) => {
    const found = city.people.flatMap((person) => person.appointments).find((appointment) => appointment.id === id);
    if (!found) throw notFound();
    found.until = new Date().toISOString();
  },
  "GET /v1/posts": () => ({ items: city.posts }),
  "GET /v1/policy": () => city.policy,
  "GET /v1/policy/text": () => city.policyText,
  "GET /v1/departments": () => ({ items: city.departments }),
  "GET /v1/lines": () => ({ items: city.lines.map((line) => ({ start: "automatic", announces: false, ...line })) }),
  "GET /v1/connections": () => ({ items: city.connections }),
  "POST /v1/connections": ({ body }) => {
    const secret = body.kind === "whip" ? { kind: "token", token: "k7wq3mx2".repeat(6) } : body.security?.digest_required ? { kind: "digest", username: "n4z6rb", password: "k7wq3mx2k7wq3mx2k7wq3mx2", realm: "rokuon" } : undefined;
    const connection = { id: city.makeId("c000"), state: "active", address: ["sip:n4z6rb@rokuon.aozora.example:5070;transport=udp", "sip:n4z6rb@rokuon.aozora.example:5071;transport=tls"], calls_today: 0, refused_today: 0, standing: "unused", reasons: [], version: 1, ...body };
    city.connections.push(connection);
    return { status: 201, ...connection, secret };
  },
  "GET /v1/connections/:id": ({ id }) => connectionOf(id),
  "GET /v1/connections/:id/health": ({ id }) => city.connectionHealth(connectionOf(id)),
  "GET /v1/connections/:id/test": () => city.connectionTest,
  "POST /v1/connections/:id/test": () => city.connectionTest,
  "POST /v1/connections/:id/edit": ({ id, body }) => Object.assign(connectionOf(id), body, { version: connectionOf(id).version + 1 }),
  "POST /v1/connections/:id/rotate": () => ({ secret: { kind: "digest", username: "u8t5na", password: "m2x9wq7km2x9wq7km2x9wq7k", realm: "rokuon" }, previous_until: new Date(Date.now() + 86_400_000).toISOString() }),
  "POST /v1/connections/:id/disable": ({ id }) => {
    Object.assign(connectionOf(id), { state: "disabled", standing: "disabled", reasons: [] });
  },
  "POST /v1/connections/:id/enable": ({ id }) => {
    Object.assign(connectionOf(id), { state: "active", standing: "unused" });
  },
};
const connectionOf = (id) => {
  const found = city.connections.find((entry) => entry.id === id);
  if (!found) throw notFound();
  return found;
};

export const heard = [];

const open = {
  "GET /v1/public/:tenant": ({ tenant }) => {
    if (tenant !== city.tenant.id) throw notFound();
    return city.notice;
  },
  "POST /v1/sign-in": ({ body, response }) => {
    const person = city.people.find((entry) => entry.login_id === body.login_id && entry.state !== "disabled");
    if (body.login_id === "locked") throw new Refusal(429, "too-many-attempts", "試行回数が多すぎます", { retry: 600 });
    if (body.tenant !== city.tenant.id || person === undefined || body.password !== PASSWORD) throw new Refusal(401, "sign-in-refused", "サインインできません");
    const sid = randomUUID();
    const session = { personId: person.id, csrf: randomUUID(), locked: false, last: Date.now() };
    sessions.set(sid, session);
    response.setHeader("Set-Cookie", `rokuon-mock=${sid}; Path=/; HttpOnly; SameSite=Strict`);
    return me(session);
  },
  "POST /mock/lock": () => {
    for (const session of sessions.values()) session.locked = true;
  },
  "POST /mock/idle": ({ query }) => {
    idleMinutes = Number(query.minutes);
  },
  "POST /mock/key": ({ query }) => keeping.setKeyGone(query.gone === "1"),
  "GET /mock/heard": () => heard,
};

function match(table, method, path) {
  for (const [pattern, act] of Object.entries(table)) {
    const [wanted, shape] = pattern.split(" ");
    if (wanted !== method) continue;
    const names = [];
    const found = new RegExp(`^${shape.replace(/:(\w+)/g, (_, name) => (names.push(name), "([^/]+)"))}$`).exec(path);
    if (found) return { act, names: Object.fromEntries(names.map((name, at) => [name, decodeURIComponent(found[at + 1])])) };
  }
  return undefined;
}

async function answer(request, response) {
  const url = new URL(request.url, "http://mock");
  const query = Object.fromEntries(url.searchParams);
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const sid = /rokuon-mock=([\w-]+)/.exec(request.headers.cookie ?? "")?.[1];
  const session = sessions.get(sid);
  try {
    const body = chunks.length > 0 ? JSON.parse(Buffer.concat(chunks).toString()) : undefined;
    const openRoute = match(open, request.method, url.pathname);
    if (openRoute) return send(response, openRoute.act({ body, query, response, ...openRoute.names }));
    if (session === undefined) throw new Refusal(401, "not-signed-in", "サインインしていません");
    if (session.locked || Date.now() - session.last > idleMinutes * 60_000) throw new Refusal(401, "session-locked", "操作がなかったためロックされました");
    if (request.headers["x-rokuon-background"] !== "1") session.last = Date.now();
    const audio = /^\/v1\/recordings\/([^/]+)\/uses\/([^/]+)\/audio$/.exec(url.pathname);
    if (audio && uses.has(audio[2])) return sendAudio(request, response, recordingOf(audio[1]));
    const film = /^\/v1\/recordings\/[^/]+\/uses\/([^/]+)\/files\/\d+$/.exec(url.pathname);
    if (film && uses.has(film[1])) {
      const octets = readFileSync(new URL("counter.webm", import.meta.url));
      response.writeHead(200, { "Content-Type": "video/webm", "Cache-Control": "no-store", "Content-Length": octets.length });
      return response.end(octets);
    }
    if (request.method !== "GET" && request.headers["x-csrf-token"] !== session.csrf) throw new Refusal(403, "csrf-refused", "このページからの操作と確認できません");
    const route = match(routes, request.method, url.pathname);
    if (route === undefined) throw notFound();
    return send(response, route.act({ body, query, session, sid, response, ...route.names }));
  } catch (error) {
    if (error instanceof keeping.Mistake) error = new Refusal(422, "invalid-fields", "入力に誤りがあります", { errors: error.errors });
    if (!(error instanceof Refusal)) throw error;
    if (error.body.retry) response.setHeader("Retry-After", String(error.body.retry));
    response.writeHead(error.status, { "Content-Type": "application/problem+json" }).end(JSON.stringify(error.body));
  }
}

function send(response, body) {
  if (body === undefined) return response.writeHead(204).end();
  if (typeof body === "string") return response.writeHead(200, { "Content-Type": "text/plain; charset=utf-8" }).end(body);
  const { status: said, ...others } = Array.isArray(body) ? { items: body } : body;
  // a number is the answer's own status, a word belongs to what is answered
  const [status, rest] = typeof said === "number" ? [said, others] : [200, said === undefined ? others : { status: said, ...others }];
  return response.writeHead(status, { "Content-Type": "application/json", "Cache-Control": "no-store" }).end(JSON.stringify(rest));
}

function sendAudio(request, response, recording) {
  const file = wav(recording.duration_seconds, recording.seed, recording.gaps);
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "");
  const from = range ? Number(range[1]) : 0;
  const to = range?.[2] ? Math.min(Number(range[2]), file.length - 1) : file.length - 1;
  response.writeHead(range ? 206 : 200, { "Content-Type": "audio/wav", "Accept-Ranges": "bytes", "Cache-Control": "no-store", "Content-Length": to - from + 1, ...(range ? { "Content-Range": `bytes ${from}-${to}/${file.length}` } : {}) });
  response.end(file.subarray(from, to + 1));
}

function serveFile(path, response) {
  const wanted = normalize(join(DIST, path));
  const file = wanted.startsWith(DIST) && existsSync(wanted) && statSync(wanted).isFile() ? wanted : join(DIST, "index.html");
  response.writeHead(200, { "Content-Type": TYPES[extname(file)] ?? "application/octet-stream", "Content-Security-Policy": CSP, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin" });
  createReadStream(file).pipe(response);
}

export function startMock(port = 4173) {
  const server = createServer((request, response) => {
    const path = new URL(request.url, "http://mock").pathname;
    if (path.startsWith("/v1/") || path.startsWith("/mock/"))
      answer(request, response).catch((error) => {
        console.error(error);
        response.writeHead(500).end();
      });
    else serveFile(path, response);
  });
  return new Promise((resolve) => server.listen(port, "127.0.0.1", () => resolve({ origin: `http://127.0.0.1:${server.address().port}`, close: () => new Promise((done) => (server.closeAllConnections(), server.close(done))) })));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { origin } = await startMock(Number(process.env.PORT ?? 4173));
  console.log(`${origin}/t/aozora/sign-in  (a01001, a01035, a01057; password ${PASSWORD})`);
}
