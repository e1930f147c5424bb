/** How much of the operating hours recording ran, and those hours. */
import { queryOptions } from "@tanstack/react-query";
import { api, body, done } from "../../api/client";
import type { SpecialDay, WeeklyHours } from "../../api/types";
import { addDays } from "../../i18n/civil_time";

/** The civil days of a month "2026-11", both inclusive. */
export function daysOf(month: string): { from: string; to: string } {
  const from = `${month}-01`;
  const [year = 0, number = 1] = month.split("-").map(Number);
  const next = number === 12 ? `${year + 1}-01-01` : `${year}-${String(number + 1).padStart(2, "0")}-01`;
  return { from, to: addDays(next, -1) };
}

/** Another month, so many later. */
export function monthsLater(month: string, count: number): string {
  const [year = 0, number = 1] = month.split("-").map(Number);
  const at = year * 12 + number - 1 + count;
  return `${Math.floor(at / 12)}-${String((at % 12) + 1).padStart(2, "0")}`;
}

export function coverageQuery(month: string) {
  return queryOptions({
    queryKey: ["coverage", month],
    queryFn: () => body(api.GET("/v1/coverage", { params: { query: daysOf(month) } })),
  });
}

/** Where the table for the office's spreadsheet is. */
export function coverageCsv(month: string): string {
  return `/v1/coverage/csv?${new URLSearchParams(daysOf(month))}`;
}

export function calendarQuery(month: string) {
  return queryOptions({
    queryKey: ["operating-calendar", month],
    queryFn: () => body(api.GET("/v1/operating-calendar", { params: { query: daysOf(month) } })),
  });
}

export function setHours(hours: WeeklyHours[], holidays_closed: boolean): Promise<void> {
  return done(api.POST("/v1/operating-calendar/hours", { body: { hours, holidays_closed } }));
}

export function setSpecialDay(day: SpecialDay) {
  return body(api.POST("/v1/operating-calendar/special-days", { body: day }));
}

export function strikeSpecialDay(day: string): Promise<void> {
  return done(api.POST("/v1/operating-calendar/special-days/{day}/strike", { params: { path: { day } } }));
}
