/** Civil time of Japan for display: both calendars, fixed +09:00 (Japan keeps no summer time). */
import type { Language } from "./language";

const NINE_HOURS = 9 * 60 * 60 * 1000;
const DAY = 24 * 60 * 60 * 1000;

/** First civil day of each era (Meiji from the day Japan took the Gregorian calendar). */
const ERAS = [
  { ja: "令和", en: "Reiwa", from: "2019-05-01" },
  { ja: "平成", en: "Heisei", from: "1989-01-08" },
  { ja: "昭和", en: "Shōwa", from: "1926-12-25" },
  { ja: "大正", en: "Taishō", from: "1912-07-30" },
  { ja: "明治", en: "Meiji", from: "1873-01-01" },
] as const;

const WEEKDAYS = { ja: ["日", "月", "火", "水", "木", "金", "土"], en: ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"] } as const;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;

export interface CivilTime {
  /** "2026-11-21", the civil day in Japan */
  day: string;
  year: number;
  month: number;
  date: number;
  weekday: number;
  hour: number;
  minute: number;
  second: number;
}

/** Reads an instant (RFC 3339 text or milliseconds) as civil time of Japan. A bare day "2026-11-21" is that day at 00:00. */
export function civil(instant: string | number): CivilTime {
  const bareDay = typeof instant === "string" && /^\d{4}-\d{2}-\d{2}$/.test(instant);
  const ms = typeof instant === "number" ? instant : Date.parse(bareDay ? `${instant}T00:00:00+09:00` : instant);
  const moved = new Date(ms + NINE_HOURS);
  return {
    day: moved.toISOString().slice(0, 10),
    year: moved.getUTCFullYear(),
    month: moved.getUTCMonth() + 1,
    date: moved.getUTCDate(),
    weekday: moved.getUTCDay(),
    hour: moved.getUTCHours(),
    minute: moved.getUTCMinutes(),
    second: moved.getUTCSeconds(),
  };
}

/** The day in the era calendar: 令和元年, 令和8年 / "Reiwa 8". */
export function eraYear(day: string, language: Language): string {
  const era = ERAS.find((candidate) => day >= candidate.from);
  if (era === undefined) return "";
  const number = Number(day.slice(0, 4)) - Number(era.from.slice(0, 4)) + 1;
  if (language === "en") return `${era.en} ${number}`;
  return `${era.ja}${number === 1 ? "元" : number}年`;
}

/** 令和8年(2026年)11月21日(土) / Sat 21 Nov 2026 (Reiwa 8) */
export function longDay(instant: string | number, language: Language): string {
  const at = civil(instant);
  const weekday = WEEKDAYS[language][at.weekday] ?? "";
  if (language === "en") return `${weekday} ${at.date} ${MONTHS[at.month - 1]} ${at.year} (${eraYear(at.day, "en")})`;
  const era = eraYear(at.day, "ja");
  const year = era === "" ? `${at.year}年` : `${era}(${at.year}年)`;
  return `${year}${at.month}月${at.date}日(${weekday})`;
}

/** 11月21日(土) / Sat 21 Nov */
export function shortDay(instant: string | number, language: Language): string {
  const at = civil(instant);
  const weekday = WEEKDAYS[language][at.weekday] ?? "";
  return language === "en" ? `${weekday} ${at.date} ${MONTHS[at.month - 1]}` : `${at.month}月${at.date}日(${weekday})`;
}

/** 14:03 or 14:03:22 */
export function clock(instant: string | number, seconds = false): string {
  const at = civil(instant);
  const parts = seconds ? [at.hour, at.minute, at.second] : [at.hour, at.minute];
  return parts.map((part) => String(part).padStart(2, "0")).join(":");
}

export function longTime(instant: string | number, language: Language, seconds = false): string {
  return `${longDay(instant, language)} ${clock(instant, seconds)}`;
}

/** The last civil day before an exclusive end ("kept until" is the first instant after the last kept day). */
export function lastDayBefore(end: string): string {
  return civil(Date.parse(end) - 1).day;
}

/** Civil days from one instant to another (0 on the same day). */
export function daysBetween(from: number, to: string): number {
  const start = Date.parse(`${civil(from).day}T00:00:00Z`);
  const end = Date.parse(`${civil(to).day}T00:00:00Z`);
  return Math.round((end - start) / DAY);
}

/** Start of a civil day of Japan as RFC 3339 UTC. */
export function dayStart(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00+09:00`)).toISOString();
}

export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY).toISOString().slice(0, 10);
}

/** 3:05 or 1:02:03 */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const rest = String(whole % 60).padStart(2, "0");
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

/** 3分5秒 / 3 min 5 s, for reading aloud */
export function spokenDuration(seconds: number, language: Language): string {
  const whole = Math.max(0, Math.round(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const rest = whole % 60;
  const units = language === "en" ? [" h", " min", " s"] : ["時間", "分", "秒"];
  const parts = [hours > 0 ? `${hours}${units[0]}` : "", minutes > 0 ? `${minutes}${units[1]}` : "", rest > 0 || whole === 0 ? `${rest}${units[2]}` : ""];
  return parts.filter((part) => part !== "").join(language === "en" ? " " : "");
}
