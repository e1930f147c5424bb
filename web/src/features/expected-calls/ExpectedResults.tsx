/** What was found of the calls of some days: how many of each kind, and each one that needs to be looked at. */
import type { ExpectedCall, ExpectedCallList, ExpectedVerdict } from "../../api/types";
import { Article } from "../../components/Article/Article";
import { Badge, type Tone } from "../../components/Badge/Badge";
import { type Column, DataTable } from "../../components/DataTable/DataTable";
import { DateTime } from "../../components/DateTime/DateTime";
import { classes } from "../../components/classes";
import { Duration, PhoneNumber } from "../../components/Number/Number";
import { civil, clock, longDay } from "../../i18n/civil_time";
import { useI18n } from "../../i18n/language";

const VERDICTS: ExpectedVerdict[] = ["unexplained", "missing", "recorded", "not_due", "waiting"];
const TONES: Record<ExpectedVerdict, Tone> = { unexplained: "red", missing: "red", recorded: "green", not_due: "neutral", waiting: "blue" };

export function ExpectedCounts({ list, chosen, onChoose }: { list: ExpectedCallList; chosen: ExpectedVerdict | undefined; onChoose(verdict: ExpectedVerdict | undefined): void }) {
  const { t, word } = useI18n();
  const of = (verdict: ExpectedVerdict) => list.counts.filter((one) => one.verdict === verdict);
  const sum = (verdict: ExpectedVerdict) => of(verdict).reduce((all, one) => all + one.count, 0);
  return (
    <ul aria-label={t("expected.counts")} className="grid gap-3 sm:grid-cols-2 lg:grid-cols-5">
      {VERDICTS.map((verdict) => (
        <li key={verdict}>
          <button type="button" aria-pressed={chosen === verdict} onClick={() => onChoose(chosen === verdict ? undefined : verdict)} className={classes("card flex h-full w-full flex-col items-start px-4 py-3 text-left hover:bg-solid-gray-50", chosen === verdict && "outline-2 outline-blue-900")}>
            <Badge tone={TONES[verdict]}>{word("expected.verdict", verdict)}</Badge>
            <strong className="tabular mt-1 block text-std-24B-150">{t("expected.calls", { count: sum(verdict) })}</strong>
            {of(verdict)
              .filter((one) => one.cause != null)
              .map((one) => (
                <span key={one.cause} className="block text-dns-14N-130 text-solid-gray-800">
                  {word("expected.cause", one.cause ?? "")} {one.count}
                </span>
              ))}
          </button>
        </li>
      ))}
    </ul>
  );
}

export function ExpectedTable({ list, chosen }: { list: ExpectedCallList; chosen: ExpectedVerdict | undefined }) {
  const { t, word, language } = useI18n();
  const number = (digits: string | null | undefined) => (digits == null ? t("call.number_withheld") : digits.startsWith("…") ? digits : <PhoneNumber number={digits} />);
  const columns: Column<ExpectedCall>[] = [
    { key: "at", title: t("call.time"), rowHeader: true, cell: (row) => <span className="tabular whitespace-nowrap">{clock(row.started_at, true)}</span> },
    { key: "caller", title: t("call.caller"), cell: (row) => number(row.caller) },
    { key: "called", title: t("call.called"), cell: (row) => number(row.called) },
    { key: "duration", title: t("call.duration"), align: "right", cell: (row) => <Duration seconds={row.duration_seconds} /> },
    { key: "verdict", title: t("expected.verdict_label"), cell: (row) => <Badge tone={TONES[row.verdict]}>{word("expected.verdict", row.verdict)}</Badge> },
    {
      key: "cause",
      title: t("expected.cause_label"),
      cell: (row) => (
        <>
          {row.cause ? word("expected.cause", row.cause) : row.verdict === "unexplained" ? t("expected.no_cause") : "—"} {row.article && <Article of={{ article: row.article, article_label: row.article_label ?? row.article }} />}
        </>
      ),
    },
  ];
  const title = chosen === undefined ? t("expected.to_look_at") : word("expected.verdict", chosen);
  return (
    <section aria-labelledby="expected-list" className="card overflow-hidden">
      <h2 id="expected-list" className="px-5 pb-2 pt-4 text-std-18B-160">
        {title}
      </h2>
      {list.items.length === 0 ? (
        <p className="px-5 pb-4">{t("expected.none")}</p>
      ) : (
        <>
          {list.items.length >= 500 && <p className="px-5 pb-2 text-dns-14N-130">{t("expected.only_500")}</p>}
          <DataTable caption={title} columns={columns} rows={list.items} rowKey={(row) => row.id} group={(row) => ({ key: civil(row.started_at).day, heading: longDay(row.started_at, language) })} />
        </>
      )}
    </section>
  );
}

export function UploadedFiles({ list }: { list: ExpectedCallList }) {
  const { t } = useI18n();
  const columns: Column<ExpectedCallList["files"][number]>[] = [
    { key: "name", title: t("expected.file"), rowHeader: true, cell: (file) => <span className="break-all">{file.name}</span> },
    { key: "at", title: t("expected.uploaded"), cell: (file) => <DateTime at={file.uploaded_at} /> },
    { key: "by", title: t("expected.uploaded_by"), cell: (file) => file.uploaded_by.display_name },
    { key: "lines", title: t("expected.lines"), align: "right", cell: (file) => <span className="tabular">{file.lines}</span> },
    { key: "added", title: t("expected.added"), align: "right", cell: (file) => <span className="tabular">{file.added}</span> },
  ];
  if (list.files.length === 0) return null;
  return (
    <section aria-labelledby="expected-files" className="card overflow-hidden">
      <h2 id="expected-files" className="px-5 pb-2 pt-4 text-std-18B-160">
        {t("expected.files")}
      </h2>
      <DataTable caption={t("expected.files")} columns={columns} rows={list.files} rowKey={(file) => file.id} />
    </section>
  );
}
