/** Why recording pauses or stops: one button each reason. */
import type { PauseReason } from "../../api/types";
import { Button } from "../../components/Button/Button";
import { Dialog } from "../../components/Dialog/Dialog";
import { ProblemBanner } from "../../components/ProblemBanner/ProblemBanner";
import { useI18n } from "../../i18n/language";

const REASONS: PauseReason[] = ["asked_by_party", "secret_told", "not_business", "no_longer_needed", "other"];

export function ReasonDialog({ what, busy, error, choose, onClose }: { what: "pause" | "stop"; busy: boolean; error: unknown; choose(reason: PauseReason): void; onClose(): void }) {
  const { t, word } = useI18n();
  return (
    <Dialog title={t(`live.${what}_title`)} onClose={onClose} closable={!busy}>
      <p className="mb-4">{t(`live.${what}_text`)}</p>
      {error !== null && error !== undefined && <ProblemBanner error={error} className="mb-4" />}
      <ul className="space-y-2">
        {REASONS.map((reason) => (
          <li key={reason}>
            <Button size="md" className="w-full justify-start" disabled={busy} onClick={() => choose(reason)}>
              {word("live.reason", reason)}
            </Button>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
