/** Whether a person's ID works. */
import { Badge } from "../../components/Badge/Badge";
import { useI18n } from "../../i18n/language";

export function PersonState({ state }: { state: string }) {
  const { word } = useI18n();
  return <Badge tone={state === "active" ? "green" : state === "disabled" ? "neutral" : "yellow"}>{word("people.states", state)}</Badge>;
}
