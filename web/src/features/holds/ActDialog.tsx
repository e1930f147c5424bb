/** Keeps a hold on, asks for its release, or releases it: each with its reason. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { ProblemError } from "../../api/problem";
import type { Hold } from "../../api/types";
import { Banner } from "../../components/Banner/Banner";
import { Button } from "../../components/Button/Button";
import { Dialog } from "../../components/Dialog/Dialog";
import { TextArea, TextField } from "../../components/Field/Field";
import { focusFirstError } from "../../components/Field/focus_first_error";
import { ProblemBanner } from "../../components/ProblemBanner/ProblemBanner";
import { useToast } from "../../components/Toasts/Toasts";
import { addDays, civil } from "../../i18n/civil_time";
import { useI18n } from "../../i18n/language";
import { askRelease, extendHold, releaseHold } from "./api";

export type HoldDeed = "extend" | "ask_release" | "release";

export function ActDialog({ hold, deed, onClose }: { hold: Hold; deed: HoldDeed; onClose(): void }) {
  const { t } = useI18n();
  const form = useId();
  const toast = useToast();
  const queries = useQueryClient();
  const [reason, setReason] = useState("");
  const [review, setReview] = useState("");
  const [tried, setTried] = useState(false);
  const act = useMutation({
    mutationFn: () => (deed === "extend" ? extendHold(hold.id, review, reason.trim()) : deed === "ask_release" ? askRelease(hold.id, reason.trim()) : releaseHold(hold.id, reason.trim())),
    onSuccess: async () => {
      toast(t(`holds.${deed}_done`));
      await Promise.all(["holds", "hold", "recording", "recordings", "erasures", "erasure"].map((key) => queries.invalidateQueries({ queryKey: [key] })));
      onClose();
    },
  });
  const refused = (field: string) => (act.error instanceof ProblemError ? act.error.fieldMessage(field) : undefined);
  const noReason = tried && reason.trim() === "" ? t("holds.needed") : refused("reason");
  const noReview = tried && deed === "extend" && review === "" ? t("holds.needed") : refused("review_on");
  const earliest = addDays(hold.review_on && hold.review_on > civil(Date.now()).day ? hold.review_on : civil(Date.now()).day, 1);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setTried(true);
    if (reason.trim() !== "" && (deed !== "extend" || review !== "")) act.mutate();
    else focusFirstError(event.currentTarget);
  };
  return (
    <Dialog
      title={t(`holds.${deed}_title`)}
      onClose={onClose}
      closable={!act.isPending}
      footer={
        <>
          <Button look="text" onClick={onClose}>
            {t("action.cancel")}
          </Button>
          <Button look={deed === "release" ? "danger" : "solid"} type="submit" form={form} disabled={act.isPending}>
            {t(`holds.${deed}_do`)}
          </Button>
        </>
      }
    >
      <form id={form} noValidate onSubmit={submit} className="space-y-4">
        <p>{t(`holds.${deed}_text`, { count: hold.recording_count })}</p>
        {deed === "release" && hold.release_asked && (
          <Banner tone="note" title={t("holds.asked_by", { name: hold.release_asked.person.display_name })}>
            <p className="whitespace-pre-wrap">{hold.release_asked.reason}</p>
          </Banner>
        )}
        {deed === "extend" && <TextField label={t("holds.review_on")} required type="date" min={earliest} className="max-w-48" value={review} error={noReview} onChange={(event) => setReview(event.target.value)} />}
        <TextArea label={t(`holds.${deed}_reason`)} required rows={3} maxLength={2000} value={reason} error={noReason} onChange={(event) => setReason(event.target.value)} />
        {act.isError && <ProblemBanner error={act.error} />}
      </form>
    </Dialog>
  );
}
