"""The calls whose output is kept, by the golden file it is kept in. No argument holds a blank."""

from __future__ import annotations

LEDGER = "--ledger ledger/hq.db"
RETAIL = f"--where checklist=retail.green-smile {LEDGER}"
COUNTER = f"--where checklist=shop.counter {LEDGER}"
OWN = "--checklist points.toml --checklist counter-1.0.0.toml --checklist counter-1.1.0.toml"
SEALED = f"outbox/whole.cemaudit outbox/amended.cemaudit outbox/signed.cemaudit {OWN}"
BY = ("store", "region", "format", "brand", "owner", "pool", "channel", "mode", "medium", "moment")
VIEWS = ("visits", "scores", "items", "feelings", "league", "heatmap", "trend", "distribution")

FIXED: dict[str, list[str]] = {
    "score": [
        "score visits.json episode.jsonl --json",
        f"score {SEALED} --json",
        "score visits.json --json --scheme cem.performance@1",
    ],
    "explain": [
        "explain visits.json --id retail-01-01 --json --lang en",
        "explain visits.json --id retail-01-01 --json --lang ko",
        f"explain outbox/amended.cemaudit {OWN} --full --json --lang en",
    ],
    "whatif": [
        "whatif visits.json --id retail-01-01 --at 60 --json",
        f"whatif outbox/signed.cemaudit --band A --json {OWN}",
    ],
    "compare": [
        *(f"compare --json --by {by} {RETAIL}" for by in BY),
        *(f"compare --json --by {by} --scheme cem.performance@1 {COUNTER}" for by in ("stage", "element")),
        f"compare --json --by touchpoint {COUNTER}",
        f"compare --json --target 80 {COUNTER}",
        f"compare --csv --target 40 {RETAIL}",
    ],
    "compare-stores": [
        f"compare stores retail-01 retail-02 --json {RETAIL}",
        f"compare stores retail-03 retail-06 --json {COUNTER}",
    ],
    "trend": [f"trend --json --by region {RETAIL}", f"trend --json --by channel {RETAIL}", f"trend --json {COUNTER}"],
    "drivers": [f"drivers --json {RETAIL}", f"drivers --json --of channel {RETAIL}", f"drivers --json {COUNTER}"],
    "shoppers": [f"shoppers --json {RETAIL}", f"shoppers --csv {COUNTER}"],
    "items": [f"items --json {RETAIL}", f"items --json {COUNTER}"],
    "effect": [f"effect greet --json {RETAIL}", f"effect tidy --json {COUNTER}"],
    "plan-visits": [
        "plan-visits --difference 5 --json",
        f"plan-visits --difference 5 --against wave --json {LEDGER}",
        "plan-visits --difference 5 --against target --same-shoppers --json",
    ],
    "query": [
        *(f"query {view} --json {COUNTER}" for view in VIEWS),
        f"query league --json {RETAIL}",
        f"query league --csv {RETAIL}",
        f"query league --json --scheme cem.performance@1 {RETAIL}",
        f"query heatmap --by region --by channel --json {RETAIL}",
    ],
    "ledger": [
        f"ledger info --json {LEDGER}",
        f"ledger check {LEDGER} --lang en",
        f"stores list --json {LEDGER}",
        f"actions list --json {LEDGER}",
        f"history retail-01-02 --json {LEDGER}",
        f"history retail-04-03 --json {LEDGER}",
    ],
    "drafts": ["drafts --all --json", "show 4 --json", "show 6 --json"],
    "verify": ["verify outbox --json", "verify outbox/signed.cemaudit --key key.pub --json"],
    "lists": ["checklists --json", "plugins --json"],
    "imports": [
        f"import forms/form.csv --out - {OWN} --lang en",
        f"import forms/form.xlsx --out - {OWN} --lang en",
        f"import forms/form.pdf --out - {OWN} --lang en",
        "import forms/shops.csv --mapping forms/shops.toml --out - --lang en",
    ],
    "lint": [f"lint visits.json episode.jsonl outbox --json {OWN}", "lint points.toml counter-1.1.0.toml --json"],
}

WORDS: dict[str, list[str]] = {
    "score": ["score visits.json episode.jsonl", f"score {SEALED} --lang ko"],
    "explain": [
        "explain visits.json --id retail-01-01 --lang en",
        "explain visits.json --id retail-01-01 --lang ko",
        f"explain outbox/amended.cemaudit {OWN} --lang en",
    ],
    "whatif": [
        "whatif visits.json --id retail-01-01 --at 60 --lang en",
        f"whatif outbox/signed.cemaudit --band A --lang ko {OWN}",
    ],
    "compare": [
        f"compare --target 80 --lang en {COUNTER}",
        f"trend --lang en {COUNTER}",
        f"effect greet --lang ko {RETAIL}",
        f"shoppers --lang en {RETAIL}",
        f"items --lang ko {COUNTER}",
        f"drivers --lang en {RETAIL}",
    ],
    "imports": [
        f"import forms/form.csv --out - {OWN} --lang en",
        f"import forms/form.xlsx --out - {OWN} --lang ko",
        "import forms/shops.csv --mapping forms/shops.toml --out - --lang en",
    ],
    "lists": [
        "checklists --lang ko",
        f"stores list {LEDGER}",
        f"actions list {LEDGER}",
        f"history retail-01-02 {LEDGER}",
    ],
}

EXITS = [
    "--version",
    "scroe",
    "score",
    "score --nothing x",
    "--lang fr score x",
    "score missing.jsonl",
    "score stores.csv",
    "score visits.json --scheme nothing@1",
    "explain missing.jsonl",
    "explain visits.json",
    "explain visits.json --id nobody",
    "whatif visits.json --id retail-01-01 --at 100000",
    "import missing.csv --mapping missing.toml --out x.jsonl",
    "import stores.csv",
    "form retail.gren-smile --to csv --out x.csv",
    "form retail.green-smile --to doc --out x",
    "lint missing.toml",
    "lint stores.csv",
    "report missing.jsonl --out stores.csv",
    "verify outbox",
    "verify outbox --key key.pub",
    "verify stores.csv",
    "verify exports",
    "show 77",
    "resume 5",
    "seal 6 --sign s-12 --out nowhere --lang en",
    "amend stores.csv",
    "enter retail.green-smil --store s1",
    "enter retail.green-smile",
    "discard 77",
    "key show missing.pem",
    "ledger check --ledger missing.db",
    "ledger check",
    f"history nobody {LEDGER}",
    f"review nobody --as accepted {LEDGER}",
    f"stores import missing.csv {LEDGER}",
    f"purge --reason x {LEDGER}",
    f"compare {LEDGER}",
    f"compare --by nothing {RETAIL}",
    f"compare stores retail-01 nobody {RETAIL}",
    f"effect nothing {RETAIL}",
    f"query nothing {LEDGER}",
    f"query league --where stor=1 {LEDGER}",
    f"export --out x.doc {LEDGER}",
    f"export --out x.csv {LEDGER}",
    f"rescore --scheme nothing@1 {LEDGER}",
    "plan-visits",
    "plan-visits --difference 0",
    f"actions list {LEDGER}",
    f"stores list {LEDGER}",
    "checklists",
]
"""Calls whose exit codes are kept in one file, and their words in another."""
