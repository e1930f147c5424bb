/** How recording of each line starts, and whether its callers hear an announcement. Kept by whoever keeps the register of lines. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, body } from "../../api/client";
import { linesQuery } from "../../api/lookups";
import type { Line } from "../../api/types";
import { Button } from "../../components/Button/Button";
import { Dialog } from "../../components/Dialog/Dialog";
import { type Column, DataTable } from "../../components/DataTable/DataTable";
import { Loading } from "../../components/Loading/Loading";
import { PhoneNumber } from "../../components/Number/Number";
import { ProblemBanner } from "../../components/ProblemBanner/ProblemBanner";
import { useToast } from "../../components/Toasts/Toasts";
import { useI18n } from "../../i18n/language";

const change = (key: string, settings: { start: Line["start"]; announces: boolean }) => body(api.POST("/v1/lines/{key}/change", { params: { path: { key } }, body: settings }));

export function LineSettings({ onDemand }: { onDemand: boolean }) {
  const { t, text, word } = useI18n();
  const lines = useQuery(linesQuery);
  const [changing, setChanging] = useState<Line>();
  if (lines.isPending) return <div className="card"><Loading /></div>;
  if (lines.isError) return <ProblemBanner error={lines.error} onRetry={() => void lines.refetch()} />;
  const columns: Column<Line>[] = [
    { key: "name", title: t("call.line"), rowHeader: true, cell: (line) => text(line.name) },
    { key: "number", title: t("search.number"), cell: (line) => (line.number ? <PhoneNumber number={line.number} /> : (line.pattern ?? "—")) },
    { key: "department", title: t("call.department"), cell: (line) => (line.department ? text(line.department.name) : "—") },
    { key: "start", title: t("live.start_label"), cell: (line) => word("live.start", line.start) },
    { key: "announces", title: t("lines.announces"), cell: (line) => t(line.announces ? "lines.yes" : "lines.no") },
    {
      key: "change",
      title: t("lines.change"),
      cell: (line) => (
        <Button size="xs" onClick={() => setChanging(line)}>
          {t("lines.change")}
          <span className="sr-only"> {text(line.name)}</span>
        </Button>
      ),
    },
  ];
  return (
    <>
      <p className="mb-3">{t("lines.lead")}</p>
      <div className="card overflow-hidden">
        <DataTable caption={t("lines.title")} columns={columns} rows={lines.data} rowKey={(line) => line.key} />
      </div>
      {changing && <ChangeDialog line={changing} onDemand={onDemand} onClose={() => setChanging(undefined)} />}
    </>
  );
}

function ChangeDialog({ line, onDemand, onClose }: { line: Line; onDemand: boolean; onClose(): void }) {
  const { t, text, word } = useI18n();
  const toast = useToast();
  const queries = useQueryClient();
  const [start, setStart] = useState(line.start);
  const [announces, setAnnounces] = useState(line.announces);
  const save = useMutation({
    mutationFn: () => change(line.key, { start, announces }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["lines"] });
      toast(t("lines.saved"));
      onClose();
    },
  });
  return (
    <Dialog
      title={text(line.name)}
      onClose={onClose}
      closable={!save.isPending}
      footer={
        <>
          <Button look="text" onClick={onClose}>
            {t("action.cancel")}
          </Button>
          <Button look="solid" disabled={save.isPending} onClick={() => save.mutate()}>
            {t("lines.save")}
          </Button>
        </>
      }
    >
      <fieldset className="mb-5 space-y-2">
        <legend className="mb-1 text-dns-16B-130">{t("live.start_label")}</legend>
        {(["automatic", "on_demand"] as const).map((way) => (
          <label key={way} className="flex items-center gap-2">
            <input type="radio" name="start" className="size-5" checked={start === way} disabled={way === "on_demand" && !onDemand} onChange={() => setStart(way)} />
            {word("live.start", way)}
          </label>
        ))}
        {!onDemand && <p className="text-dns-14N-130 text-solid-gray-700">{t("lines.no_on_demand")}</p>}
      </fieldset>
      <label className="flex items-start gap-2">
        <input type="checkbox" className="mt-1 size-5" checked={announces} onChange={(event) => setAnnounces(event.target.checked)} />
        <span>
          {t("lines.announces_label")}
          <span className="block text-dns-14N-130 text-solid-gray-700">{t("lines.announces_support")}</span>
        </span>
      </label>
      {save.isError && <ProblemBanner error={save.error} className="mt-4" />}
    </Dialog>
  );
}
