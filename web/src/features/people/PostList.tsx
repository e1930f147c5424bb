/** The posts the ordinance sets up, and what each may do. */
import { useQuery } from "@tanstack/react-query";
import { postsQuery } from "../../api/lookups";
import { Article } from "../../components/Article/Article";
import { Badge } from "../../components/Badge/Badge";
import { Icon } from "../../components/Icon/Icon";
import { Loading } from "../../components/Loading/Loading";
import { ProblemBanner } from "../../components/ProblemBanner/ProblemBanner";
import { useI18n } from "../../i18n/language";

export function PostList() {
  const { t, text, word } = useI18n();
  const posts = useQuery(postsQuery);
  if (posts.isPending) return <Loading />;
  if (posts.isError) return <ProblemBanner error={posts.error} onRetry={() => void posts.refetch()} />;
  return (
    <ul className="grid items-start gap-4 lg:grid-cols-2">
      {posts.data.map((post) => (
        <li key={post.key} className="card px-5 py-4">
          <h2 className="flex flex-wrap items-center gap-2 text-std-18B-160">
            {text(post.name)} <Article of={post} />
          </h2>
          <p className="mt-1 flex flex-wrap gap-1.5">
            <Badge>{t(`people.scope.${post.scope}`)}</Badge>
            {!post.appointable && <Badge>{t("people.not_appointable")}</Badge>}
          </p>
          <ul className="mt-3 grid gap-x-4 gap-y-1 sm:grid-cols-2">
            {post.capabilities.map((capability) => (
              <li key={capability} className="flex items-start gap-1.5 text-dns-16N-130 leading-6">
                <Icon name="check" size={16} className="mt-1 text-success-2" />
                {word("capability", capability)}
              </li>
            ))}
          </ul>
          {post.capabilities.length === 0 && <p className="mt-2 text-solid-gray-700">{t("people.no_capability")}</p>}
        </li>
      ))}
    </ul>
  );
}
