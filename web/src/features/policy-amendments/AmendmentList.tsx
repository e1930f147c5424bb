/** Proposed amendments: another person approves, the proposer may take back. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { can, useMe } from "../../api/session";
import type { PolicyAmendment } from "../../api/types";
import { Badge } from "../../components/Badge/Badge";
import { Button } from "../../components/Button/Button";
import { DateTime, Day } from "../../components/DateTime/DateTime";
import { ConfirmDialog } from "../../components/Dialog/Dialog";
import { Loading } from "../../components/Loading/Loading";
import { ProblemBanner } from "../../components/ProblemBanner/ProblemBanner";
import { useToast } from "../../components/Toasts/Toasts";
import { useI18n } from "../../i18n/language";
import { PreviewResult } from "./PreviewResult";
import { amendmentsQuery, approve, preview, withdraw } from "./api";
import { MAY_APPROVE, MAY_PROPOSE } from "./capability";

const TONES = { proposed: "yellow", approved: "green", withdrawn: "neutral" } as const;

export function AmendmentList() {
  const { t } = useI18n();
  const amendments = useQuery(amendmentsQuery);
  return (
    <section aria-labelledby="amendments" className="card px-5 py-4">
      <h2 id="amendments" className="mb-1 text-std-18B-160">
        {t("amendments.list")}
      </h2>
      {amendments.isPending ? (
        <Loading />
      ) : amendments.isError ? (
        <ProblemBanner error={amendments.error} onRetry={() => void amendments.refetch()} />
      ) : amendments.data.length === 0 ? (
        <p>{t("amendments.none")}</p>
      ) : (
        <ul className="divide-y divide-line">
          {amendments.data.map((amendment) => (
            <Row key={amendment.id} amendment={amendment} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Row({ amendment }: { amendment: PolicyAmendment }) {
  const { t, word } = useI18n();
  const me = useMe();
  const [asking, setAsking] = useState<"approve" | "withdraw">();
  const own = amendment.proposed_by.id === me.person.id;
  return (
    <li className="flex flex-wrap items-start gap-x-5 gap-y-2 py-3">
      <div className="min-w-0 grow basis-80">
        <h3 className="text-std-16B-170">
          <Badge tone={TONES[amendment.state]}>{word("amendments.state", amendment.state)}</Badge> <Day at={amendment.effective_from} /> {t("amendments.from_that_day")}
        </h3>
        <p className="whitespace-pre-wrap">{amendment.reason}</p>
        <p className="text-dns-14N-130 text-solid-gray-700">
          {t("amendments.proposed_by")} {amendment.proposed_by.display_name} · <DateTime at={amendment.proposed_at} />
          {amendment.decided_by && amendment.decided_at && (
            <span className="block">
              {t(amendment.state === "approved" ? "amendments.approved_by" : "amendments.withdrawn_by")} {amendment.decided_by.display_name} · <DateTime at={amendment.decided_at} />
            </span>
          )}
          {amendment.shortens && <span className="block">{t("amendments.shortens")}</span>}
          {amendment.state === "proposed" && own && <span className="block">{t("amendments.own")}</span>}
        </p>
      </div>
      {amendment.state === "proposed" && (
        <div className="flex flex-wrap gap-2">
          {!own && can(me, MAY_APPROVE) && (
            <Button look="solid" onClick={() => setAsking("approve")}>
              {t("amendments.approve")}
            </Button>
          )}
          {can(me, MAY_PROPOSE) && <Button onClick={() => setAsking("withdraw")}>{t("amendments.withdraw")}</Button>}
        </div>
      )}
      {asking && <DecideDialog amendment={amendment} what={asking} onClose={() => setAsking(undefined)} />}
    </li>
  );
}

function DecideDialog({ amendment, what, onClose }: { amendment: PolicyAmendment; what: "approve" | "withdraw"; onClose(): void }) {
  const { t } = useI18n();
  const toast = useToast();
  const queries = useQueryClient();
  // Whoever shortens a period sees first what goes by it; the API asks for that, too.
  const mustLook = what === "approve" && amendment.shortens;
  const look = useQuery({ queryKey: ["policy-amendments", amendment.id, "preview"], queryFn: () => preview(amendment.toml), enabled: mustLook, gcTime: 0 });
  const decide = useMutation({
    mutationFn: () => (what === "approve" ? approve(amendment.id) : withdraw(amendment.id)),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["policy-amendments"] });
      toast(t(what === "approve" ? "amendments.approved" : "amendments.withdrawn"));
      onClose();
    },
  });
  return (
    <ConfirmDialog title={t(what === "approve" ? "amendments.approve_title" : "amendments.withdraw_title")} confirm={t(what === "approve" ? "amendments.approve" : "amendments.withdraw")} busy={decide.isPending || (mustLook && !look.isSuccess)} onConfirm={() => decide.mutate()} onClose={onClose}>
      <p>{t(what === "withdraw" ? "amendments.withdraw_text" : amendment.shortens ? "amendments.approve_shorter" : "amendments.approve_text")}</p>
      <p className="mt-2">
        <strong>
          <Day at={amendment.effective_from} />
        </strong>{" "}
        {t("amendments.from_that_day")}
      </p>
      {mustLook && (look.isSuccess ? <PreviewResult preview={look.data} /> : look.isError ? <ProblemBanner error={look.error} className="mt-3" /> : <Loading />)}
      {decide.isError && <ProblemBanner error={decide.error} className="mt-3" />}
    </ConfirmDialog>
  );
}
