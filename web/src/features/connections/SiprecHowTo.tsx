/** How a PBX or session border controller is pointed at us: five steps. */
import { type Key, useI18n } from "../../i18n/language";

const STEPS: { title: Key; text: Key }[] = [
  { title: "howto.make_title", text: "howto.make_text" },
  { title: "howto.point_title", text: "howto.point_text" },
  { title: "howto.media_title", text: "howto.media_text" },
  { title: "howto.firewall_title", text: "howto.firewall_text" },
  { title: "howto.try_title", text: "howto.try_text" },
];

export function SiprecHowTo() {
  const { t } = useI18n();
  return (
    <section aria-labelledby="howto" className="mt-8">
      <h2 id="howto" className="text-std-20B-150">
        {t("howto.title")}
      </h2>
      <p className="mb-3 text-solid-gray-800">{t("howto.lead")}</p>
      <ol className="card divide-y divide-line px-5">
        {STEPS.map((step, at) => (
          <li key={step.title} className="flex gap-4 py-4">
            <span aria-hidden="true" className="tabular inline-flex size-8 shrink-0 items-center justify-center rounded-full bg-blue-900 text-dns-16B-130 text-white">
              {at + 1}
            </span>
            <div>
              <h3 className="text-std-16B-170">{t(step.title)}</h3>
              <p className="text-std-16N-170 text-solid-gray-800">{t(step.text)}</p>
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}
