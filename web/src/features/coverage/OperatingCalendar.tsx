/** In which hours recording is owed: the rules' or the tenant's weekly hours, and the days that differ. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { ProblemError } from "../../api/problem";
import { can, useMe } from "../../api/session";
import type { OperatingCalendar as Calendar, WeeklyHours } from "../../api/types";
import { Article } from "../../components/Article/Article";
import { Button } from "../../components/Button/Button";
import { Dialog } from "../../components/Dialog/Dialog";
import { TextField } from "../../components/Field/Field";
import { Loading } from "../../components/Loading/Loading";
import { ProblemBanner } from "../../components/ProblemBanner/ProblemBanner";
import { useToast } from "../../components/Toasts/Toasts";
import { longDay } from "../../i18n/civil_time";
import { useI18n } from "../../i18n/language";
import { calendarQuery, setHours, setSpecialDay, strikeSpecialDay } from "./api";

const WEEK = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

export function OperatingCalendar({ month }: { month: string }) {
  const calendar = useQuery(calendarQuery(month));
  if (calendar.isPending) return <div className="card"><Loading /></div>;
  if (calendar.isError) return <ProblemBanner error={calendar.error} onRetry={() => void calendar.refetch()} />;
  return (
    <div className="grid items-start gap-5 xl:grid-cols-2">
      <Weekly calendar={calendar.data} />
      <SpecialDays calendar={calendar.data} />
    </div>
  );
}

function Weekly({ calendar }: { calendar: Calendar }) {
  const { t, text, word } = useI18n();
  const me = useMe();
  const [changing, setChanging] = useState(false);
  const days = (hours: WeeklyHours) => hours.days.map((day) => word("weekday", day)).join(t("calendar.between_days"));
  return (
    <section aria-labelledby="weekly" className="card px-5 py-4">
      <h2 id="weekly" className="mb-2 text-std-18B-160">
        {t("calendar.weekly")}
      </h2>
      {calendar.sentence && (
        <p className="mb-2">
          {text(calendar.sentence)} {calendar.article && <Article of={{ article: calendar.article, article_label: calendar.article_label ?? calendar.article }} />}
        </p>
      )}
      {calendar.hours.length === 0 ? (
        <p>{t("calendar.always")}</p>
      ) : (
        <ul className="space-y-1">
          {calendar.hours.map((hours) => (
            <li key={`${hours.days.join()} ${hours.from}`} className="tabular">
              <span className="inline-block min-w-44">{days(hours)}</span> {hours.from}–{hours.until}
            </li>
          ))}
        </ul>
      )}
      {calendar.hours.length > 0 && <p className="mt-2 text-dns-14N-130 text-solid-gray-800">{t(calendar.holidays_closed ? "calendar.holidays_closed" : "calendar.holidays_open")}</p>}
      {calendar.source === "policy" ? (
        <p className="mt-2 text-dns-14N-130 text-solid-gray-700">{t("calendar.set_by_policy")}</p>
      ) : (
        can(me, "calendar.manage") && (
          <Button size="sm" className="mt-3" onClick={() => setChanging(true)}>
            {t("calendar.change_hours")}
          </Button>
        )
      )}
      {changing && <HoursDialog calendar={calendar} onClose={() => setChanging(false)} />}
    </section>
  );
}

function HoursDialog({ calendar, onClose }: { calendar: Calendar; onClose(): void }) {
  const { t, word } = useI18n();
  const form = useId();
  const toast = useToast();
  const queries = useQueryClient();
  const first = (day: (typeof WEEK)[number]) => calendar.hours.find((hours) => hours.days.includes(day));
  const [draft, setDraft] = useState(() => WEEK.map((day) => ({ day, open: first(day) !== undefined, from: first(day)?.from ?? "08:30", until: first(day)?.until ?? "17:15" })));
  const [closed, setClosed] = useState(calendar.holidays_closed);
  const change = (at: number, to: Partial<(typeof draft)[number]>) => setDraft((now) => now.map((row, place) => (place === at ? { ...row, ...to } : row)));
  const save = useMutation({
    mutationFn: () => setHours(draft.filter((row) => row.open).map(({ day, from, until }) => ({ days: [day], from, until: until === "00:00" ? "24:00" : until })), closed),
    onSuccess: async () => {
      await Promise.all([queries.invalidateQueries({ queryKey: ["operating-calendar"] }), queries.invalidateQueries({ queryKey: ["coverage"] })]);
      toast(t("calendar.saved"));
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <Dialog
      title={t("calendar.weekly")}
      onClose={onClose}
      closable={!save.isPending}
      footer={
        <>
          <Button look="text" onClick={onClose}>
            {t("action.cancel")}
          </Button>
          <Button look="solid" type="submit" form={form} disabled={save.isPending}>
            {t("calendar.save")}
          </Button>
        </>
      }
    >
      <form id={form} noValidate onSubmit={submit} className="space-y-3">
        <p className="text-dns-14N-130">{t("calendar.hours_text")}</p>
        {draft.map((row, at) => (
          <fieldset key={row.day} className="flex flex-wrap items-end gap-3">
            <legend className="sr-only">{word("weekday", row.day)}</legend>
            <label className="flex min-h-11 w-20 items-center gap-2">
              <input type="checkbox" className="size-5" checked={row.open} onChange={(event) => change(at, { open: event.target.checked })} />
              {word("weekday", row.day)}
            </label>
            <TextField type="time" label={t("calendar.from")} disabled={!row.open} value={row.from} onChange={(event) => change(at, { from: event.target.value })} />
            <TextField type="time" label={t("calendar.until")} disabled={!row.open} value={row.until === "24:00" ? "00:00" : row.until} onChange={(event) => change(at, { until: event.target.value })} />
          </fieldset>
        ))}
        <label className="flex items-center gap-2">
          <input type="checkbox" className="size-5" checked={closed} onChange={(event) => setClosed(event.target.checked)} />
          {t("calendar.close_holidays")}
        </label>
        {save.isError && <ProblemBanner error={save.error} />}
      </form>
    </Dialog>
  );
}

function SpecialDays({ calendar }: { calendar: Calendar }) {
  const { t, language } = useI18n();
  const me = useMe();
  const queries = useQueryClient();
  const toast = useToast();
  const [adding, setAdding] = useState(false);
  const strike = useMutation({
    mutationFn: strikeSpecialDay,
    onSuccess: async () => {
      await Promise.all([queries.invalidateQueries({ queryKey: ["operating-calendar"] }), queries.invalidateQueries({ queryKey: ["coverage"] })]);
      toast(t("calendar.struck"));
    },
  });
  const manage = can(me, "calendar.manage");
  return (
    <section aria-labelledby="special" className="card px-5 py-4">
      <h2 id="special" className="mb-2 text-std-18B-160">
        {t("calendar.special")}
      </h2>
      {calendar.special_days.length === 0 ? (
        <p>{t("calendar.no_special")}</p>
      ) : (
        <ul className="divide-y divide-line">
          {calendar.special_days.map((day) => (
            <li key={day.day} className="flex flex-wrap items-center gap-x-4 gap-y-1 py-2">
              <span className="min-w-0 grow">
                <span className="block">{longDay(day.day, language)}</span>
                <span className="tabular">{day.from ? `${day.from}–${day.until}` : t("coverage.closed")}</span> · {day.note}
              </span>
              {manage && (
                <Button look="text" size="xs" disabled={strike.isPending} onClick={() => strike.mutate(day.day)}>
                  {t("calendar.strike")}
                  <span className="sr-only"> {longDay(day.day, language)}</span>
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      {strike.isError && <ProblemBanner error={strike.error} className="mt-3" />}
      {manage && (
        <Button size="sm" icon="plus" className="mt-3" onClick={() => setAdding(true)}>
          {t("calendar.add_special")}
        </Button>
      )}
      {adding && <SpecialDayDialog first={calendar.days[0]?.day ?? ""} onClose={() => setAdding(false)} />}
    </section>
  );
}

function SpecialDayDialog({ first, onClose }: { first: string; onClose(): void }) {
  const { t } = useI18n();
  const form = useId();
  const toast = useToast();
  const queries = useQueryClient();
  const [day, setDay] = useState(first);
  const [open, setOpen] = useState(false);
  const [from, setFrom] = useState("09:00");
  const [until, setUntil] = useState("17:00");
  const [note, setNote] = useState("");
  const [tried, setTried] = useState(false);
  const save = useMutation({
    mutationFn: () => setSpecialDay({ day, note: note.trim(), ...(open ? { from, until: until === "00:00" ? "24:00" : until } : {}) }),
    onSuccess: async () => {
      await Promise.all([queries.invalidateQueries({ queryKey: ["operating-calendar"] }), queries.invalidateQueries({ queryKey: ["coverage"] })]);
      toast(t("calendar.saved"));
      onClose();
    },
  });
  const refused = (field: string) => (save.error instanceof ProblemError ? save.error.fieldMessage(field) : undefined);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (day !== "" && note.trim() !== "") save.mutate();
  };
  return (
    <Dialog
      title={t("calendar.add_special")}
      onClose={onClose}
      closable={!save.isPending}
      footer={
        <>
          <Button look="text" onClick={onClose}>
            {t("action.cancel")}
          </Button>
          <Button look="solid" type="submit" form={form} disabled={save.isPending}>
            {t("calendar.save")}
          </Button>
        </>
      }
    >
      <form id={form} noValidate onSubmit={submit} className="space-y-4">
        <TextField type="date" label={t("calendar.day")} required value={day} error={tried && day === "" ? t("calendar.day_needed") : refused("day")} onChange={(event) => setDay(event.target.value)} />
        <label className="flex items-center gap-2">
          <input type="checkbox" className="size-5" checked={open} onChange={(event) => setOpen(event.target.checked)} />
          {t("calendar.is_open")}
        </label>
        {open && (
          <div className="grid grid-cols-2 gap-3">
            <TextField type="time" label={t("calendar.from")} value={from} onChange={(event) => setFrom(event.target.value)} />
            <TextField type="time" label={t("calendar.until")} value={until} error={refused("until")} onChange={(event) => setUntil(event.target.value)} />
          </div>
        )}
        <TextField label={t("calendar.note")} support={t("calendar.note_support")} required maxLength={100} value={note} error={tried && note.trim() === "" ? t("calendar.note_needed") : refused("note")} onChange={(event) => setNote(event.target.value)} />
        {save.isError && refused("until") === undefined && <ProblemBanner error={save.error} />}
      </form>
    </Dialog>
  );
}
