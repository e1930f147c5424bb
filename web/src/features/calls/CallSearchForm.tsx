/** The search form over calls and recordings. It holds a draft; the address holds the search. */
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useEffect, useState } from "react";
import { departmentsQuery, linesQuery } from "../../api/lookups";
import { Button } from "../../components/Button/Button";
import { CheckField, Segmented, SelectField, TextField } from "../../components/Field/Field";
import { Icon } from "../../components/Icon/Icon";
import { useI18n } from "../../i18n/language";
import { type CallSearch, DIRECTIONS, MATCHES, type Match, RANGES, type Range, readCallSearch, TOLD } from "./call_search";

type Draft = Record<"fromDay" | "fromTime" | "toDay" | "toTime" | "number" | "q" | "department" | "direction" | "line" | "told" | "min" | "max", string> & { range: Range; match: Match; held: boolean };

function draftOf(search: CallSearch): Draft {
  const [fromDay = "", fromTime = ""] = (search.from ?? "").split("T");
  const [toDay = "", toTime = ""] = (search.to ?? "").split("T");
  return {
    range: search.range ?? "all",
    fromDay,
    fromTime,
    toDay,
    toTime,
    number: search.number ?? "",
    match: search.match ?? "exact",
    q: search.q ?? "",
    department: search.department ?? "",
    direction: search.direction ?? "",
    line: search.line ?? "",
    told: search.told ?? "",
    held: search.held !== undefined,
    min: search.min === undefined ? "" : String(Number(search.min) / 60),
    max: search.max === undefined ? "" : String(Number(search.max) / 60),
  };
}

function searchOf(draft: Draft): CallSearch {
  const seconds = (minutes: string): string => (minutes === "" ? "" : String(Math.round(Number(minutes) * 60)));
  const moment = (day: string, time: string): string => (day === "" ? "" : time === "" ? day : `${day}T${time}`);
  return readCallSearch({
    ...draft,
    held: draft.held ? "yes" : "",
    from: moment(draft.fromDay, draft.fromTime),
    to: moment(draft.toDay, draft.toTime),
    min: seconds(draft.min),
    max: seconds(draft.max),
  });
}

export function CallSearchForm({ search, onSearch, label, withHeld = false }: { search: CallSearch; onSearch(search: CallSearch): void; label: string; withHeld?: boolean }) {
  const { t, text, word } = useI18n();
  const [draft, setDraft] = useState(() => draftOf(search));
  const departments = useQuery(departmentsQuery);
  const lines = useQuery(linesQuery);
  useEffect(() => setDraft(draftOf(search)), [search]);
  const set = (change: Partial<Draft>) => setDraft((now) => ({ ...now, ...change }));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSearch(searchOf(draft));
  };
  const more = [search.department, search.direction, search.line, search.told, search.held, search.min, search.max].filter((value) => value !== undefined).length;
  const backwards = draft.range === "custom" && draft.fromDay !== "" && draft.toDay !== "" && `${draft.toDay}T${draft.toTime || "24:00"}` < `${draft.fromDay}T${draft.fromTime || "00:00"}`;

  return (
    <form role="search" aria-label={label} onSubmit={submit} className="card no-print mb-5 space-y-4 p-4 sm:p-5">
      <Segmented
        legend={t("search.period")}
        name="range"
        value={draft.range}
        options={RANGES.map((range) => ({ value: range, label: t(`search.range.${range}`) }))}
        onChange={(range) => {
          set({ range });
          if (range !== "custom") onSearch(searchOf({ ...draft, range }));
        }}
      />
      {draft.range === "custom" && (
        <div className="grid grid-cols-2 gap-3 md:grid-cols-[11rem_8rem_11rem_8rem]">
          <TextField type="date" label={t("search.from_day")} value={draft.fromDay} onChange={(event) => set({ fromDay: event.target.value })} />
          <TextField type="time" label={t("search.from_time")} value={draft.fromTime} onChange={(event) => set({ fromTime: event.target.value })} />
          <TextField type="date" label={t("search.to_day")} value={draft.toDay} error={backwards ? t("search.backwards") : undefined} onChange={(event) => set({ toDay: event.target.value })} />
          <TextField type="time" label={t("search.to_time")} value={draft.toTime} onChange={(event) => set({ toTime: event.target.value })} />
        </div>
      )}
      <div className="grid items-end gap-3 sm:grid-cols-[minmax(0,1fr)_minmax(0,11rem)] lg:grid-cols-[minmax(0,16rem)_11rem_minmax(0,1fr)_auto]">
        <TextField inputMode="tel" autoComplete="off" label={t("search.number")} placeholder={t("search.number_example")} value={draft.number} onChange={(event) => set({ number: event.target.value })} />
        <SelectField label={t("search.match_label")} value={draft.match} onChange={(event) => set({ match: event.target.value as Match })}>
          {MATCHES.map((match) => (
            <option key={match} value={match}>
              {t(`search.match.${match}`)}
            </option>
          ))}
        </SelectField>
        <TextField autoComplete="off" label={t("search.words")} placeholder={t("search.words_example")} value={draft.q} onChange={(event) => set({ q: event.target.value })} />
        <Button type="submit" look="solid" icon="search" className="h-11" disabled={backwards}>
          {t("action.search")}
        </Button>
      </div>
      <details open={more > 0} className="group">
        <summary className="inline-flex min-h-8 list-none items-center gap-1.5 rounded-4 text-dns-16N-130 text-blue-900 underline underline-offset-4 [&::-webkit-details-marker]:hidden">
          <Icon name="down" size={16} className="transition-transform group-open:rotate-180" />
          {t("search.more")}
          {more > 0 && <span className="tabular rounded-full bg-blue-900 px-1.5 text-dns-14B-130 text-white">{more}</span>}
        </summary>
        <div className="mt-3 grid gap-3 sm:grid-cols-2 lg:grid-cols-3 xl:grid-cols-6">
          <SelectField label={t("call.department")} value={draft.department} onChange={(event) => set({ department: event.target.value })}>
            <option value="">{t("search.any")}</option>
            {departments.data?.map((department) => (
              <option key={department.id} value={department.id}>
                {text(department.name)}
              </option>
            ))}
          </SelectField>
          <SelectField label={t("call.direction")} value={draft.direction} onChange={(event) => set({ direction: event.target.value })}>
            <option value="">{t("search.any")}</option>
            {DIRECTIONS.map((direction) => (
              <option key={direction} value={direction}>
                {word("direction", direction)}
              </option>
            ))}
          </SelectField>
          <SelectField label={t("call.line")} value={draft.line} onChange={(event) => set({ line: event.target.value })}>
            <option value="">{t("search.any")}</option>
            {lines.data?.map((line) => (
              <option key={line.key} value={line.key}>
                {text(line.name)}
              </option>
            ))}
          </SelectField>
          <SelectField label={t("announcement.title")} value={draft.told} onChange={(event) => set({ told: event.target.value })}>
            <option value="">{t("search.any")}</option>
            {TOLD.map((status) => (
              <option key={status} value={status}>
                {word("announcement.status", status)}
              </option>
            ))}
          </SelectField>
          <TextField type="number" min={0} step={0.5} label={t("search.min_minutes")} value={draft.min} onChange={(event) => set({ min: event.target.value })} />
          <TextField type="number" min={0} step={0.5} label={t("search.max_minutes")} value={draft.max} onChange={(event) => set({ max: event.target.value })} />
        </div>
        {withHeld && <CheckField className="mt-3" label={t("search.held")} checked={draft.held} onChange={(event) => set({ held: event.target.checked })} />}
      </details>
    </form>
  );
}
