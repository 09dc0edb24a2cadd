"""Reads events with sseclient-py, which leaves reconnecting to this program, and prints each as JSON."""

import json
import sys

import requests
from sseclient import SSEClient

url, count = sys.argv[1], int(sys.argv[2])
headers = {"Accept": "text/event-stream"}
while count > 0:
    response = requests.get(url, headers=headers, stream=True)
    for event in SSEClient(response).events():
        print(json.dumps([event.event, event.data, event.id]), flush=True)
        count -= 1
        if event.id is not None:
            headers["Last-Event-ID"] = event.id
