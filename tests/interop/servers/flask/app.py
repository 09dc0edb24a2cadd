"""Server-sent events with Flask. To run it: flask --app app run"""

import base64
import gzip
import json
import os
import queue
import re
import threading
import time

from flask import Flask, Response, request

app = Flask(__name__, static_folder=os.environ["WWW"], static_url_path="")


def event(data, *, name=None, id=None, retry=None):
    """One event: each field on a separate line, and each line of its data too."""
    fields = {"event": name, "id": id, "retry": retry}
    lines = [f"{field}: {value}" for field, value in fields.items() if value is not None]
    # Not `splitlines`, which takes other characters for line ends too.
    lines += [f"data: {line}" for line in re.split("\r\n|\r|\n", str(data))]
    return "\n".join(lines) + "\n\n"


def event_stream(events):
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return Response(events, mimetype="text/event-stream", headers=headers)


@app.get("/ping")
def ping():
    def pings():
        while True:
            yield event(time.strftime("%H:%M:%S"), name="ping")
            time.sleep(1)

    return event_stream(pings())


PARAGRAPH = [
    "A server has something to say, and says it as it comes.",
    "What it says is text: a few lines for each event, and an empty one.",
    "The connection stays open, and the page shows each sentence at once.",
    "When all is said, the server says that too.",
]


@app.get("/events")
def events():
    def sentences():
        for sentence in PARAGRAPH:
            yield event(sentence)
            time.sleep(0.3)
        yield event("that was all", name="done")

    return event_stream(sentences())


@app.get("/count")
def count():
    """Counts to nine, with three numbers a connection: a client that reconnects gets the next ones."""
    last = request.headers.get("Last-Event-ID", 0, type=int)

    def numbers():
        for number in range(last + 1, min(last + 3, 9) + 1):
            yield event(f"{number}\nof 9", name="number", id=number, retry=100)
        if last >= 6:
            yield event("that was all", name="done")

    return event_stream(numbers())


class Game:
    """A game of noughts and crosses, with its watchers."""

    LINES = [(0, 1, 2), (3, 4, 5), (6, 7, 8), (0, 3, 6), (1, 4, 7), (2, 5, 8), (0, 4, 8), (2, 4, 6)]

    def __init__(self):
        self.lock = threading.Lock()
        self.watchers = set()
        self.start()

    def start(self):
        self.board, self.turn = [" "] * 9, "X"

    def position(self):
        return event(json.dumps({"board": "".join(self.board), "turn": self.turn}), name="position")

    def watch(self):
        """The position as one event, and then each change."""
        news = queue.SimpleQueue()
        with self.lock:
            news.put(self.position())
            self.watchers.add(news)
        try:
            while True:
                try:
                    yield news.get(timeout=15)
                except queue.Empty:
                    yield ": nothing new\n\n"  # keeps proxies from closing the connection, and shows if the client has gone
        finally:
            with self.lock:
                self.watchers.remove(news)

    def play(self, player, square):
        with self.lock:
            if player != self.turn or square not in range(9) or self.board[square] != " ":
                return False
            self.board[square] = player
            self.turn = "O" if player == "X" else "X"
            self.tell(self.position())
            won = any(all(self.board[at] == player for at in line) for line in self.LINES)
            if won or " " not in self.board:
                self.tell(event(json.dumps({"winner": player if won else None}), name="over"))
                self.start()
            return True

    def tell(self, event):
        for watcher in self.watchers:
            watcher.put(event)


game = Game()


@app.get("/stream")
def stream():
    return event_stream(game.watch())


@app.post("/game")
def move():
    match request.get_json():
        case {"player": player, "square": int(square)} if game.play(player, square):
            return "", 204
    return "not your turn, or not a free square\n", 409


@app.get("/binary")
def binary():
    """Sends binary data as base64, compressed with gzip where that pays."""
    picture = bytes(range(256))
    report = json.dumps({"lines": ["all is well"] * 1000}).encode()
    return event_stream(
        [
            event(base64.b64encode(picture).decode(), name="picture"),
            event(base64.b64encode(gzip.compress(report)).decode(), name="report"),
        ]
    )
