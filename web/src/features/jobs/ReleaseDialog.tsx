/** A person's word that so much may be destroyed today: the work had stopped because it was far more than usual. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { ProblemError } from "../../api/problem";
import type { Job } from "../../api/types";
import { Banner } from "../../components/Banner/Banner";
import { Button } from "../../components/Button/Button";
import { Dialog } from "../../components/Dialog/Dialog";
import { TextArea, TextField } from "../../components/Field/Field";
import { ProblemBanner } from "../../components/ProblemBanner/ProblemBanner";
import { useToast } from "../../components/Toasts/Toasts";
import { useI18n } from "../../i18n/language";
import { release } from "./api";
import { figure } from "./figures";

export function ReleaseDialog({ job, onClose }: { job: Job; onClose(): void }) {
  const { t, text, language } = useI18n();
  const form = useId();
  const toast = useToast();
  const queries = useQueryClient();
  const wanted = figure(job, "wanted") ?? figure(job, "planned") ?? 0;
  const [upTo, setUpTo] = useState("");
  const [reason, setReason] = useState("");
  const [tried, setTried] = useState(false);
  const save = useMutation({
    mutationFn: () => release(job.id, Number(upTo), reason.trim()),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["jobs"] });
      toast(t("jobs.released"));
      onClose();
    },
  });
  // The number is typed, not offered: whoever lets so much go has read how much it is.
  const wrong = !/^\d+$/.test(upTo) || Number(upTo) === 0;
  const refused = save.error instanceof ProblemError ? save.error.fieldMessage("up_to") : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!wrong && reason.trim() !== "") save.mutate();
  };
  return (
    <Dialog
      title={t("jobs.release_title", { kind: text(job.name) })}
      onClose={onClose}
      closable={!save.isPending}
      footer={
        <>
          <Button look="text" onClick={onClose}>
            {t("action.cancel")}
          </Button>
          <Button look="solid" type="submit" form={form} disabled={save.isPending}>
            {t("jobs.release")}
          </Button>
        </>
      }
    >
      <form id={form} noValidate onSubmit={submit} className="space-y-4">
        <Banner tone="warning" title={t("jobs.release_planned", { planned: wanted.toLocaleString(language) })}>
          {t("jobs.release_text")}
        </Banner>
        <TextField inputMode="numeric" autoComplete="off" required label={t("jobs.up_to")} support={t("jobs.up_to_support")} value={upTo} error={refused ?? (tried && wrong ? t("jobs.up_to_needed") : undefined)} onChange={(event) => setUpTo(event.target.value.trim())} />
        <TextArea label={t("jobs.reason")} required rows={3} maxLength={500} value={reason} error={tried && reason.trim() === "" ? t("jobs.reason_needed") : undefined} onChange={(event) => setReason(event.target.value)} />
        {save.isError && refused === undefined && <ProblemBanner error={save.error} />}
      </form>
    </Dialog>
  );
}
