/** How full the tenant's share of the store is, and at which mark the oldest gives way. */
import type { CapacityGauge as Gauge } from "../../api/types";
import { useI18n } from "../../i18n/language";
import { octets } from "./octets";

export function CapacityGauge({ capacity }: { capacity: Gauge }) {
  const { t, language } = useI18n();
  const percent = capacity.capacity_octets > 0 ? (capacity.used_octets / capacity.capacity_octets) * 100 : 0;
  const full = Math.min(100, percent);
  const mark = capacity.gives_way_at_percent;
  const over = percent >= mark;
  const near = !over && percent >= mark - 10;
  return (
    <section aria-labelledby="storage-capacity" className="card px-5 py-4">
      <h2 id="storage-capacity" className="text-std-18B-160">
        {t("storage.capacity")}
      </h2>
      <p className="mt-1">
        <strong className="tabular text-std-32B-150">{percent.toFixed(1)}%</strong>
        <span className="ml-3">{t("storage.used_of", { used: octets(capacity.used_octets, language), all: octets(capacity.capacity_octets, language) })}</span>
      </p>
      <div role="meter" aria-labelledby="storage-capacity" aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(full * 10) / 10} className="relative mt-2 h-6 overflow-hidden rounded-6 border border-solid-gray-420 bg-white">
        <span className={`absolute inset-y-0 left-0 ${over ? "bg-red-900" : near ? "bg-yellow-700" : "bg-blue-900"}`} style={{ width: `${full}%` }} />
        <span aria-hidden="true" className="absolute inset-y-0 w-0.5 bg-black outline outline-white" style={{ left: `${mark}%` }} />
      </div>
      <p className="mt-2 text-dns-14N-130 text-solid-gray-800">{t(over ? "storage.gives_way_now" : "storage.gives_way", { percent: mark })}{over && capacity.would_give_way > 0 && ` ${t("storage.would_give_way", { count: capacity.would_give_way.toLocaleString(language) })}`}</p>
    </section>
  );
}
