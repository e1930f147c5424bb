/** Before a recording is heard: for which purpose, by which article, and that it is written down. Nothing plays without an answer here. */
import { type FormEvent, useEffect, useId, useRef, useState } from "react";
import { ProblemError } from "../../../api/problem";
import { useMe } from "../../../api/session";
import type { Use } from "../../../api/types";
import { Article } from "../../../components/Article/Article";
import { Button } from "../../../components/Button/Button";
import { Dialog } from "../../../components/Dialog/Dialog";
import { TextArea } from "../../../components/Field/Field";
import { focusFirstError } from "../../../components/Field/focus_first_error";
import { Icon } from "../../../components/Icon/Icon";
import { ProblemBanner } from "../../../components/ProblemBanner/ProblemBanner";
import { useI18n } from "../../../i18n/language";
import { requestUse } from "../api";

export function PurposeDialog({ recordingId, onGranted, onClose }: { recordingId: string; onGranted(use: Use): void; onClose(): void }) {
  const { t, text } = useI18n();
  const { purposes } = useMe();
  const form = useId();
  const [purposeKey, setPurposeKey] = useState(purposes.length === 1 ? (purposes[0]?.key ?? "") : "");
  const [caseNote, setCaseNote] = useState("");
  const [missing, setMissing] = useState<"purpose" | "note" | undefined>(undefined);
  const [refusal, setRefusal] = useState<unknown>(undefined);
  const [busy, setBusy] = useState(false);
  const answer = useRef<HTMLDivElement>(null);
  const purpose = purposes.find((candidate) => candidate.key === purposeKey);
  // a long list of purposes pushes the answer below the edge
  useEffect(() => {
    if (refusal !== undefined) answer.current?.scrollIntoView({ block: "nearest" });
  }, [refusal]);

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setRefusal(undefined);
    if (purpose === undefined) return setMissing("purpose");
    if (purpose.needs_case_note && caseNote.trim() === "") {
      setMissing("note");
      return focusFirstError(event.currentTarget);
    }
    setMissing(undefined);
    setBusy(true);
    try {
      onGranted(await requestUse(recordingId, purpose.key, caseNote.trim()));
    } catch (error) {
      setRefusal(error);
      setBusy(false);
    }
  };
  const noteProblem = refusal instanceof ProblemError ? refusal.fieldMessage("case_note") : undefined;

  return (
    <Dialog
      title={t("purpose.title")}
      onClose={onClose}
      wide
      footer={
        <>
          <Button look="text" onClick={onClose}>
            {t("action.cancel")}
          </Button>
          <Button look="solid" type="submit" form={form} icon="play" disabled={busy || purposes.length === 0}>
            {t("purpose.listen")}
          </Button>
        </>
      }
    >
      <form id={form} noValidate onSubmit={(event) => void submit(event)} className="space-y-5">
        <p className="flex gap-2 rounded-8 bg-blue-50 px-4 py-3 text-std-16N-170">
          <Icon name="trail" className="mt-1 text-blue-900" />
          <span>{t("purpose.written_down")}</span>
        </p>
        {purposes.length === 0 ? (
          <p>{t("purpose.none")}</p>
        ) : (
          <fieldset aria-describedby={missing === "purpose" ? `${form}-missing` : undefined}>
            <legend className="mb-2 text-std-16B-170">{t("purpose.choose")}</legend>
            {missing === "purpose" && (
              <p id={`${form}-missing`} role="alert" className="mb-2 flex items-center gap-1 text-error-2">
                <Icon name="error" size={16} />
                {t("purpose.choose_one")}
              </p>
            )}
            <div className="space-y-2">
              {purposes.map((candidate) => (
                <label
                  key={candidate.key}
                  className="flex gap-3 rounded-8 border border-solid-gray-420 px-4 py-3 hover:border-black has-checked:border-blue-900 has-checked:bg-blue-50 has-checked:ring-1 has-checked:ring-blue-900"
                >
                  <input type="radio" name="purpose" value={candidate.key} checked={candidate.key === purposeKey} onChange={() => setPurposeKey(candidate.key)} className="mt-1 size-5 shrink-0 accent-blue-900" />
                  <span className="min-w-0">
                    <span className="flex flex-wrap items-center gap-x-2 gap-y-1 text-std-16B-170">
                      {text(candidate.name)} <Article of={candidate} />
                    </span>
                    <span className="block text-dns-16N-130 leading-relaxed text-solid-gray-800">{text(candidate.sentence)}</span>
                  </span>
                </label>
              ))}
            </div>
          </fieldset>
        )}
        {purpose !== undefined && (
          <TextArea
            label={t("purpose.case_note")}
            support={t("purpose.case_note_support")}
            required={purpose.needs_case_note}
            optional={!purpose.needs_case_note}
            rows={2}
            maxLength={500}
            value={caseNote}
            error={missing === "note" ? t("purpose.case_note_needed") : noteProblem}
            onChange={(event) => setCaseNote(event.target.value)}
          />
        )}
        <div ref={answer}>{refusal !== undefined && <ProblemBanner error={refusal} />}</div>
      </form>
    </Dialog>
  );
}
