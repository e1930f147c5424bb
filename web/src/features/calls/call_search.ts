/** What a search of calls asks for, as it stands in the page's address: a saved search is a saved link. */
import { addDays, civil, dayStart } from "../../i18n/civil_time";

export const RANGES = ["all", "today", "yesterday", "7d", "30d", "custom"] as const;
export type Range = (typeof RANGES)[number];
export const MATCHES = ["exact", "suffix"] as const;
export type Match = (typeof MATCHES)[number];
export const DIRECTIONS = ["inbound", "outbound", "internal"] as const;
export type Direction = (typeof DIRECTIONS)[number];
export const TOLD = ["told_beforehand", "public_notice", "exception", "not_noted"] as const;
export type ToldStatus = (typeof TOLD)[number];

/** All optional; absent means "any". Times are civil times of Japan: "2026-11-21" or "2026-11-21T09:00". Durations in seconds. */
export interface CallSearch {
  range?: Exclude<Range, "all">;
  from?: string;
  to?: string;
  number?: string;
  match?: Exclude<Match, "exact">;
  q?: string;
  department?: string;
  direction?: Direction;
  line?: string;
  told?: ToldStatus;
  held?: "yes";
  min?: string;
  max?: string;
}

const CIVIL = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2})?$/;

/** Reads a search out of an address; what cannot be understood is left out. */
export function readCallSearch(raw: Record<string, unknown>): CallSearch {
  const search: CallSearch = {};
  const text = (name: string): string | undefined => {
    const value = raw[name];
    return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
  };
  const range = text("range");
  if (range !== undefined && range !== "all" && (RANGES as readonly string[]).includes(range)) search.range = range as Exclude<Range, "all">;
  if (search.range === "custom") {
    const from = text("from");
    const to = text("to");
    if (from !== undefined && CIVIL.test(from)) search.from = from;
    if (to !== undefined && CIVIL.test(to)) search.to = to;
  }
  const number = text("number")?.normalize("NFKC").replace(/[^\d]/g, "");
  if (number) {
    search.number = number;
    const match = text("match");
    if (match === "suffix") search.match = match;
  }
  const q = text("q");
  if (q !== undefined) search.q = q;
  const department = text("department");
  if (department !== undefined) search.department = department;
  const direction = text("direction");
  if (direction !== undefined && (DIRECTIONS as readonly string[]).includes(direction)) search.direction = direction as Direction;
  const line = text("line");
  if (line !== undefined) search.line = line;
  const told = text("told");
  if (told !== undefined && (TOLD as readonly string[]).includes(told)) search.told = told as ToldStatus;
  if (text("held") === "yes") search.held = "yes";
  for (const bound of ["min", "max"] as const) {
    const value = text(bound);
    if (value !== undefined && /^\d{1,6}$/.test(value)) search[bound] = value;
  }
  return search;
}

/** The instants [from, to) of a search's period, RFC 3339 UTC; `now` in epoch milliseconds. */
export function period(search: Pick<CallSearch, "range" | "from" | "to">, now: number): { from?: string; to?: string } {
  const today = civil(now).day;
  switch (search.range) {
    case "today":
      return { from: dayStart(today) };
    case "yesterday":
      return { from: dayStart(addDays(today, -1)), to: dayStart(today) };
    case "7d":
      return { from: dayStart(addDays(today, -6)) };
    case "30d":
      return { from: dayStart(addDays(today, -29)) };
    case "custom":
      return {
        ...(search.from === undefined ? {} : { from: instant(search.from) }),
        ...(search.to === undefined ? {} : { to: search.to.includes("T") ? instant(search.to) : dayStart(addDays(search.to, 1)) }),
      };
    default:
      return {};
  }
}

/** The same period as whole civil days, both inclusive, for counts that are kept by the day. */
export function days(search: Pick<CallSearch, "range" | "from" | "to">, now: number): { from?: string; to?: string } {
  const { from, to } = period(search, now);
  return { ...(from === undefined ? {} : { from: civil(from).day }), ...(to === undefined ? {} : { to: civil(Date.parse(to) - 1).day }) };
}

function instant(civilTime: string): string {
  return civilTime.includes("T") ? new Date(Date.parse(`${civilTime}:00+09:00`)).toISOString() : dayStart(civilTime);
}

export interface CallQuery {
  from?: string;
  to?: string;
  number?: string;
  number_suffix?: string;
  q?: string;
  department?: string;
  direction?: Direction;
  line?: string;
  announcement?: ToldStatus;
  held?: true;
  min_seconds?: number;
  max_seconds?: number;
}

/** The API's query of a search. */
export function callQuery(search: CallSearch, now: number): CallQuery {
  const query: CallQuery = { ...period(search, now) };
  if (search.number !== undefined) {
    if (search.match === "suffix") query.number_suffix = search.number;
    else query.number = search.number;
  }
  if (search.q !== undefined) query.q = search.q;
  if (search.department !== undefined) query.department = search.department;
  if (search.direction !== undefined) query.direction = search.direction;
  if (search.line !== undefined) query.line = search.line;
  if (search.told !== undefined) query.announcement = search.told;
  if (search.held !== undefined) query.held = true;
  if (search.min !== undefined) query.min_seconds = Number(search.min);
  if (search.max !== undefined) query.max_seconds = Number(search.max);
  return query;
}
