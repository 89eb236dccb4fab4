"""Bearer tokens of the FastAPI peer: PyJWT verifies each once, and it is remembered until it expires."""

import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass

import jwt
from fastapi import HTTPException, Request

MAX_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Caller:
    subject: str
    tenant: str
    scopes: frozenset[str]
    expires_at: float


class TokenVerifier:
    def __init__(self) -> None:
        with open(os.environ["JWT_JWKS_FILE"]) as file:
            self._keys = jwt.PyJWKSet.from_dict(json.load(file))
        self._remembered: dict[str, Caller] = {}

    def verify(self, token: str) -> Caller:
        caller = self._remembered.get(token)
        if caller is not None and caller.expires_at > time.time():
            return caller
        key = self._keys[jwt.get_unverified_header(token)["kid"]]
        claims = jwt.decode(
            token,
            key,
            algorithms=["RS256"],
            issuer=os.environ["OIDC_ISSUER"],
            audience=os.environ["OIDC_AUDIENCE"],
            options={"require": ["exp", "sub"]},
        )
        caller = Caller(
            subject=claims["sub"],
            tenant=claims["tenant"],
            scopes=frozenset(claims["scope"].split(" ")),
            expires_at=claims["exp"],
        )
        if len(self._remembered) >= MAX_REMEMBERED:
            self._remembered.clear()
        self._remembered[token] = caller
        return caller


def requires(scope: str) -> Callable[[Request], Caller]:
    """A dependency that lets a scope through."""

    async def authorise(request: Request) -> Caller:
        authorization = request.headers.get("authorization", "")
        if not authorization.startswith("Bearer "):
            raise HTTPException(401)
        try:
            caller = request.app.state.verifier.verify(authorization.removeprefix("Bearer "))
        except (jwt.InvalidTokenError, KeyError):
            raise HTTPException(401) from None
        request.scope["caller"] = caller
        if scope not in caller.scopes:
            raise HTTPException(403)
        return caller

    return authorise
