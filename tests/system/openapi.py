#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""openapi.py - what docs/openapi.yaml says, for shell tests.

check FAULT..         every example is what its schema says, and the faults are all that there are
question NAME         the question of that name, as JSON
answer                the signed answer that stands there as an example
keys                  the key set that stands there as an example
says SCHEMA           standard input is what that schema says
"""
import base64
import json
import sys

import jsonschema
import yaml

page = yaml.safe_load(open("docs/openapi.yaml", encoding="utf-8"))
ask = page["paths"]["/v2/sim-sale-verifications"]["post"]
answers = ask["responses"]["200"]["content"]["application/sim-sale-verification+jwt"]
questions = ask["requestBody"]["content"]["application/json"]["examples"]
keys = page["paths"]["/.well-known/jwks.json"]["get"]["responses"]["200"]["content"]


def validate(value, schema):
    """The whole page is the schema's document, so that its references are found."""
    jsonschema.Draft202012Validator({**page, **schema}).validate(value)


def validate_examples(node, where):
    """Media types, parameters and headers have `example` or `examples` beside `schema`."""
    count = 0
    if isinstance(node, dict):
        shown = [node["example"]] if "example" in node else []
        if isinstance(node.get("examples"), dict):
            shown += [example["value"] for example in node["examples"].values()]
        if isinstance(node.get("examples"), list):
            shown += node["examples"]
        for value in shown:
            try:
                validate(value, node.get("schema", node))
            except jsonschema.ValidationError as error:
                sys.exit(f"{where}: {error.message}")
        count += len(shown)
        for name, child in node.items():
            if " " in str(name):  # the comma of a text that ought to stand in quotes
                sys.exit(f"{where}: \"{name}\" is no member")
            if name not in ("example", "examples"):
                count += validate_examples(child, f"{where}/{name}")
    elif isinstance(node, list):
        for i, child in enumerate(node):
            count += validate_examples(child, f"{where}/{i}")
    return count


def decoded(part):
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def check(faults):
    header, claims, _ = answers["examples"]["token+document"]["value"].split(".")
    schemas = page["components"]["schemas"]
    if validate_examples(page, "") < 40:
        sys.exit("there are fewer examples than there were")
    if decoded(header) != schemas["AnswerHeader"]["examples"][0]:
        sys.exit("the example of a header is not the answer's")
    if decoded(claims) != schemas["AnswerClaims"]["examples"][0]:
        sys.exit("the first example of claims is not the answer's")
    shown = {example["sim_sale"]["reason"] for example in schemas["AnswerClaims"]["examples"]}
    if shown != set(schemas["Reason"]["enum"]):
        sys.exit("not every reason has its example")
    if faults != schemas["Fault"]["enum"]:
        sys.exit("the faults are not those of migrantid-sandbox --help")


match sys.argv[1:]:
    case ["check", *faults]:
        check(faults)
    case ["question", name]:
        print(json.dumps(questions[name]["value"]))
    case ["answer"]:
        print(answers["examples"]["token+document"]["value"])
    case ["keys"]:
        print(json.dumps(keys["application/jwk-set+json"]["example"]))
    case ["says", name]:
        try:
            validate(json.load(sys.stdin), {"$ref": f"#/components/schemas/{name}"})
        except jsonschema.ValidationError as error:
            sys.exit(error.message)
    case _:
        sys.exit(__doc__)
