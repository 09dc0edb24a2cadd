"""Server-sent events with FastAPI and sse-starlette. To run it: uvicorn app:app"""

import asyncio
import itertools
import json
import os
import secrets
from typing import Annotated

from fastapi import Body, Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from fastapi.staticfiles import StaticFiles
from sse_starlette import EventSourceResponse, ServerSentEvent

app = FastAPI()

PARAGRAPH = [
    "A server has something to say, and says it as it comes.",
    "What it says is text: a few lines for each event, and an empty one.",
    "The connection stays open, and the page shows each sentence at once.",
    "When all is said, the server says that too.",
]


@app.get("/events")
async def events():
    async def sentences():
        for sentence in PARAGRAPH:
            yield ServerSentEvent(sentence)
            await asyncio.sleep(0.3)
        yield ServerSentEvent("that was all", event="done")

    return EventSourceResponse(sentences())


streams = set()


@app.get("/news")
async def news():
    """Sends news seldom. Comments, one a second, show that the connection is alive."""

    async def seldom():
        stream = object()
        streams.add(stream)
        try:
            for number in itertools.count(1):
                yield ServerSentEvent(json.dumps({"number": number}), event="news", id=str(number))
                await asyncio.sleep(4)
        finally:
            streams.remove(stream)  # the client has gone

    return EventSourceResponse(seldom(), ping=1)


@app.get("/streams")
async def open_streams() -> int:
    return len(streams)


tokens = set()
bearer = HTTPBearer()


@app.post("/token")
async def token() -> str:
    token = secrets.token_hex()
    tokens.add(token)
    return token


def use_once(given: Annotated[HTTPAuthorizationCredentials, Depends(bearer)]):
    if given.credentials not in tokens:
        raise HTTPException(401, "this token has expired")
    tokens.remove(given.credentials)


@app.post("/completions", dependencies=[Depends(use_once)])
async def completions(prompt: Annotated[str, Body(embed=True)]):
    async def words():
        for word in prompt.split():
            yield ServerSentEvent(json.dumps({"token": word.upper()}))
            await asyncio.sleep(0.05)
        yield ServerSentEvent("[DONE]")

    return EventSourceResponse(words())


app.mount("/", StaticFiles(directory=os.environ["WWW"]))
