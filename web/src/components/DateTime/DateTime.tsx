/** An instant in both calendars, with the machine-readable time beside it. */
import { civil, clock, eraYear, lastDayBefore, longDay, longTime, shortDay } from "../../i18n/civil_time";
import { type Language, useI18n } from "../../i18n/language";

export function DateTime({ at, seconds = false }: { at: string; seconds?: boolean }) {
  const { language } = useI18n();
  return <time dateTime={at}>{longTime(at, language, seconds)}</time>;
}

const yearOf = (day: string, language: Language): string => (language === "en" ? day.slice(0, 4) : `${eraYear(day, "ja")}(${day.slice(0, 4)}年)`);

/** The last kept day on two lines, year above: for narrow table cells. */
export function StackedLastDay({ end }: { end: string }) {
  return <StackedDay day={lastDayBefore(end)} />;
}

/** A civil day ("2026-11-21") on two lines, year above. */
export function StackedDay({ day }: { day: string }) {
  const { language } = useI18n();
  return (
    <time dateTime={day} className="block whitespace-nowrap">
      <span className="block text-dns-14N-130 leading-5 text-solid-gray-700">{yearOf(day, language)}</span>
      {shortDay(day, language)}
    </time>
  );
}

/** Day and time under the year: for narrow table cells. */
export function StackedDateTime({ at }: { at: string }) {
  const { language } = useI18n();
  return (
    <time dateTime={at} className="tabular">
      <span className="block whitespace-nowrap text-dns-14N-130 leading-5 text-solid-gray-700">{yearOf(civil(at).day, language)}</span>
      <span className="block whitespace-nowrap">
        {shortDay(civil(at).day, language)} {clock(at)}
      </span>
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
