/** How far a request for erasure is, in a word. */
import type { Erasure } from "../../api/types";
import { Badge } from "../../components/Badge/Badge";
import { useI18n } from "../../i18n/language";

const TONES = { asked: "yellow", approved: "blue", refused: "neutral", withdrawn: "neutral" } as const;

export function ErasureBadge({ erasure }: { erasure: Erasure }) {
  const { word } = useI18n();
  return <Badge tone={TONES[erasure.state]}>{word("erasures.state", erasure.state)}</Badge>;
}
