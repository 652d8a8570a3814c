"""The models of timeline and graph on one run, and what they show that the engine does not say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from studio.model.graph import GraphModel
from studio.model.run import RunModel
from studio.model.timeline import TimelineModel
from tests.trials.obvious import FAULTED, Obvious

COLUMNS = 40


class ShownPictures:
    """The models, which stay the same from run to run as in a window."""

    def __init__(self, run: RunModel) -> None:
        self.run = run
        self.timeline = TimelineModel(run)
        self.graph = GraphModel(run)

    def compared_with(self, truth: Obvious, moment: int) -> list[str]:
        """What is wrong, in words."""
        while not self.graph.catch_up(0.05):
            pass
        while not self.timeline.catch_up():
            pass
        parts = (self._cast, self._lanes, self._details, self._graph_nodes, self._graph_edges)
        return [what for part in parts for what in part(truth, moment)]

    # --- cast and timeline ----------------------------------------------------------------------------

    def _cast(self, truth: Obvious, moment: int) -> Iterator[str]:
        cast = self.run.events.cast
        yield from differ("events", self.run.total, truth.total)
        started = truth.started(truth.total)
        yield from differ("cast", np.flatnonzero(cast.first >= 0).tolist(), started)
        for actor, row in enumerate(truth.last):
            yield from differ(f"name of {actor}", cast.name(actor), truth.name(actor))
            if actor in started and actor:
                parent = int(cast.parents[actor])
                if parent >= 0:
                    yield from differ(f"parent of {actor}", parent, int(row["parent"]))
        before = cast.before(moment)
        yield from differ("cast before", np.flatnonzero(before.first >= 0).tolist(), truth.started(moment))
        types = Counter(truth.type_of(actor).id for actor in truth.started(moment))
        found = {kind: count for kind, count in enumerate(before.population.tolist()) if count}
        yield from differ("population before", found, dict(types))

    def _lanes(self, truth: Obvious, moment: int) -> Iterator[str]:
        """Every event lies in the lane of its actor, else in that of the actor's type; no lane is without an actor."""
        lanes = [lane for lane in self.timeline.lanes if lane.kind != "rendered"]
        started = truth.started(truth.total)
        own = {lane.actor for lane in lanes if lane.kind == "actor"}
        if all(lane.kind == "actor" for lane in lanes):
            yield from differ("lanes", [lane.label for lane in lanes], [truth.name(actor) for actor in started])
        for lane in lanes:
            members = [actor for actor in started if truth.type_of(actor).id == lane.actor_type]
            if lane.kind == "actor":
                yield from differ("lane", lane.label, truth.name(lane.actor))
            else:
                yield from differ("lane", (lane.label, lane.count), (truth.type_of(members[0]).name, len(members)))
        expected: Counter[str] = Counter()
        for event in truth.events:
            actor = event["actor"]
            expected[truth.name(actor) if actor in own else truth.type_of(actor).name] += 1
        counts = self.timeline.density(self.timeline.edges(COLUMNS)).sum(axis=1)
        found = {
            lane.label: round(float(count))
            for lane, count in zip(self.timeline.lanes, counts, strict=True)
            if round(float(count))
        }
        yield from differ("events of lanes", found, dict(expected))

    def _details(self, truth: Obvious, moment: int) -> Iterator[str]:
        """Events drawn one by one: rows, causes, and the row that an arrow comes from."""
        names = [lane.label for lane in self.timeline.lanes]
        details = self.timeline.details(np.array([max(0, moment - 20), min(truth.total, moment + 20)]))
        for i, n in enumerate(details.rows.tolist()):
            event = truth.events[n]
            allowed = (truth.name(event["actor"]), truth.type_of(event["actor"]).name)
            lane = int(details.lanes[i])
            if lane < 0 or names[lane] not in allowed:
                yield f"event {n} of {allowed[0]} lies in lane {names[lane] if lane >= 0 else 'none'}"
            source, name = int(details.cause_lanes[i]), truth.name(event["sender"])
            if source >= 0 and names[source] not in (name, name.partition("#")[0]):
                yield f"the arrow to event {n} comes from {names[source]}, not {name}"
            if source < 0 and name != "outside" and "timer" not in truth.kind(n):
                yield f"the arrow to event {n} from {name} has no lane"

    # --- graph ----------------------------------------------------------------------------------------

    def _node_name(self, truth: Obvious, actor: int) -> str:
        """How the node is called that shows an actor."""
        index = self.graph.node_of(actor)
        return "nothing" if index < 0 else self.graph.nodes[index].label

    def _graph_nodes(self, truth: Obvious, moment: int) -> Iterator[str]:
        graph, picture = self.graph, truth.picture(moment)
        started = truth.started(moment)
        yield from differ("started", [a for a, row in enumerate(picture) if row["handled"]], started)
        yield from differ("actors counted", graph.population(moment), len(started))
        waiting: Counter[str] = Counter()
        faulted: Counter[str] = Counter()
        sizes: Counter[str] = Counter()
        for actor in started:
            name = self._node_name(truth, actor)
            if name not in (truth.name(actor), truth.type_of(actor).name):
                yield f"{truth.name(actor)} is shown as {name}"
            sizes[name] += 1
            waiting[name] += int(picture[actor]["waiting"])
            faulted[name] += int(picture[actor]["status"]) == FAULTED
        there = graph.appeared(moment)
        states = graph.states(self.run.picture)
        yield from differ("nodes", sorted(n.label for n, t in zip(graph.nodes[1:], there[1:], strict=True) if t),
                           sorted(sizes))  # fmt: skip
        for i, node in enumerate(graph.nodes):
            if there[i] and i:
                yield from differ(f"size of {node.label}", int(graph.sizes(moment)[i]), sizes[node.label])
                yield from differ(f"waiting at {node.label}", int(states.waiting[i]), waiting[node.label])
                yield from differ(f"faulted of {node.label}", int(states.faulted[i]), faulted[node.label])
            elif states.waiting[i] or states.faulted[i]:
                yield f"{node.label}, which is not there, has messages or faults"
        spawned = {
            (self._node_name(truth, int(picture[actor]["parent"])), self._node_name(truth, actor))
            for actor in started
            if actor and graph.nodes[graph.node_of(actor)].kind != "group"
            and self.run.events.cast.parents[actor] >= 0
        }  # fmt: skip
        found = {(graph.nodes[a].label, graph.nodes[b].label) for a, b in graph.spawns(moment).tolist()}
        yield from differ("spawns", sorted(found), sorted(pair for pair in spawned if pair[0] != pair[1]))

    def _graph_edges(self, truth: Obvious, moment: int) -> Iterator[str]:
        edges = self.graph.edges(moment)
        names = [node.label for node in self.graph.nodes]
        found = {
            (names[a], names[b]): count
            for a, b, count in zip(edges.sources.tolist(), edges.targets.tolist(), edges.counts.tolist(), strict=True)
        }
        expected: Counter[tuple[str, str]] = Counter()
        shown = {truth.name(actor): self._node_name(truth, actor) for actor in truth.started(moment)}
        shown["outside"] = "outside"
        for (source, target), count in truth.edges(moment).items():
            expected[shown[source], shown[target]] += count
        yield from differ("edges", found, dict(expected))
        if moment:
            event = truth.events[moment - 1]
            pulse = self.graph.pulse()
            ends = (shown[truth.name(event["sender"])], shown[truth.name(event["actor"])])
            yield from differ("pulse", (names[pulse[0]], names[pulse[1]]) if pulse else None,
                               ends if ends[0] != ends[1] else None)  # fmt: skip


def differ(what: str, found: object, expected: object) -> Iterator[str]:
    """A sentence if a view shows something else than is right."""
    if found != expected:
        yield f"{what}: {found!r}, not {expected!r}"
