"""The application of the end-to-end tests on FastAPI."""

import dataclasses
import json
import os
import sys
from pathlib import Path
from typing import Annotated, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "python" / "src"))

import uvicorn
from fastapi import Depends, FastAPI, Request

from usher_sdk import FileStore
from usher_sdk.fastapi import Auth, Usher, UsherMiddleware

env = os.environ
sync: Any = {
    "transport": env["TRANSPORT"],
    "poll_interval": float(env["POLL_INTERVAL"]),
    "max_staleness": float(env["MAX_STALENESS"]),
    "on_stale": env["ON_STALE"],
}
usher = Usher(
    issuer=env["ISSUER"],
    client_id=env["CLIENT_ID"],
    client_secret=env["CLIENT_SECRET"],
    audience=env["AUDIENCE"],
    project=env["PROJECT"],
    storage=FileStore(env["STORE"]),
    sync=sync,
)
# The lifespan would wait for a module that has no Usher: here it starts beside the application.
usher.start(0)
api = FastAPI()
api.add_middleware(UsherMiddleware, usher=usher)
Somebody = Annotated[Auth, Depends(usher.require_auth())]


def load(id: str) -> dict[str, Any] | None:
    return None if id == "missing" else {"owner_id": id, "total": 5}


@api.get("/health")
async def health() -> Any:
    return {"ok": True}


@api.get("/sessions")
async def sessions() -> Any:
    return [dataclasses.asdict(session) for session in usher.sessions()]


@api.get("/me")
async def me(auth: Somebody) -> Any:
    user = auth.user
    return {"sub": user.id, "roles": user.roles, "scope": auth.scope, "client_id": auth.client_id, "sid": auth.sid}


@api.get("/fresh")
async def fresh(auth: Somebody) -> Any:
    return {"ok": True}


@api.get("/orders")
async def orders(auth: Somebody) -> Any:
    return {"filter": repr(auth.filter("Order:read"))}


@api.get("/orders/{id}", dependencies=[Depends(usher.require_permission("Order:read", load=load))])
async def order(id: str) -> Any:
    return load(id)


@api.get("/unchecked/{id}")
async def unchecked(id: str, request: Request) -> Any:
    return {"secret": True}


async def app(scope: Any, receive: Any, send: Any) -> None:
    """``/state`` stands before the middleware, and answers while the module is not ready."""
    if scope["type"] != "http" or scope["path"] != "/state":
        await api(scope, receive, send)
        return
    status = usher.status()
    told = {**dataclasses.asdict(status), "revision": status.policy_revision}
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(told).encode()})


uvicorn.run(app, host="127.0.0.1", port=int(env["PORT"]), log_level="warning", timeout_graceful_shutdown=1)
usher.close()
