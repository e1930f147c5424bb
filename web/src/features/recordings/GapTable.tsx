/** The stretches without audio, each with its cause: nothing is skipped, and nothing is hidden. */
import type { Gap } from "../../api/types";
import { type Column, DataTable } from "../../components/DataTable/DataTable";
import { duration } from "../../i18n/civil_time";
import { useI18n } from "../../i18n/language";

const LONG = 9;

export function GapTable({ gaps }: { gaps: Gap[] }) {
  const { t, word } = useI18n();
  const columns: Column<Gap>[] = [
    { key: "at", title: t("gap.at"), rowHeader: true, cell: (gap) => <span className="tabular">{duration(gap.start_seconds)}</span> },
    { key: "channel", title: t("gap.channel"), cell: (gap) => (gap.channel === 0 ? t("call.caller") : t("call.called")) },
    { key: "length", title: t("gap.length"), align: "right", cell: (gap) => <span className="tabular">{t("gap.seconds", { seconds: gap.seconds < 10 ? gap.seconds.toFixed(2) : Math.round(gap.seconds) })}</span> },
    { key: "cause", title: t("gap.cause_label"), cell: (gap) => word("gap.cause", gap.cause) },
  ];
  return (
    <section aria-labelledby="gaps" className="card overflow-hidden">
      <h2 id="gaps" className="px-5 pb-2 pt-4 text-std-18B-160">
        {t("gap.title", { count: gaps.length })}
      </h2>
      {gaps.length === 0 ? (
        <p className="px-5 pb-4 text-solid-gray-800">{t("gap.none")}</p>
      ) : (
        // A long list scrolls in its own box, which then must take the keyboard's focus.
        <div {...(gaps.length > LONG ? { tabIndex: 0, role: "region", "aria-label": t("gap.title", { count: gaps.length }), className: "max-h-[28rem] overflow-y-auto" } : {})}>
          <DataTable caption={t("gap.title", { count: gaps.length })} columns={columns} rows={gaps} rowKey={(gap) => `${gap.channel} ${gap.start_seconds} ${gap.cause}`} />
        </div>
      )}
    </section>
  );
}
