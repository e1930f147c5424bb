/** An amended document tried out: what it would change is shown first; only then can it be proposed. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { ProblemError } from "../../api/problem";
import { Button } from "../../components/Button/Button";
import { TextArea } from "../../components/Field/Field";
import { ProblemBanner } from "../../components/ProblemBanner/ProblemBanner";
import { useToast } from "../../components/Toasts/Toasts";
import { useI18n } from "../../i18n/language";
import { presentDocument, preview, propose } from "./api";
import { PreviewResult } from "./PreviewResult";

export function AmendmentForm() {
  const { t } = useI18n();
  const toast = useToast();
  const queries = useQueryClient();
  const [toml, setToml] = useState("");
  const [reason, setReason] = useState("");
  const [tried, setTried] = useState(false);
  const look = useMutation({ mutationFn: () => preview(toml) });
  const save = useMutation({
    mutationFn: () => propose(toml, reason.trim()),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["policy-amendments"] });
      toast(t("amendments.proposed"));
      setToml("");
      setReason("");
      setTried(false);
      look.reset();
    },
  });
  const change = (document: string) => {
    setToml(document);
    look.reset();
    save.reset();
  };
  const present = useMutation({ mutationFn: presentDocument, onSuccess: change });
  const read = async (file: File | undefined) => {
    if (file !== undefined) change(await file.text());
  };
  const wrong = (error: unknown) => error instanceof ProblemError && error.fieldMessage("toml") !== undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (toml.trim() === "") return;
    if (look.data === undefined) look.mutate();
    else if (reason.trim() !== "") save.mutate();
  };
  return (
    <section aria-labelledby="amendment-new" className="card px-5 py-4">
      <h2 id="amendment-new" className="text-std-18B-160">
        {t("amendments.try")}
      </h2>
      <p className="mb-3 text-solid-gray-800">{t("amendments.try_lead")}</p>
      <form noValidate onSubmit={submit} className="space-y-4">
        <div className="flex flex-wrap items-center gap-x-6 gap-y-2">
          <Button size="xs" icon="copy" disabled={present.isPending} onClick={() => present.mutate()}>
            {t("amendments.begin_with_present")}
          </Button>
          <label className="link w-fit cursor-pointer has-focus-visible:outline-3 has-focus-visible:outline-offset-2">
            {t("amendments.file")}
            <input type="file" accept=".toml,text/plain" className="sr-only" onChange={(event) => void read(event.target.files?.[0])} />
          </label>
        </div>
        {present.isError && <ProblemBanner error={present.error} />}
        <TextArea
          label={t("amendments.document")}
          support={t("amendments.document_support")}
          required
          rows={8}
          className="font-mono text-mono-14N-150"
          spellCheck={false}
          value={toml}
          error={tried && toml.trim() === "" ? t("amendments.document_needed") : wrong(look.error) || wrong(save.error) ? t("amendments.document_wrong") : undefined}
          onChange={(event) => change(event.target.value)}
        />
        {look.isError && <Mistakes error={look.error} />}
        {look.data && <PreviewResult preview={look.data} />}
        {look.data && <TextArea label={t("amendments.reason")} support={t("amendments.reason_support")} required rows={3} maxLength={1000} value={reason} onChange={(event) => setReason(event.target.value)} />}
        {save.isError && <Mistakes error={save.error} />}
        <Button look="solid" type="submit" disabled={look.isPending || save.isPending || (look.data !== undefined && reason.trim() === "")}>
          {t(look.data === undefined ? "amendments.preview" : "amendments.propose")}
        </Button>
      </form>
    </section>
  );
}

/** Each mistake of the document with its place; any other refusal in its own words. */
function Mistakes({ error }: { error: Error }) {
  const { t } = useI18n();
  const mistakes = error instanceof ProblemError ? (error.problem.errors ?? []).filter((one) => one.field === "toml") : [];
  if (mistakes.length === 0) return <ProblemBanner error={error} />;
  return (
    <ul role="alert" aria-label={t("amendments.mistakes", { count: mistakes.length })} className="list-disc rounded-8 border-2 border-error-1 bg-white py-3 pl-9 pr-4">
      {mistakes.map((mistake) => (
        <li key={mistake.message}>{mistake.message}</li>
      ))}
    </ul>
  );
}
