/** Was the other party told? Each answer is a button: choosing it is the second click. */
import type { Announcement, AnnouncementException } from "../../api/types";
import { Article } from "../../components/Article/Article";
import { Button } from "../../components/Button/Button";
import { Dialog } from "../../components/Dialog/Dialog";
import { ProblemBanner } from "../../components/ProblemBanner/ProblemBanner";
import { useI18n } from "../../i18n/language";
import type { Told } from "./api";

export function ToldDialog({
  title,
  announcement,
  exceptions,
  busy,
  error,
  choose,
  starts = false,
  onClose,
}: {
  title: string;
  announcement: Announcement;
  exceptions: AnnouncementException[];
  busy: boolean;
  error: unknown;
  choose(told: Told): void;
  starts?: boolean;
  onClose(): void;
}) {
  const { t, text } = useI18n();
  return (
    <Dialog title={title} onClose={onClose} closable={!busy}>
      {announcement.owed && (
        <p className="mb-4">
          {text(announcement.owed.sentence)} <Article of={announcement.owed} />
        </p>
      )}
      {error !== null && error !== undefined && <ProblemBanner error={error} className="mb-4" />}
      <Button look="solid" size="lg" icon="check" className="w-full" disabled={busy} onClick={() => choose({ status: "told_beforehand" })}>
        {t(starts ? "announcement.told_and_start" : "announcement.told")}
      </Button>
      {exceptions.length > 0 && (
        <>
          <h3 className="mb-2 mt-6 text-std-16B-170">{t("announcement.not_told_because")}</h3>
          <ul className="space-y-3">
            {exceptions.map((exception) => (
              <li key={exception.key}>
                <Button size="md" className="w-full justify-start whitespace-normal text-left" disabled={busy} onClick={() => choose({ status: "exception", exception: exception.key })}>
                  {text(exception.name)}
                </Button>
                <p className="mt-1 pl-1 text-dns-14N-130 text-solid-gray-700">
                  {text(exception.sentence)} <Article of={exception} />
                </p>
              </li>
            ))}
          </ul>
        </>
      )}
      {!starts && announcement.status !== "not_noted" && announcement.by === "person" && (
        <p className="mt-6">
          <Button look="text" size="sm" disabled={busy} onClick={() => choose({ status: "not_noted" })}>
            {t("announcement.take_back")}
          </Button>
        </p>
      )}
    </Dialog>
  );
}
