"""Reads events with sseclient, which reconnects without being asked, and prints each as JSON."""

import json
import sys

from sseclient import SSEClient

url, count = sys.argv[1], int(sys.argv[2])
for event in SSEClient(url, retry=100):
    if event.data:  # sseclient also yields blocks that have only comments
        print(json.dumps([event.event, event.data, event.id]), flush=True)
        count -= 1
    if count == 0:
        break
