/**
 * What an application does with the video platform, through openapi-fetch.
 *
 * @module
 */
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.d.ts";

type Schemas = components["schemas"];

export async function run(baseUrl: string, token: string) {
  const nobody = createClient<paths>({ baseUrl });
  const client = createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${token}` } });

  const register = (body: Schemas["RegisterUserBody"]) => nobody.POST("/v1/users", { body });
  const registered = await register({ email: "ana@example.org", passwordHash: "h".repeat(60) });
  const taken = await register({ email: "ana@example.org", passwordHash: "x".repeat(60) });
  const current = taken.error !== undefined && "current" in taken.error && taken.error.current;
  const malformed = await register({ email: "nowhere", passwordHash: "x".repeat(60) });

  const home: Schemas["PostalAddressInput"] = { street: "Elm Street", floor: "9007199254740993" };
  const profile = await client.PUT("/v1/users/me", {
    body: { name: "Ana", address: home, others: { work: { city: "Reykjavík" } } },
  });

  const startedAt = new Date();
  async function add(body: Schemas["AddVideoBody"], key?: string) {
    const header = key === undefined ? {} : { "Idempotency-Key": key };
    const { data, error, response } = await client.POST("/v1/videos", { params: { header }, body });
    if (error) throw new Error(error.detail);
    return { ...data, status: response.status, location: response.headers.get("location") };
  }
  const key = idempotencyKey();
  const film: Schemas["AddVideoBody"] = {
    title: "A film",
    category: "film",
    sizeBytes: "9007199254740993",
    rentalFee: "2.50",
    features: [1, 0, 0, 0],
  };
  const first = await add(film, key);
  const repeated = await add(film, key);
  const second = await add({
    title: "A like film",
    category: "film",
    sizeBytes: 1,
    features: [0.9, 0.1, 0, 0],
  });
  const third = await add({
    title: "Some music",
    category: "music",
    sizeBytes: 2,
    features: [0, 0, 1, 0],
  });
  const path = { video_id: first.video_id };
  const renamed = await client.PUT("/v1/videos/{video_id}/title", {
    params: { path },
    body: { title: "The film" },
  });
  for (const tag of ["classic", "slow"]) {
    await client.PUT("/v1/videos/{video_id}/tags/{tag}", { params: { path: { ...path, tag } } });
  }
  await client.POST("/v1/videos/{video_id}/tags", {
    params: { path },
    body: { tags: ["classic", "slow"] },
  });
  const video = await client.GET("/v1/videos/{video_id}", { params: { path } });
  const nothing = await client.GET("/v1/videos/{video_id}", {
    params: { path: { video_id: "00000000-0000-1000-8000-000000000000" } },
  });
  const tagged = await client.GET("/v1/tags/{tag}/videos", { params: { path: { tag: "slow" } } });

  for (const words of ["One", "Two", "Three"]) {
    await client.POST("/v1/videos/{video_id}/comments", { params: { path }, body: { words } });
  }
  async function* comments(limit: number): AsyncGenerator<Schemas["Comment"]> {
    let cursor: string | null = null;
    do {
      const query: { limit: number; cursor?: string } = cursor === null
        ? { limit }
        : { limit, cursor };
      const { data, error } = await client.GET("/v1/videos/{video_id}/comments", {
        params: { path, query },
      });
      if (error) throw new Error(error.detail);
      yield* data.items;
      cursor = data.next_cursor;
    } while (cursor !== null);
  }
  const words: (string | null)[] = [];
  for await (const comment of comments(2)) words.push(comment.words);
  const user_id = video.data?.user_id ?? "";
  const ofUser = await client.GET("/v1/users/{user_id}/comments", {
    params: { path: { user_id } },
  });

  for (const rating of ["4", 5]) {
    await client.POST("/v1/videos/{video_id}/ratings", { params: { path }, body: { rating } });
  }
  await client.PUT("/v1/videos/{video_id}/ratings/mine", { params: { path }, body: { rating: 5 } });
  const rating = await client.GET("/v1/videos/{video_id}/ratings", { params: { path } });

  const latest = await client.GET("/v1/latest", {
    params: {
      query: {
        since: new Date(startedAt.getTime() - 60_000).toISOString(),
        until: new Date(startedAt.getTime() + 3_600_000).toISOString(),
      },
    },
  });
  const ownVideos = await client.GET("/v1/users/{user_id}/videos", {
    params: { path: { user_id } },
  });
  const similar = await client.GET("/v1/videos/{video_id}/similar", {
    params: { path, query: { count: 2 } },
  });
  const user = await client.GET("/v1/users/{user_id}", { params: { path: { user_id } } });

  await client.PUT("/v1/users/me", { body: { name: "Ana B." } });
  const replaced = await client.GET("/v1/users/{user_id}", { params: { path: { user_id } } });

  return {
    registered: [registered.response.status, typeof registered.data?.user_id],
    taken: [taken.response.status, taken.error?.code, current],
    malformed: [malformed.response.status, malformed.error?.errors?.[0]?.pointer],
    profile: profile.response.status,
    address: user.data?.address,
    others: user.data?.others,
    replaced: [replaced.data?.name, replaced.data?.address, replaced.data?.others],
    added: [first.status, second.status, third.status],
    location: first.location === `/v1/videos/${first.video_id}`,
    repeated: [repeated.status, repeated.video_id === first.video_id],
    renamed: renamed.data?.applied,
    video: [
      video.data?.title,
      video.data?.category,
      video.data?.sizeBytes,
      video.data?.rentalFee,
      video.data?.tags,
      video.data?.features,
      video.data?.description,
    ],
    nothing: [nothing.response.status, nothing.error?.code],
    tagged: tagged.data?.items.map(({ video_id }) => video_id === first.video_id),
    words,
    ofUser: ofUser.data?.items.map(({ words }) => words),
    rating: [rating.data?.rating_count, rating.data?.rating_total],
    latest: latest.data?.items.map(({ title }) => title),
    ownVideos: ownVideos.data?.items.map(({ video_id }) =>
      [third, second, first].findIndex((each) => each.video_id === video_id)
    ),
    similar: similar.data?.items.map(({ title, similarity }) => [title, similarity > 0.9]),
  };
}

/** A UUID of version 7 (RFC 9562), which carries the time of the request. */
function idempotencyKey(): string {
  const time = Date.now().toString(16).padStart(12, "0");
  const random = crypto.randomUUID();
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(15)}`;
}
