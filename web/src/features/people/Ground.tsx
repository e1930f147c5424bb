/** By which article the person signed in may do a thing: the post that gives them the capability. */
import { useQuery } from "@tanstack/react-query";
import { postsQuery } from "../../api/lookups";
import { useMe } from "../../api/session";
import { Article } from "../../components/Article/Article";
import { useI18n } from "../../i18n/language";

export function Ground({ capability }: { capability: string }) {
  const { t, text } = useI18n();
  const me = useMe();
  const posts = useQuery(postsQuery);
  const held = new Set(me.appointments.map((appointment) => appointment.post.key));
  const post = posts.data?.find((candidate) => held.has(candidate.key) && candidate.capabilities.includes(capability));
  if (post === undefined) return null;
  return (
    <p className="text-dns-16N-130 leading-relaxed text-solid-gray-800">
      {t("people.ground", { post: text(post.name) })} <Article of={post} />
    </p>
  );
}
