import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { rowNameOf } from "./row_name.ts";

describe("rowNameOf()", () => {
  const names: [table: string, row: string][] = [
    ["videos", "Video"],
    ["video", "Video"],
    ["latest_videos", "LatestVideo"],
    ["videos_by_tag", "VideoByTag"],
    ["videos_by_tags_and_days", "VideoByTagsAndDays"],
    ["by_day", "ByDay"],
    ["standby_servers", "StandbyServer"],
    ["user_credentials", "UserCredential"],
    ["categories", "Category"],
    ["keys", "Key"],
    ["movies", "Movie"],
    ["addresses", "Address"],
    ["branches", "Branch"],
    ["boxes", "Box"],
    ["databases", "Database"],
    ["houses", "House"],
    ["caches", "Cache"],
    ["address", "Address"],
    ["status", "Status"],
    ["analysis", "Analysis"],
    ["time_series", "TimeSeries"],
    ["s", "S"],
    ["stationVisits", "StationVisit"],
    ["Odd Table-s", "OddTable"],
    ["2_things", "Thing"],
    ["日本", ""],
    // What would be taken for the page, the body or the like of another row.
    ["site_pages", "SitePageRow"],
    ["message_bodies", "MessageBodyRow"],
    ["rows", "Row"],
    ["pages", "Page"],
    ["homepage", "Homepage"],
  ];
  for (const [table, row] of names) {
    it(`calls a row of "${table}" "${row}"`, () => expect(rowNameOf(table)).toBe(row));
  }
});
