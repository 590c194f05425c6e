"""Both evaluators behind one call: the server's, and the browser's in Node."""

import json
import subprocess
from decimal import Decimal
from pathlib import Path

from core.forms.decimals import number, plain
from core.forms.expressions import BadExpression, Scope, evaluate

HERE = Path(__file__).parent


def decode(raw):
    """A value of the case file; `{"number": "1.50"}` is a decimal."""
    if isinstance(raw, list):
        return [decode(item) for item in raw]
    return number(raw["number"]) if isinstance(raw, dict) else raw


def encode(value):
    """A result as the case file writes it."""
    if isinstance(value, list):
        return [encode(item) for item in value]
    return {"number": plain(value)} if isinstance(value, Decimal) else value


def on_server(question):
    """The answer of the Python evaluator: `{"want": value}` or `{"error": True}`."""
    facts = {id: decode(raw) for id, raw in question["facts"].items()}
    scope = Scope(facts=facts, me=question["me"], qr=question["qr"], now=question["now"])
    try:
        return {"want": encode(evaluate(question["expr"], scope))}
    except BadExpression:
        return {"error": True}


def in_browser(questions, script="expressions_in_node.mjs"):
    """The answers of the browser's code, from one Node process."""
    lines = "".join(json.dumps(question) + "\n" for question in questions)
    done = subprocess.run(
        ["node", str(HERE / script)], input=lines, capture_output=True, text=True, check=True, timeout=60
    )
    lines = done.stdout.split("\n")  # only that ends a line: texts may hold U+2028
    return [json.loads(line) for line in lines if line]
