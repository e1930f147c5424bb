/** Uploads an exchange's call records: a file, and only where the headings are unknown also the names of its columns. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useRef, useState } from "react";
import { ProblemError } from "../../api/problem";
import type { ColumnNames, ColumnPreset, ExpectedCallUploaded } from "../../api/types";
import { Banner } from "../../components/Banner/Banner";
import { Button } from "../../components/Button/Button";
import { SelectField, TextField } from "../../components/Field/Field";
import { ProblemBanner } from "../../components/ProblemBanner/ProblemBanner";
import { useI18n } from "../../i18n/language";
import { LARGEST, upload } from "./api";

type Columns = Record<"started_at" | "duration" | "caller" | "called" | "direction", string>;
const NO_COLUMNS: Columns = { started_at: "", duration: "", caller: "", called: "", direction: "" };

export function UploadCard({ presets }: { presets: ColumnPreset[] }) {
  const { t, text } = useI18n();
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const queries = useQueryClient();
  const [preset, setPreset] = useState("");
  const [columns, setColumns] = useState(NO_COLUMNS);
  const [fault, setFault] = useState<string>();
  const send = useMutation({
    mutationFn: (file: File) => {
      if (preset !== "own") return upload(file, preset === "" ? {} : { preset });
      const named = Object.fromEntries(Object.entries(columns).filter(([, name]) => name.trim() !== "")) as Partial<Columns>;
      return upload(file, { columns: { started_at: "", ...named } as ColumnNames });
    },
    onSuccess: async () => {
      if (input.current !== null) input.current.value = "";
      await queries.invalidateQueries({ queryKey: ["expected-calls"] });
    },
  });
  const refused = (field: string) => (send.error instanceof ProblemError ? send.error.fieldMessage(field) : undefined);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const file = input.current?.files?.[0];
    setFault(file === undefined ? t("expected.file_needed") : file.size > LARGEST ? t("expected.file_large") : undefined);
    if (file !== undefined && file.size <= LARGEST) send.mutate(file);
  };
  return (
    <section aria-labelledby={`${id}-title`} className="card px-5 py-4">
      <h2 id={`${id}-title`} className="text-std-18B-160">
        {t("expected.upload")}
      </h2>
      <p className="mb-3 text-dns-14N-130 text-solid-gray-800">{t("expected.upload_lead")}</p>
      <form noValidate onSubmit={submit} className="space-y-4">
        <div className="grid items-end gap-4 md:grid-cols-[minmax(0,1fr)_minmax(0,20rem)_auto]">
          <div className="flex min-w-0 flex-col gap-1">
            <label htmlFor={id} className="text-dns-16B-130">
              {t("expected.file")}
            </label>
            <input ref={input} id={id} type="file" accept=".csv,.txt,.tsv,text/csv" className="min-h-11 w-full rounded-8 border border-solid-gray-600 bg-white px-3 py-2" aria-invalid={fault !== undefined || undefined} aria-describedby={fault === undefined ? undefined : `${id}-fault`} />
          </div>
          <SelectField label={t("expected.preset")} value={preset} error={refused("preset")} onChange={(event) => setPreset(event.target.value)}>
            <option value="">{t("expected.preset_auto")}</option>
            {presets.map((one) => (
              <option key={one.key} value={one.key}>
                {text(one.name)}
              </option>
            ))}
            <option value="own">{t("expected.preset_own")}</option>
          </SelectField>
          <Button type="submit" look="solid" className="h-11" disabled={send.isPending}>
            {t(send.isPending ? "expected.sending" : "expected.send")}
          </Button>
        </div>
        {fault !== undefined && (
          <p id={`${id}-fault`} role="alert" className="text-error-2">
            {fault}
          </p>
        )}
        {preset === "own" && (
          <div className="grid gap-3 sm:grid-cols-2 lg:grid-cols-5">
            {(Object.keys(NO_COLUMNS) as (keyof Columns)[]).map((name) => (
              <TextField key={name} label={t(`expected.column.${name}`)} value={columns[name]} error={refused(`columns.${name}`)} onChange={(event) => setColumns({ ...columns, [name]: event.target.value })} />
            ))}
          </div>
        )}
        {send.isError && <ProblemBanner error={send.error} />}
        {send.data && <Brought uploaded={send.data} />}
      </form>
    </section>
  );
}

function Brought({ uploaded }: { uploaded: ExpectedCallUploaded }) {
  const { t, text, word } = useI18n();
  return (
    <Banner live tone={uploaded.bad > 0 ? "warning" : "success"} title={t("expected.brought", { lines: uploaded.lines, added: uploaded.added })}>
      {uploaded.added < uploaded.lines - uploaded.bad && <p>{t("expected.known", { count: uploaded.lines - uploaded.bad - uploaded.added })}</p>}
      {uploaded.bad > 0 && (
        <>
          <p>{t("expected.bad", { count: uploaded.bad })}</p>
          <ul className="mt-1 max-h-48 list-disc overflow-y-auto pl-5" tabIndex={0} aria-label={t("expected.bad", { count: uploaded.bad })}>
            {uploaded.bad_lines.map((bad) => (
              <li key={`${bad.line} ${bad.field}`}>{t("expected.bad_line", { line: bad.line, column: word("expected.column", bad.field), message: text(bad.message) })}</li>
            ))}
          </ul>
        </>
      )}
    </Banner>
  );
}
