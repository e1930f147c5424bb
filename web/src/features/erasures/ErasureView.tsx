/** One request for erasure: who wants it, on what it rests, how it was decided, how far each recording is. */
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { ErasureDetail, ErasureRecording } from "../../api/types";
import { Article } from "../../components/Article/Article";
import { Badge } from "../../components/Badge/Badge";
import { Button } from "../../components/Button/Button";
import { type Column, DataTable } from "../../components/DataTable/DataTable";
import { DateTime, Day, StackedDateTime } from "../../components/DateTime/DateTime";
import { Fact, Facts } from "../../components/Facts/Facts";
import { PartyCell } from "../../components/Number/Number";
import { useI18n } from "../../i18n/language";
import { DecideDialog, type ErasureDeed } from "./DecideDialog";
import { civilDay } from "./ErasureList";

const GONE = ["destroying", "destroyed"];

export function ErasureView({ erasure }: { erasure: ErasureDetail }) {
  const { t, text } = useI18n();
  const { decision } = erasure;
  return (
    <div className="space-y-5">
      <section aria-label={t("erasures.facts")} className="card px-5 py-4">
        <Facts>
          <Fact name={t("erasures.requester")}>{erasure.requester}</Fact>
          <Fact name={t("erasures.identity")}>{erasure.identity}</Fact>
          <Fact name={t("erasures.applied_on")}>
            <Day at={civilDay(erasure.applied_on)} />
          </Fact>
          <Fact name={t("erasures.basis")}>
            {text(erasure.basis.name)} <Article of={erasure.basis} />
          </Fact>
          <Fact name={t("erasures.reason")}>
            <span className="whitespace-pre-wrap break-words">{erasure.reason}</span>
          </Fact>
          <Fact name={t("erasures.asked_by")}>
            {erasure.asked_by.display_name} <DateTime at={erasure.asked_at} />
          </Fact>
          {erasure.state === "asked" && erasure.decide_by && (
            <Fact name={t("erasures.decide_by")}>
              <Day at={civilDay(erasure.decide_by)} />
            </Fact>
          )}
          {decision && (
            <Fact name={t("erasures.decision")}>
              {text(decision.sentence)} <Article of={decision} />
              <span className="block whitespace-pre-wrap break-words">{decision.reason}</span>
              <span className="block text-dns-14N-130 text-solid-gray-700">
                {decision.person.display_name} <DateTime at={decision.at} />
              </span>
              {erasure.state === "refused" && (
                <span className="block text-dns-14N-130 text-solid-gray-700">
                  {t("erasures.lets_go_at")} <DateTime at={decision.lets_go_at} />
                </span>
              )}
            </Fact>
          )}
        </Facts>
      </section>
      <section aria-labelledby="erasure-recordings" className="card overflow-x-auto">
        <h2 id="erasure-recordings" className="px-5 py-4 text-std-18B-160">
          {t("erasures.recordings")}
        </h2>
        <RecordingTable recordings={erasure.recordings} />
        {erasure.recordings.some((row) => row.standing === "due" && !GONE.includes(row.recording.state)) && <p className="px-5 py-3 text-dns-14N-130 text-solid-gray-800">{t("erasures.due_note")}</p>}
      </section>
    </div>
  );
}

/** Approve, refuse, take back: for those who can. */
export function ErasureActs({ erasure }: { erasure: ErasureDetail }) {
  const { t } = useI18n();
  const [deed, setDeed] = useState<ErasureDeed | undefined>(undefined);
  return (
    <>
      {erasure.may.withdraw && <Button onClick={() => setDeed("withdraw")}>{t("erasures.withdraw")}</Button>}
      {erasure.may.decide && <Button onClick={() => setDeed("refuse")}>{t("erasures.refuse")}</Button>}
      {erasure.may.decide && (
        <Button look="danger" onClick={() => setDeed("approve")}>
          {t("erasures.approve")}
        </Button>
      )}
      {deed !== undefined && <DecideDialog erasure={erasure} rules={erasure.rules} deed={deed} onClose={() => setDeed(undefined)} />}
    </>
  );
}

function RecordingTable({ recordings }: { recordings: ErasureRecording[] }) {
  const { t, text, word } = useI18n();
  const columns: Column<ErasureRecording>[] = [
    {
      key: "at",
      title: t("call.time"),
      rowHeader: true,
      cell: ({ recording }) => (
        <Link to="/recordings/$recordingId" params={{ recordingId: recording.id }} className="link">
          <StackedDateTime at={recording.started_at} />
        </Link>
      ),
    },
    { key: "caller", title: t("call.caller"), cell: ({ recording }) => <PartyCell party={recording.caller} /> },
    { key: "called", title: t("call.called"), cell: ({ recording }) => <PartyCell party={recording.called} /> },
    {
      key: "standing",
      title: t("erasures.state_column"),
      cell: (row) => (
        <>
          {GONE.includes(row.recording.state) ? (
            <Badge>{word("recording.state", row.recording.state)}</Badge>
          ) : (
            <Badge tone={row.standing === "waiting" ? "yellow" : row.standing === "due" ? "blue" : "neutral"}>{word("erasures.recording", row.standing)}</Badge>
          )}
          {row.other_holds > 0 && <span className="mt-1 block text-dns-14N-130">{t("erasures.other_holds", { count: row.other_holds })}</span>}
          {row.due_at && (
            <span className="mt-1 block text-dns-14N-130 text-solid-gray-700">
              {t("erasures.due_at")} <DateTime at={row.due_at} />
            </span>
          )}
          {row.against && (
            <span className="mt-1 block text-dns-14N-130">
              <Article of={row.against} /> {text(row.against.sentence)}
            </span>
          )}
        </>
      ),
    },
  ];
  return <DataTable caption={t("erasures.recordings")} columns={columns} rows={recordings} rowKey={(row) => row.recording.id} />;
}
