/** The network of the tests: answers what a test has laid out, refuses and reports everything else. */

export interface Asked {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: Headers;
  body: unknown;
}
type Answer = { status?: number; body?: unknown; headers?: Record<string, string> };
type Answering = (asked: Asked) => Answer;

let table = new Map<string, Answering>();
let asked: Asked[] = [];
let unexpected: string[] = [];

export function resetAnswers(): void {
  // the frame of every page asks this by itself
  table = new Map([["GET /v1/alarms", () => ({ body: { items: [], open: 0 } })]]);
  asked = [];
  unexpected = [];
  globalThis.fetch = answer as typeof fetch;
}

export function unexpectedCalls(): string[] {
  const found = unexpected;
  unexpected = [];
  return found;
}

/** Lays out answers: `"GET /v1/me": body` or a function of what was asked. */
export function answers(more: Record<string, unknown | Answering>): void {
  for (const [call, value] of Object.entries(more)) table.set(call, typeof value === "function" ? (value as Answering) : () => ({ body: value }));
}

/** What was asked so far of one call. */
export function askedOf(call: string): Asked[] {
  return asked.filter((entry) => `${entry.method} ${entry.path}` === call);
}

/** A refusal of the API. */
export function problem(status: number, code: string, more: Record<string, unknown> = {}): Answer {
  return { status, headers: { "Content-Type": "application/problem+json" }, body: { type: `urn:rokuon:problem:${code}`, title: code, status, detail: "", instance: "", ...more } };
}

async function answer(input: Request | URL | string, init?: RequestInit): Promise<Response> {
  const request = input instanceof Request ? input : new Request(input, init);
  const url = new URL(request.url);
  const text = request.method === "GET" ? "" : await request.text();
  const entry: Asked = { method: request.method, path: url.pathname, query: url.searchParams, headers: request.headers, body: text === "" ? undefined : JSON.parse(text) };
  asked.push(entry);
  const call = `${entry.method} ${entry.path}`;
  const found = table.get(call);
  if (found === undefined) {
    unexpected.push(call);
    throw new TypeError(`nobody expected ${call}`);
  }
  const { status = 200, body, headers = {} } = found(entry);
  const plain = typeof body === "string";
  return new Response(status === 204 || body === undefined ? null : plain ? body : JSON.stringify(body), { status: body === undefined && status === 200 ? 204 : status, headers: { "Content-Type": plain ? "text/plain" : "application/json", ...headers } });
}
