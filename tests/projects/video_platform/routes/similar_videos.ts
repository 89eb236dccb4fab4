/**
 * `GET /v1/videos/{video_id}/similar`: a query reads the vector that another query searches with.
 *
 * @module
 */
import { codecFor, defineRoute, ServiceError, z } from "cqlgate";

const similarVideos = z.object({
  items: z.array(
    z.object({
      video_id: codecFor({ kind: "timeuuid" }).output,
      title: z.string(),
      similarity: z.number(),
    }).openapi("SimilarVideo"),
  ),
}).openapi("SimilarVideos");

export default defineRoute({
  method: "get",
  path: "/v1/videos/{video_id}/similar",
  operationId: "list_similar_videos",
  tags: ["videos"],
  summary: "The videos that are most like this one, the most similar first.",
  access: { kind: "scopes", anyOf: [["videos:read"]] },
  queries: ["features_of_video", "nearest_videos"],
  request: {
    params: z.object({ video_id: z.uuid() }),
    query: z.strictObject({ count: z.coerce.number().int().min(1).max(49).default(10) }),
  },
  responses: {
    200: {
      description: "The videos",
      content: { "application/json": { schema: similarVideos } },
    },
  },
}, async (context, queries) => {
  const { video_id } = context.req.valid("param");
  const { count } = context.req.valid("query");
  const video = await queries.oneOrNull("features_of_video", { video_id });
  if (video === null || video.features === null) {
    throw new ServiceError(
      "not_found",
      "There is no such video, or nothing is known of its picture",
    );
  }
  const nearest = await queries.many("nearest_videos", {
    features: video.features,
    // The video itself is the most similar.
    count: count + 1,
  });
  const others = nearest.filter((each) => each.video_id !== video_id).slice(0, count);
  return context.json(similarVideos.parse({ items: others }), 200);
});
