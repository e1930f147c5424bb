/** Approves, refuses or takes back a request for erasure, each with its reason. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { ProblemError } from "../../api/problem";
import type { Erasure, ErasureRules } from "../../api/types";
import { Article } from "../../components/Article/Article";
import { Button } from "../../components/Button/Button";
import { Dialog } from "../../components/Dialog/Dialog";
import { SelectField, TextArea } from "../../components/Field/Field";
import { focusFirstError } from "../../components/Field/focus_first_error";
import { ProblemBanner } from "../../components/ProblemBanner/ProblemBanner";
import { useToast } from "../../components/Toasts/Toasts";
import { useI18n } from "../../i18n/language";
import { approveErasure, refuseErasure, withdrawErasure } from "./api";

export type ErasureDeed = "approve" | "refuse" | "withdraw";

export function DecideDialog({ erasure, rules, deed, onClose }: { erasure: Erasure; rules: ErasureRules; deed: ErasureDeed; onClose(): void }) {
  const { t, text } = useI18n();
  const form = useId();
  const toast = useToast();
  const queries = useQueryClient();
  const [reason, setReason] = useState("");
  const [ground, setGround] = useState("");
  const [tried, setTried] = useState(false);
  const chosen = rules.refused_while.find((one) => one.key === ground);
  const decide = useMutation({
    mutationFn: () => (deed === "approve" ? approveErasure(erasure.id, reason.trim()) : deed === "refuse" ? refuseErasure(erasure.id, reason.trim(), ground) : withdrawErasure(erasure.id, reason.trim())),
    onSuccess: async () => {
      toast(t(`erasures.${deed}_done`));
      await Promise.all(["erasures", "erasure", "holds", "recording", "recordings"].map((key) => queries.invalidateQueries({ queryKey: [key] })));
      onClose();
    },
  });
  const missing = tried && reason.trim() === "" ? t("erasures.needed") : decide.error instanceof ProblemError ? decide.error.fieldMessage("reason") : undefined;
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setTried(true);
    if (reason.trim() !== "") decide.mutate();
    else focusFirstError(event.currentTarget);
  };
  return (
    <Dialog
      title={t(`erasures.${deed}_title`)}
      onClose={onClose}
      closable={!decide.isPending}
      footer={
        <>
          <Button look="text" onClick={onClose}>
            {t("action.cancel")}
          </Button>
          <Button look={deed === "approve" ? "danger" : "solid"} type="submit" form={form} disabled={decide.isPending}>
            {t(`erasures.${deed}_do`)}
          </Button>
        </>
      }
    >
      <form id={form} noValidate onSubmit={submit} className="space-y-4">
        <p>{t(`erasures.${deed}_text`, { count: erasure.recording_count })}</p>
        {deed === "refuse" && rules.refused_while.length > 0 && (
          <SelectField
            label={t("erasures.refusal_ground")}
            optional
            value={ground}
            support={
              chosen && (
                <>
                  <Article of={chosen} /> {text(chosen.sentence)}
                </>
              )
            }
            onChange={(event) => setGround(event.target.value)}
          >
            <option value="">{t("erasures.other_ground")}</option>
            {rules.refused_while.map((one) => (
              <option key={one.key} value={one.key}>
                {text(one.name)}
              </option>
            ))}
          </SelectField>
        )}
        <TextArea label={t("erasures.decision_reason")} required rows={3} maxLength={2000} value={reason} error={missing} onChange={(event) => setReason(event.target.value)} />
        {decide.isError && <ProblemBanner error={decide.error} />}
      </form>
    </Dialog>
  );
}
