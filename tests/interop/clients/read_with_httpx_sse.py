"""Reads events with httpx-sse, which leaves reconnecting to this program, and prints each as JSON."""

import json
import sys

import httpx
from httpx_sse import connect_sse

url, count = sys.argv[1], int(sys.argv[2])
headers = {}
with httpx.Client(timeout=None) as client:
    while count > 0:
        with connect_sse(client, "GET", url, headers=headers) as source:
            for event in source.iter_sse():
                print(json.dumps([event.event, event.data, event.id or None]), flush=True)
                count -= 1
                if event.id:
                    headers["Last-Event-ID"] = event.id
