/** Where the page was opened without a link that holds: the link is pasted. */
import { type FormEvent, useState } from "react";
import { type CaptureLink, readCaptureLink } from "../../api/capture_link";
import { Button } from "../../components/Button/Button";
import { TextField } from "../../components/Field/Field";
import { useI18n } from "../../i18n/language";

export function LinkForm({ onLink }: { onLink(link: CaptureLink): void }) {
  const { t } = useI18n();
  const [text, setText] = useState("");
  const [wrong, setWrong] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const link = readCaptureLink(text);
    setWrong(link === undefined);
    if (link !== undefined) onLink(link);
  };
  return (
    <form noValidate onSubmit={submit} className="card space-y-4 px-5 py-5 sm:px-7">
      <p>{t("capture.no_link")}</p>
      <TextField type="password" autoComplete="off" label={t("capture.link")} required value={text} error={wrong ? t("capture.link_wrong") : undefined} onChange={(event) => setText(event.target.value)} />
      <Button look="solid" type="submit">
        {t("capture.open")}
      </Button>
    </form>
  );
}
