/** The register as a table: number, what it is, where it stands, the notice beside it, since when. */
import type { Device } from "../../api/types";
import { Badge } from "../../components/Badge/Badge";
import { Button } from "../../components/Button/Button";
import { type Column, DataTable } from "../../components/DataTable/DataTable";
import { StackedDay } from "../../components/DateTime/DateTime";
import { useI18n } from "../../i18n/language";

interface Acts {
  onChange(device: Device): void;
  onRetire(device: Device): void;
  onToken(device: Device): void;
}

export function DeviceTable({ devices, manage, tokens, acts }: { devices: Device[]; manage: boolean; tokens: boolean; acts: Acts }) {
  const { t, text } = useI18n();
  const columns: Column<Device>[] = [
    { key: "number", title: t("devices.number"), cell: (device) => <span className="tabular whitespace-nowrap">{device.number}</span> },
    {
      key: "name",
      title: t("devices.name"),
      rowHeader: true,
      cell: (device) => (
        <>
          <span className="text-dns-16B-130">{device.name}</span>
          <span className="mt-1 flex flex-wrap items-center gap-1.5 text-dns-14N-130 text-solid-gray-700">
            {text(device.rule)}
            {device.start === "on_demand" && <Badge tone="yellow">{t("devices.start_on_demand")}</Badge>}
          </span>
        </>
      ),
    },
    {
      key: "place",
      title: t("devices.place"),
      cell: (device) => (
        <>
          {device.place}
          {device.department && <span className="block text-dns-14N-130 text-solid-gray-700">{text(device.department.name)}</span>}
          {device.digits && <span className="tabular block text-dns-14N-130 text-solid-gray-700">{t("devices.digits_shown", { digits: device.digits })}</span>}
        </>
      ),
    },
    {
      key: "notice",
      title: t("devices.notice"),
      cell: (device) =>
        device.notice === "" && device.notice_place === "" ? (
          <span className="text-solid-gray-700">{t("devices.no_notice")}</span>
        ) : (
          <>
            <span className="whitespace-pre-line">{device.notice}</span>
            {device.notice_place !== "" && <span className="block text-dns-14N-130 text-solid-gray-700">{t("devices.notice_hangs", { place: device.notice_place })}</span>}
          </>
        ),
    },
    {
      key: "use",
      title: t("devices.in_use"),
      cell: (device) => (
        <>
          <StackedDay day={device.in_use_from} /> {t("devices.since")}
          {device.in_use_until && (
            <>
              <StackedDay day={device.in_use_until} /> {t("devices.until")}
            </>
          )}
        </>
      ),
    },
  ];
  if (manage || tokens) {
    columns.push({
      key: "acts",
      title: t("devices.acts"),
      className: "no-print",
      cell: (device) =>
        !device.in_use_until && (
          <div className="flex flex-wrap gap-2">
            {manage && (
              <Button look="outline" size="xs" onClick={() => acts.onChange(device)} aria-label={t("devices.change_of", { name: device.name })}>
                {t("devices.change")}
              </Button>
            )}
            {tokens && (
              <Button look="outline" size="xs" onClick={() => acts.onToken(device)} aria-label={t("devices.token_of", { name: device.name })}>
                {t("devices.token")}
              </Button>
            )}
            {manage && (
              <Button look="danger-outline" size="xs" onClick={() => acts.onRetire(device)} aria-label={t("devices.retire_of", { name: device.name })}>
                {t("devices.retire")}
              </Button>
            )}
          </div>
        ),
    });
  }
  return <DataTable caption={t("devices.title")} columns={columns} rows={devices} rowKey={(device) => device.id} />;
}
