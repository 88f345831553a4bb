"""A service that looks after plants, by the access rules of the sample project of `usher dev`."""

import os
from typing import Annotated, Any

import uvicorn
from fastapi import Depends, FastAPI

from usher_sdk.fastapi import Auth, Usher, UsherMiddleware

PLANTS: dict[str, dict[str, Any]] = {
    "fern": {"id": "fern", "owner_id": "somebody", "greenhouse": "north", "poisonous": False, "watered": 0},
    "foxglove": {"id": "foxglove", "owner_id": "somebody", "greenhouse": "north", "poisonous": True, "watered": 0},
}


async def greenhouses(auth: Auth) -> dict[str, list[str]]:
    """What the rules ask of a user beside id and roles; an application reads it from its database."""
    return {"greenhouses": ["north"]}


def find_plant(id: str) -> dict[str, Any] | None:
    """The plant of the address; none is answered 404."""
    return PLANTS.get(id)


usher = Usher(
    issuer=os.environ["ISSUER"],
    client_id=os.environ["CLIENT_ID"],
    client_secret=os.environ["CLIENT_SECRET"],
    audience=os.environ["AUDIENCE"],
    project=os.environ["PROJECT"],
    user_attributes=greenhouses,
)
app = FastAPI(lifespan=usher.lifespan)
# What no route rule of the project allows reaches no function below.
app.add_middleware(UsherMiddleware, usher=usher)

Plant = Annotated[dict[str, Any], Depends(find_plant)]
Somebody = Annotated[Auth, Depends(usher.require_auth())]


@app.get("/health")
async def health() -> Any:
    """How the module is."""
    return usher.status()


@app.get("/me")
async def me(auth: Somebody) -> Any:
    """Who asks."""
    return auth.user


@app.get("/plants")
async def plants(auth: Somebody) -> Any:
    """The plants that the caller may read; with a database: usher_sdk.sqlalchemy.where(readable, Plant)."""
    readable = auth.filter("Plant:read")
    return [plant for plant in PLANTS.values() if readable.matches(plant)]


@app.get("/plants/{id}", dependencies=[Depends(usher.require_permission("Plant:read", load=find_plant))])
async def plant(plant: Plant) -> Any:
    """One plant."""
    return plant


@app.post("/plants/{id}/water", dependencies=[Depends(usher.require_permission("Plant:water", load=find_plant))])
async def water(plant: Plant) -> Any:
    """Water a plant: a harmless one of one's greenhouses, or one's own."""
    plant["watered"] += 1
    return plant


if __name__ == "__main__":
    uvicorn.run(app, host="localhost", port=int(os.environ.get("PORT", "8091")))
