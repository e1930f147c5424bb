/** What to enter on the PBX, device or cloud portal: a short table from the connection's own values. */
import { useState } from "react";
import type { ConnectionDetail } from "../../api/types";
import { CopyButton } from "../../components/CopyButton/CopyButton";
import { Segmented } from "../../components/Field/Field";
import { useI18n } from "../../i18n/language";
import { FAMILIES, type Family, guideRows } from "./guide";

export function ConnectionGuide({ connection }: { connection: ConnectionDetail }) {
  const { t, word } = useI18n();
  const families: readonly Family[] = FAMILIES[connection.kind];
  const [family, setFamily] = useState<Family>(families[0] ?? "other");
  return (
    <div className="space-y-5">
      <p className="max-w-3xl text-std-16N-170">{word("guide.lead", connection.kind)}</p>
      <Segmented<Family> legend={t("guide.family_title")} name="family" value={family} options={families.map((one) => ({ value: one, label: word("guide.family", one) }))} onChange={setFamily} />
      <p className="max-w-3xl rounded-8 bg-blue-50 px-4 py-3 text-std-16N-170">{word("guide.where", family)}</p>
      <div className="card overflow-hidden">
        <table className="w-full border-collapse text-left text-dns-16N-130">
          <caption className="sr-only">{t("guide.caption", { name: connection.name })}</caption>
          <tbody>
            {guideRows(connection).map((row, at) => (
              <tr key={`${row.name} ${row.value ?? row.text ?? ""} ${at}`} className="border-b border-line align-top last:border-b-0">
                <th scope="row" className="w-48 px-5 py-2.5 font-normal text-solid-gray-700">
                  {word("guide.row", row.name)}
                </th>
                <td className="px-3 py-2.5">
                  {row.value === undefined ? (
                    word("guide.text", row.text ?? "")
                  ) : (
                    <span className="flex flex-wrap items-center gap-3">
                      <code className="min-w-0 font-mono break-all">{row.value}</code>
                      {row.value !== "" && <CopyButton text={row.value} />}
                    </span>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {(connection.kind === "siprec" || connection.kind === "sip") && <p className="max-w-3xl text-dns-14N-130 text-solid-gray-700">{t("guide.firewall")}</p>}
    </div>
  );
}
