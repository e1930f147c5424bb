#!/usr/bin/env python3
"""Says when each recording is moved, due and destroyed, from the policy files alone (standard library only, no code of ours but the
calendar of civil_oracle.py). Rust asks it in crates/keeping-model/tests/on_postgres/two_years.rs.

stdin, JSON: {"policies": [path, ...], "runs": [instant, ...], "recordings": [{"id", "tenant", "kind", "started_at", "octets",
"holds": [[placed_at, released_at or null], ...], "erasure_at": instant or null}, ...], "limit": how many a tenant's sweep may commit a
day, "capacity_octets": {tenant: octets or absent, then the policy's}}. Instants are seconds since 1970 (UTC).
A run is one pass of all jobs: what is over becomes due, what is due and free is destroyed, what is to move is moved.

stdout, JSON: {id: {"moved": run or null, "due": run or null, "destroyed": run or null, "reason", "article", "log_ends"}}.
log_ends is when the log of its call is over, or null.
"""

import datetime as dt
import json
import pathlib
import sys
import tomllib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "crates/policy/tests"))
from civil_oracle import JST, ONE_DAY, last_day  # noqa: E402

DAY = 24 * 3600


def in_japan(seconds):
    return dt.datetime.fromtimestamp(seconds, JST)


def ends(started_at, period):
    """The first instant after a period: midnight in Japan after its last day."""
    ((unit, count),) = period.items()
    after = last_day(in_japan(started_at), unit, count) + ONE_DAY
    return int(dt.datetime.combine(after, dt.time(0, 0), JST).timestamp())


class Rule:
    def __init__(self, table):
        self.article = table["article"]
        self.minimum = table.get("minimum")
        self.maximum = table.get("maximum")
        tiers = table.get("tiers", [])
        self.first_tier = tiers[0]["keep"] if len(tiers) == 2 else None
        self.capacity = table.get("capacity")

    def threshold(self, octets):
        total = octets if octets is not None else self.capacity["gibibytes"] * 2**30
        return total * self.capacity["gives_way_at_percent"] // 100


class Recording:
    def __init__(self, asked, rule, log):
        self.id = asked["id"]
        self.started_at = asked["started_at"]
        self.octets = asked["octets"]
        self.holds = [(placed, released if released is not None else float("inf")) for placed, released in asked["holds"]]
        self.erasure_at = asked.get("erasure_at")
        self.rule = rule
        self.least = ends(self.started_at, rule.minimum) if rule.minimum else None
        self.most = ends(self.started_at, rule.maximum) if rule.maximum and not rule.capacity else None
        self.moves = ends(self.started_at, rule.first_tier) if rule.first_tier else None
        periods = [period for period in (log.minimum, log.maximum) if log.maximum and period]
        self.says = {"moved": None, "due": None, "destroyed": None, "reason": None, "article": None}
        self.says["log_ends"] = max((ends(self.started_at, period) for period in periods), default=None)

    def held(self, now):
        return any(placed <= now < released for placed, released in self.holds)

    def in_grace(self, now):
        """A day after the release that left none, if none was placed since."""
        releases = [released for _, released in self.holds if released <= now]
        return bool(releases) and not self.held(now) and now < max(releases) + DAY

    def past_minimum(self, now):
        return self.least is None or self.least <= now

    def falls_due(self, now, run, reason, article):
        self.says.update(due=run, reason=reason, article=article)


def one_run(run, live, limit, capacity_octets):
    for one in live:
        if one.says["due"] is None and not one.held(run):
            if one.erasure_at is not None and one.erasure_at <= run:
                one.falls_due(run, run, "erasure", None)
            elif one.most is not None and one.most <= run and one.past_minimum(run):
                one.falls_due(run, run, "expired", one.rule.article)
    full = [one for one in live if one.rule.capacity and one.says["due"] is None]
    if full:
        over = sum(one.octets for one in full) - full[0].rule.threshold(capacity_octets)
        for one in sorted(full, key=lambda one: (one.started_at, one.id)):
            if over <= 0:
                break
            if not one.held(run) and not one.in_grace(run) and one.past_minimum(run):
                one.falls_due(run, run, "capacity", one.rule.capacity["article"])
                over -= one.octets
    ready = [one for one in live if one.says["due"] is not None and not one.held(run) and not one.in_grace(run)]
    if len(ready) > limit:
        raise SystemExit(f"more than {limit} in one run: the runaway guard would stop it")
    for one in ready:
        one.says["destroyed"] = run
    for one in live:
        moves = one.moves is not None and one.moves <= run and one.says["moved"] is None
        if moves and one.says["due"] is None and not one.held(run) and not one.in_grace(run):
            one.says["moved"] = run


def main():
    asked = json.load(sys.stdin)
    rules = {}
    for path in asked["policies"]:
        policy = tomllib.loads(pathlib.Path(path).read_text(encoding="utf-8"))
        for table in policy["retention"]:
            rules[policy["tenant"], table["kind"]] = Rule(table)
    by_tenant = {}
    for one in asked["recordings"]:
        by_tenant.setdefault(one["tenant"], []).append(Recording(one, rules[one["tenant"], one["kind"]], rules[one["tenant"], "call_log"]))
    answers = {}
    for tenant, recordings in by_tenant.items():
        coming = sorted(recordings, key=lambda one: one.started_at, reverse=True)
        live = []
        for run in asked["runs"]:
            while coming and coming[-1].started_at <= run:
                live.append(coming.pop())
            one_run(run, live, asked["limit"], asked.get("capacity_octets", {}).get(tenant))
            live = [one for one in live if one.says["destroyed"] is None]
        answers.update((one.id, one.says) for one in recordings)
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
