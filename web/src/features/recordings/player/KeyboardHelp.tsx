/** The player's keys, in a dialog. */
import { Dialog } from "../../../components/Dialog/Dialog";
import { type Key, useI18n } from "../../../i18n/language";

const KEYS: { keys: string[]; does: Key }[] = [
  { keys: ["Space", "K"], does: "player.key.toggle" },
  { keys: ["←", "→"], does: "player.key.five" },
  { keys: ["Shift + ←", "Shift + →"], does: "player.key.one" },
  { keys: ["J", "L"], does: "player.key.ten" },
  { keys: ["Home", "End"], does: "player.key.ends" },
  { keys: ["1", "2"], does: "player.key.mute" },
  { keys: ["<", ">"], does: "player.key.speed" },
  { keys: ["-", "+"], does: "player.key.volume" },
  { keys: ["?"], does: "player.key.help" },
];

export function KeyboardHelp({ onClose }: { onClose(): void }) {
  const { t } = useI18n();
  return (
    <Dialog title={t("player.keys")} onClose={onClose}>
      <p className="mb-3 text-solid-gray-800">{t("player.keys_lead")}</p>
      <table className="w-full text-left">
        <caption className="sr-only">{t("player.keys")}</caption>
        <tbody>
          {KEYS.map(({ keys, does }) => (
            <tr key={does} className="border-b border-line last:border-b-0">
              <th scope="row" className="w-52 py-2 pr-3 font-normal">
                {keys.map((key) => (
                  <kbd key={key} className="mr-1.5 inline-block rounded-4 border border-solid-gray-420 bg-solid-gray-50 px-2 font-mono text-dns-14N-130 leading-6">
                    {key}
                  </kbd>
                ))}
              </th>
              <td className="py-2">{t(does)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Dialog>
  );
}
