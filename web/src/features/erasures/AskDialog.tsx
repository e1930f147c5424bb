/** Enters a request for erasure of one recording. Another person decides it. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { ProblemError } from "../../api/problem";
import type { ErasureRules } from "../../api/types";
import { Article } from "../../components/Article/Article";
import { Button } from "../../components/Button/Button";
import { Dialog } from "../../components/Dialog/Dialog";
import { TextArea, TextField } from "../../components/Field/Field";
import { focusFirstError } from "../../components/Field/focus_first_error";
import { ProblemBanner } from "../../components/ProblemBanner/ProblemBanner";
import { useToast } from "../../components/Toasts/Toasts";
import { civil } from "../../i18n/civil_time";
import { useI18n } from "../../i18n/language";
import { askErasure } from "./api";

type Words = { requester: string; identity: string; law: string; reason: string; applied_on: string };

export function AskDialog({ recording, rules, onClose }: { recording: string; rules: ErasureRules; onClose(): void }) {
  const { t, text } = useI18n();
  const form = useId();
  const toast = useToast();
  const queries = useQueryClient();
  const today = civil(Date.now()).day;
  const [key] = useState(() => crypto.randomUUID());
  const [words, setWords] = useState<Words>({ requester: "", identity: "", law: "", reason: "", applied_on: today });
  const [tried, setTried] = useState(false);
  const byForm = rules.application ?? undefined;
  const needed: (keyof Words)[] = ["requester", "identity", "reason", "applied_on", ...(byForm === undefined ? (["law"] as const) : [])];
  const ask = useMutation({
    mutationFn: () => {
      const { law, ...rest } = words;
      return askErasure(key, { recordings: [recording], ...rest, ...(byForm === undefined ? { law: law.trim() } : { application: byForm }) });
    },
    onSuccess: async () => {
      toast(t("erasures.asked"));
      await Promise.all(["erasures", "holds", "recording", "recordings"].map((key) => queries.invalidateQueries({ queryKey: [key] })));
      onClose();
    },
  });
  const fault = (field: keyof Words) => (tried && needed.includes(field) && words[field].trim() === "" ? t("erasures.needed") : ask.error instanceof ProblemError ? ask.error.fieldMessage(field) : undefined);
  const put = (part: Partial<Words>) => setWords((before) => ({ ...before, ...part }));
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setTried(true);
    if (needed.every((field) => words[field].trim() !== "")) ask.mutate();
    else focusFirstError(event.currentTarget);
  };
  return (
    <Dialog
      wide
      title={t("erasures.ask_title")}
      onClose={onClose}
      closable={!ask.isPending}
      footer={
        <>
          <Button look="text" onClick={onClose}>
            {t("action.cancel")}
          </Button>
          <Button look="solid" type="submit" form={form} disabled={ask.isPending}>
            {t("erasures.ask_do")}
          </Button>
        </>
      }
    >
      <form id={form} noValidate onSubmit={submit} className="space-y-4">
        <p>
          {rules.name ? `${text(rules.name)}${rules.form ? ` (${rules.form})` : ""} ` : ""}
          <Article of={rules} /> {rules.sentence ? text(rules.sentence) : t("erasures.by_law")}
        </p>
        <p>{t("erasures.ask_text")}</p>
        <div className="grid gap-4 sm:grid-cols-[minmax(0,1fr)_12rem]">
          <TextField label={t("erasures.requester")} required maxLength={200} value={words.requester} error={fault("requester")} onChange={(event) => put({ requester: event.target.value })} />
          <TextField label={t("erasures.applied_on")} required type="date" max={today} value={words.applied_on} error={fault("applied_on")} onChange={(event) => put({ applied_on: event.target.value })} />
        </div>
        <TextField label={t("erasures.identity")} support={t("erasures.identity_support")} required maxLength={500} value={words.identity} error={fault("identity")} onChange={(event) => put({ identity: event.target.value })} />
        {byForm === undefined && <TextField label={t("erasures.law")} support={t("erasures.law_support")} required maxLength={200} value={words.law} error={fault("law")} onChange={(event) => put({ law: event.target.value })} />}
        <TextArea label={t("erasures.reason")} required rows={3} maxLength={2000} value={words.reason} error={fault("reason")} onChange={(event) => put({ reason: event.target.value })} />
        {ask.isError && <ProblemBanner error={ask.error} />}
      </form>
    </Dialog>
  );
}
