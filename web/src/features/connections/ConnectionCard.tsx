/** One connection: is it alive, where the PBX must point, what came today. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { linesQuery } from "../../api/lookups";
import type { Connection, UnrecordedCount } from "../../api/types";
import { Article } from "../../components/Article/Article";
import { Badge } from "../../components/Badge/Badge";
import { Button } from "../../components/Button/Button";
import { CopyButton } from "../../components/CopyButton/CopyButton";
import { DateTime } from "../../components/DateTime/DateTime";
import { ConfirmDialog } from "../../components/Dialog/Dialog";
import { Fact, Facts } from "../../components/Facts/Facts";
import { ProblemBanner } from "../../components/ProblemBanner/ProblemBanner";
import { useI18n } from "../../i18n/language";
import { disableConnection } from "./api";
import { transportOf } from "./networks";

export function ConnectionCard({ connection, refused, manage }: { connection: Connection; refused: UnrecordedCount[]; manage: boolean }) {
  const { t, text, word } = useI18n();
  const queries = useQueryClient();
  const lines = useQuery(linesQuery);
  const [asking, setAsking] = useState(false);
  const disable = useMutation({
    mutationFn: () => disableConnection(connection.id),
    onSuccess: async () => {
      setAsking(false);
      await queries.invalidateQueries({ queryKey: ["connections"] });
    },
  });
  const line = lines.data?.find((entry) => entry.key === connection.default_line);
  const off = connection.state === "disabled";
  return (
    <article aria-labelledby={`connection-${connection.id}`} className="card px-5 py-4">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <h2 id={`connection-${connection.id}`} className="flex flex-wrap items-center gap-2 text-std-20B-150">
          {connection.name}
          <Badge>{connection.kind.toUpperCase()}</Badge>
          {off ? (
            <Badge>{t("connections.disabled")}</Badge>
          ) : (
            <Badge tone={connection.health === "ok" ? "green" : connection.health === "silent" ? "red" : "yellow"} icon={connection.health === "ok" ? "success" : "warning"}>
              {word("connections.health", connection.health)}
            </Badge>
          )}
        </h2>
        {manage && !off && (
          <Button look="danger-outline" size="xs" onClick={() => setAsking(true)}>
            {t("connections.disable")}
          </Button>
        )}
      </div>
      <h3 className="mt-3 text-dns-14N-130 text-solid-gray-700">{t("connections.address")}</h3>
      <ul className="mt-1 space-y-1.5">
        {connection.address.map((address) => (
          <li key={address} className="flex flex-wrap items-center gap-x-3 gap-y-1 rounded-8 bg-solid-gray-50 py-1.5 pl-3 pr-2">
            <Badge tone="blue">{transportOf(address)}</Badge>
            <code className="min-w-0 grow font-mono break-all text-mono-16N-150">{address}</code>
            <CopyButton text={address} />
          </li>
        ))}
      </ul>
      <div className="mt-2 grid gap-x-8 xl:grid-cols-2">
        <Facts>
          <Fact name={t("connections.networks")}>
            <ul className="flex flex-wrap gap-x-4 gap-y-1 font-mono">
              {connection.networks.map((network) => (
                <li key={network}>{network}</li>
              ))}
            </ul>
          </Fact>
          <Fact name={t("connections.default_line")}>{line ? text(line.name) : (connection.default_line ?? t("connections.no_default_line"))}</Fact>
        </Facts>
        <Facts>
          <Fact name={t("connections.last_call")}>{connection.last_call_at ? <DateTime at={connection.last_call_at} seconds /> : t("connections.none_yet")}</Fact>
          <Fact name={t("connections.last_heartbeat")}>{connection.last_heartbeat_at ? <DateTime at={connection.last_heartbeat_at} seconds /> : t("connections.none_yet")}</Fact>
          <Fact name={t("connections.today")}>
            <span className="tabular">{t("connections.today_counts", { calls: connection.calls_today, refused: connection.refused_today })}</span>
          </Fact>
          {refused.length > 0 && (
            <Fact name={t("connections.refused_week")}>
              <ul className="space-y-1">
                {byReason(refused).map((row) => (
                  <li key={row.reason} className="flex flex-wrap items-center gap-x-2">
                    <span>{word("unrecorded.reasons", row.reason)}</span> {row.article ? <Article of={row} /> : null}
                    <span className="tabular">{t("unrecorded.times", { count: row.count })}</span>
                  </li>
                ))}
              </ul>
            </Fact>
          )}
        </Facts>
      </div>
      {asking && (
        <ConfirmDialog
          title={t("connections.disable_title", { name: connection.name })}
          confirm={t("connections.disable")}
          busy={disable.isPending}
          onConfirm={() => disable.mutate()}
          onClose={() => {
            disable.reset();
            setAsking(false);
          }}
        >
          <p>{t("connections.disable_text")}</p>
          {disable.isError && <ProblemBanner error={disable.error} className="mt-3" />}
        </ConfirmDialog>
      )}
    </article>
  );
}

/** Adds up the days of each reason. */
export function byReason(rows: UnrecordedCount[]): { reason: string; article: string; article_label: string; count: number }[] {
  const sums = new Map<string, { reason: string; article: string; article_label: string; count: number }>();
  for (const row of rows) {
    const sum = sums.get(row.reason) ?? { reason: row.reason, article: row.article, article_label: row.article_label, count: 0 };
    sum.count += row.count;
    sums.set(row.reason, sum);
  }
  return [...sums.values()].sort((a, b) => b.count - a.count);
}
