#!/usr/bin/env python3
"""Prints serialized-nodes.golden.txt: the nodes of serialized-nodes.cases.json, one per line, as Lighthouse 1.0.0
serialises them.

    python3 serialized-nodes.golden.py > serialized-nodes.golden.txt
"""
import json
import pathlib

cases = json.loads(pathlib.Path(__file__).with_name("serialized-nodes.cases.json").read_text())
for node in cases:
    peer = node["peer"]
    print(json.dumps({
        "host": node["host"],
        "ip": node["ip"],
        "port": node["port"],
        "peer": None if peer is None else json.dumps(peer, sort_keys=True),
        "metadata": json.dumps(node["metadata"], sort_keys=True),
    }, sort_keys=True))
