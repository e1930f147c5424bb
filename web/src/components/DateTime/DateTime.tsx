/** An instant in both calendars, with the machine-readable time beside it. */
import { clock, eraYear, lastDayBefore, longDay, longTime, shortDay } from "../../i18n/civil_time";
import { useI18n } from "../../i18n/language";

export function DateTime({ at, seconds = false }: { at: string; seconds?: boolean }) {
  const { language } = useI18n();
  return <time dateTime={at}>{longTime(at, language, seconds)}</time>;
}

/** The last kept day on two lines, year above: for narrow table cells. */
export function StackedLastDay({ end }: { end: string }) {
  const { language } = useI18n();
  const day = lastDayBefore(end);
  const year = language === "en" ? day.slice(0, 4) : `${eraYear(day, "ja")}(${day.slice(0, 4)}年)`;
  return (
    <time dateTime={day} className="block whitespace-nowrap">
      <span className="block text-dns-14N-130 leading-5 text-solid-gray-700">{year}</span>
      {shortDay(day, language)}
    </time>
  );
}

/** Day on one line, time under it: for narrow table cells. */
export function StackedDateTime({ at }: { at: string }) {
  const { language } = useI18n();
  return (
    <time dateTime={at} className="tabular">
      <span className="block whitespace-nowrap">{longDay(at, language)}</span>
      <span className="block text-dns-14N-130 text-solid-gray-700">{clock(at, true)}</span>
    </time>
  );
}

export function Day({ at }: { at: string }) {
  const { language } = useI18n();
  return <time dateTime={at}>{longDay(at, language)}</time>;
}

/** "kept until" names the first instant after the last day: show that last day. */
export function LastDay({ end }: { end: string }) {
  const { language } = useI18n();
  const day = lastDayBefore(end);
  return <time dateTime={day}>{longDay(day, language)}</time>;
}
