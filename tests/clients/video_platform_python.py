"""What an application does with the video platform, through the package that openapi-python-client makes."""

import json
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import UUID, uuid4

from api_client import AuthenticatedClient, Client
from api_client.api.uploads import (
    add_comment,
    add_video,
    count_rating,
    rate_video,
    rename_video,
    show_tags,
    tag_video,
)
from api_client.api.users import get_profile, list_user_videos, put_profile, register_user
from api_client.api.videos import (
    get_rating,
    get_video,
    list_comments,
    list_latest_videos,
    list_similar_videos,
    list_user_comments,
    list_videos_by_tag,
)
from api_client.models import (
    AddCommentBody,
    AddVideoBody,
    AddVideoBodyCategory,
    AddVideoWritten,
    Applied,
    Comment,
    CommentPage,
    CountRatingBody,
    LatestVideoPage,
    PostalAddress,
    PostalAddressInput,
    Problem,
    PutProfileBody,
    PutProfileBodyOthersType0,
    RateVideoBody,
    RegisterUserBody,
    RegisterUserConflict,
    RegisterUserCurrent,
    RegisterUserWritten,
    RenameVideoBody,
    ShowTagsBody,
    SimilarVideos,
    User,
    UserVideoPage,
    Video,
    VideoByTagPage,
    VideoRating,
)
from api_client.types import UNSET, Unset


def idempotency_key() -> str:
    """A UUID of version 7 (RFC 9562), which carries the time of the request."""
    milliseconds = int(time.time() * 1000).to_bytes(6, "big").hex()
    return str(UUID(milliseconds + "7" + uuid4().hex[13:]))


def comments(client: AuthenticatedClient, video_id: UUID, limit: int) -> Iterator[Comment]:
    cursor: str | Unset | None = UNSET
    while cursor is not None:
        page = list_comments.sync(video_id, client=client, limit=limit, cursor=cursor)
        assert isinstance(page, CommentPage)
        yield from page.items
        cursor = page.next_cursor


def run(base_url: str, token: str) -> dict[str, Any]:
    nobody = Client(base_url=base_url, raise_on_unexpected_status=True)
    client = AuthenticatedClient(base_url=base_url, token=token, raise_on_unexpected_status=True)

    registered = register_user.sync_detailed(
        client=nobody, body=RegisterUserBody(email="ana@example.org", password_hash="h" * 60)
    )
    assert isinstance(registered.parsed, RegisterUserWritten)
    taken = register_user.sync_detailed(
        client=nobody, body=RegisterUserBody(email="ana@example.org", password_hash="x" * 60)
    )
    assert isinstance(taken.parsed, RegisterUserConflict)
    assert isinstance(taken.parsed.current, RegisterUserCurrent)
    malformed = register_user.sync(
        client=nobody, body=RegisterUserBody(email="nowhere", password_hash="x" * 60)
    )
    assert isinstance(malformed, Problem) and malformed.errors

    others = PutProfileBodyOthersType0()
    others["work"] = PostalAddressInput(city="Reykjavík")
    profile = put_profile.sync_detailed(
        client=client,
        body=PutProfileBody(
            name="Ana",
            address=PostalAddressInput(street="Elm Street", floor="9007199254740993"),
            others=others,
        ),
    )

    started_at = datetime.now(timezone.utc).replace(microsecond=0)

    def add(body: AddVideoBody, key: str | Unset = UNSET) -> tuple[int, UUID, str]:
        added = add_video.sync_detailed(client=client, body=body, idempotency_key=key)
        assert isinstance(added.parsed, AddVideoWritten)
        return added.status_code.value, added.parsed.video_id, added.headers["location"]

    key = idempotency_key()
    film = AddVideoBody(
        title="A film",
        category=AddVideoBodyCategory.FILM,
        size_bytes="9007199254740993",
        rental_fee="2.50",
        features=[1, 0, 0, 0],
    )
    first_status, first, location = add(film, key)
    repeated_status, repeated, _ = add(film, key)
    second_status, second, _ = add(
        AddVideoBody(
            title="A like film",
            category=AddVideoBodyCategory.FILM,
            size_bytes=1,
            features=[0.9, 0.1, 0, 0],
        )
    )
    third_status, third, _ = add(
        AddVideoBody(
            title="Some music",
            category=AddVideoBodyCategory.MUSIC,
            size_bytes=2,
            features=[0, 0, 1, 0],
        )
    )
    renamed = rename_video.sync(first, client=client, body=RenameVideoBody(title="The film"))
    assert isinstance(renamed, Applied)
    for tag in ["classic", "slow"]:
        tag_video.sync_detailed(first, tag, client=client)
    show_tags.sync_detailed(first, client=client, body=ShowTagsBody(tags=["classic", "slow"]))
    video = get_video.sync(first, client=client)
    assert isinstance(video, Video) and video.user_id is not None
    nothing = get_video.sync_detailed(UUID("00000000-0000-1000-8000-000000000000"), client=client)
    assert isinstance(nothing.parsed, Problem)
    tagged = list_videos_by_tag.sync("slow", client=client)
    assert isinstance(tagged, VideoByTagPage)

    for words in ["One", "Two", "Three"]:
        add_comment.sync_detailed(first, client=client, body=AddCommentBody(words=words))
    of_user = list_user_comments.sync(video.user_id, client=client)
    assert isinstance(of_user, CommentPage)

    ratings: list[int | str] = ["4", 5]
    for each in ratings:
        count_rating.sync_detailed(first, client=client, body=CountRatingBody(rating=each))
    rate_video.sync_detailed(first, client=client, body=RateVideoBody(rating=5))
    rating = get_rating.sync(first, client=client)
    assert isinstance(rating, VideoRating)

    latest = list_latest_videos.sync(
        client=client,
        since=started_at - timedelta(minutes=1),
        until=started_at + timedelta(hours=1),
    )
    assert isinstance(latest, LatestVideoPage)
    own_videos = list_user_videos.sync(video.user_id, client=client)
    assert isinstance(own_videos, UserVideoPage)
    similar = list_similar_videos.sync(first, client=client, count=2)
    assert isinstance(similar, SimilarVideos), similar
    user = get_profile.sync(video.user_id, client=client)
    assert isinstance(user, User)
    assert isinstance(user.address, PostalAddress) and user.others is not None

    put_profile.sync_detailed(client=client, body=PutProfileBody(name="Ana B."))
    replaced = get_profile.sync(video.user_id, client=client)
    assert isinstance(replaced, User)

    return {
        "registered": [
            registered.status_code.value,
            "string" if isinstance(registered.parsed.user_id, UUID) else "",
        ],
        "taken": [
            taken.status_code.value,
            taken.parsed.code,
            taken.parsed.current.to_dict(),
        ],
        "malformed": [malformed.status, malformed.errors[0].pointer],
        "profile": profile.status_code.value,
        "address": user.address.to_dict(),
        "others": user.others.to_dict(),
        "replaced": [replaced.name, replaced.address, replaced.others],
        "added": [first_status, second_status, third_status],
        "location": location == f"/v1/videos/{first}",
        "repeated": [repeated_status, repeated == first],
        "renamed": renamed.applied,
        "video": [
            video.title,
            video.category,
            video.size_bytes,
            video.rental_fee,
            video.tags,
            video.features,
            video.description,
        ],
        "nothing": [nothing.status_code.value, nothing.parsed.code],
        "tagged": [each.video_id == first for each in tagged.items],
        "words": [comment.words for comment in comments(client, first, 2)],
        "ofUser": [comment.words for comment in of_user.items],
        "rating": [rating.rating_count, rating.rating_total],
        "latest": [each.title for each in latest.items],
        "ownVideos": [[third, second, first].index(each.video_id) for each in own_videos.items],
        "similar": [[each.title, each.similarity > 0.9] for each in similar.items],
    }


if __name__ == "__main__":
    print(json.dumps(run(sys.argv[1], sys.argv[2])))
