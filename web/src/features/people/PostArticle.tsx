/** The article a post rests on. */
import { useQuery } from "@tanstack/react-query";
import { postsQuery } from "../../api/lookups";
import { Article } from "../../components/Article/Article";

export function PostArticle({ postKey }: { postKey: string }) {
  const posts = useQuery(postsQuery);
  const post = posts.data?.find((candidate) => candidate.key === postKey);
  return post === undefined ? null : <Article of={post} />;
}
