/** The citizens' page: that calls are recorded, why, for how long, and whom to ask. */
import type { PublicNotice as Notice } from "../../api/types";
import { Icon } from "../../components/Icon/Icon";
import { PageHeading } from "../../components/PageHeading/PageHeading";
import { useI18n } from "../../i18n/language";
import { NoticeCard } from "./NoticeCard";

export function PublicNotice({ page }: { page: Notice }) {
  const { t, text } = useI18n();
  return (
    <>
      <PageHeading title={text(page.notice.title)} above={<p className="mb-1 text-std-16B-170 text-solid-gray-700">{text(page.name)}</p>} />
      <div className="space-y-5">
        <NoticeCard notice={page.notice} />
        <section aria-labelledby="retention" className="card flex gap-4 px-5 py-5 sm:px-7">
          <Icon name="clock" size={28} className="mt-0.5 text-blue-900" />
          <div>
            <h2 id="retention" className="text-std-20B-150">
              {t("public.retention")}
            </h2>
            <p className="text-std-17N-170">{text(page.retention.sentence)}</p>
          </div>
        </section>
        {page.devices.length > 0 && (
          <section aria-labelledby="devices" className="card flex gap-4 px-5 py-5 sm:px-7">
            <Icon name="building" size={28} className="mt-0.5 text-blue-900" />
            <div className="min-w-0">
              <h2 id="devices" className="text-std-20B-150">
                {t("public.devices")}
              </h2>
              <ul className="mt-1 list-disc space-y-1 pl-5 text-std-17N-170">
                {page.devices.map((device, place) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: two devices of a kind may stand in one place
                  <li key={place}>
                    {device.place}（{text(device.kind)}）{device.on_demand && t("public.device_on_demand")}
                    {device.notice && <span className="block text-std-16N-170 text-solid-gray-800">{device.notice}</span>}
                  </li>
                ))}
              </ul>
            </div>
          </section>
        )}
        {page.contact && (
          <section aria-labelledby="contact" className="card flex gap-4 px-5 py-5 sm:px-7">
            <Icon name="phone" size={28} className="mt-0.5 text-blue-900" />
            <div>
              <h2 id="contact" className="text-std-20B-150">
                {t("public.contact")}
              </h2>
              <p className="text-std-17N-170 whitespace-pre-line">{text(page.contact)}</p>
            </div>
          </section>
        )}
      </div>
    </>
  );
}
