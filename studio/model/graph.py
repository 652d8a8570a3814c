"""The graph of a run: its actors as nodes, what they sent each other as edges, as it stands at any moment.

With up to 300 actors each is a node. With more, a type is one node, which can be opened. Placement folds over the
run: what appears within the same 64 events is placed together, so the picture depends on the run, not on how fast
it came.
All work happens in ``catch_up``, which a view calls while it is seen; a hidden graph costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from time import perf_counter

import numpy as np
import numpy.typing as npt

from engine.api import ACTOR_DTYPE, Picture
from studio.model.edge_counts import NO_NODE, OUTSIDE_NODE, EdgeCounts, Edges
from studio.model.event_store import Ints
from studio.model.placement import Points, beside, roomiest, rounds_for, settle
from studio.model.run import RunModel
from studio.model.signal import Signal

NODES_AT_MOST = 300
OPENED_AT_MOST = 120
STEP_EVENTS = 64
FAULTED, STOPPED = 3, 4

Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Node:
    """A node. ``kind``: main, actor, agent, group (``count`` actors of a type in the whole run), outside. ``key`` names
    it for good."""

    key: Key
    label: str
    kind: str
    actor_type: int
    actor: int
    count: int
    first: int
    """The number of the event with which it appears."""


_OUTSIDE = Node(("outside", 0), "outside", "outside", -1, -1, 1, 1 << 62)


@dataclass(frozen=True, slots=True)
class NodeStates:
    """Per node, from a picture of all actors: messages waiting for those that have started, how many of them have
    faulted, how many have stopped, and whether all of them are gone."""

    waiting: Ints
    faulted: Ints
    stopped: Ints
    gone: npt.NDArray[np.bool_]


class GraphModel:
    """Nodes, edges and places of the run that is open."""

    def __init__(self, run: RunModel) -> None:
        self.run = run
        self.changed: Signal[[]] = Signal()
        """There is something to catch up with, or something else to show."""
        self.nodes: tuple[Node, ...] = ()
        self.places: Points = np.empty((0, 2), np.float32)
        self.version = 0
        """Counts changes of nodes and places."""
        self._opened: set[int] = set()
        self._counts = EdgeCounts(64)
        self._store = run.events
        self._actors_seen = 0
        self._known_places: dict[Key, npt.NDArray[np.float32]] = {}
        self._firsts: Ints = np.empty(0, np.int64)
        self._moving: Ints = np.empty(0, np.int64)
        self._placed_up_to = -1
        self._work: Iterator[Points] | None = None
        self._edge_cache: tuple[object, Edges] | None = None
        self._state_cache: tuple[Picture | None, EdgeCounts, int, NodeStates] | None = None
        self._size_cache: tuple[object, Ints] | None = None
        run.store_changed.connect(self._restart)
        run.events_added.connect(lambda first, count: self.changed.emit())
        run.playhead_moved.connect(lambda n: self.changed.emit())
        run.picture_changed.connect(self.changed.emit)
        run.selection_changed.connect(self.changed.emit)
        run.changed.connect(self.changed.emit)

    @property
    def grouped(self) -> bool:
        """Whether types stand for their actors."""
        return self.run.events.cast.acting > NODES_AT_MOST

    def toggle(self, actor_type: int) -> None:
        """Opens a group into its actors, or closes it."""
        self._opened.symmetric_difference_update({actor_type})
        self._actors_seen = 0
        self._rebuild()
        self.changed.emit()

    def is_opened(self, actor_type: int) -> bool:
        """Whether a type's actors are shown."""
        return actor_type in self._opened

    # --- what is shown at a moment --------------------------------------------------------------------

    def edges(self, moment: int) -> Edges:
        """The edges used up to a moment."""
        key = (self._counts, self._counts.seen, moment)
        if self._edge_cache is None or self._edge_cache[0] != key:
            self._edge_cache = (key, self._counts.at(self._store, moment))
        return self._edge_cache[1]

    def appeared(self, moment: int) -> npt.NDArray[np.bool_]:
        """Which nodes are there at a moment: those of actors that have started by then, however often they have started
        again. The outside is there once it has sent something."""
        there = self._firsts < moment
        if len(there):
            there[OUTSIDE_NODE] = bool((self.edges(moment).sources == OUTSIDE_NODE).any())
        return there

    @property
    def outside_sends(self) -> bool:
        """Whether something came from outside in what is counted of the run."""
        return bool((self._counts.first_uses()[0] == OUTSIDE_NODE).any())

    def spawns(self, moment: int) -> Ints:
        """Which node spawned which, as pairs of a parent and a child of another node, for nodes that are there."""
        actors = np.array([node.actor for node in self.nodes], np.int64)
        children = np.flatnonzero((actors > 0) & (self._firsts < moment))
        parents = self._counts.node_of(self._store.cast.parents[actors[children]])
        kept = (parents != children) & (parents != NO_NODE)
        return np.stack([parents[kept], children[kept]], axis=1)

    def sizes(self, moment: int) -> Ints:
        """How many actors each node stands for at a moment."""
        key = (self._counts, self._actors_seen, moment)
        if self._size_cache is None or self._size_cache[0] != key:
            there = np.flatnonzero((self._store.cast.first >= 0) & (self._store.cast.first < moment))
            self._size_cache = (key, self._per_node(there, None))
        return self._size_cache[1]

    def population(self, moment: int) -> int:
        """How many actors have started by a moment."""
        first = self.run.events.cast.first
        return int(np.count_nonzero((first >= 0) & (first < moment)))

    def states(self, picture: Picture | None) -> NodeStates:
        """What a picture of all actors says of each node."""
        key = (picture, self._counts, self._actors_seen)
        if self._state_cache is None or self._state_cache[0] is not picture or self._state_cache[1:3] != key[1:]:
            self._state_cache = (*key, self._read_states(picture))
        return self._state_cache[3]

    def _read_states(self, picture: Picture | None) -> NodeStates:
        actors = picture.actors if picture is not None else np.empty(0, ACTOR_DTYPE)
        actors = actors[actors["handled"] > 0]
        faulted = self._per_node(actors["id"][actors["status"] == FAULTED], None)
        stopped = self._per_node(actors["id"][actors["status"] == STOPPED], None)
        gone = (faulted + stopped > 0) & (faulted + stopped == self._per_node(actors["id"], None))
        return NodeStates(self._per_node(actors["id"], actors["waiting"]), faulted, stopped, gone)

    def _per_node(self, actors: npt.NDArray[np.integer], weights: npt.NDArray[np.integer] | None) -> Ints:
        """The sum of the weights of the actors at each node, or how many they are; who has no node does not count."""
        nodes = self._counts.node_of(actors)
        shown = nodes != NO_NODE
        kept = weights[shown] if weights is not None else None
        return np.bincount(nodes[shown], kept, minlength=len(self.nodes)).astype(np.int64)

    def node_of(self, actor: int) -> int:
        """The node that shows an actor; -1 if none does."""
        return int(self._counts.node_of(np.array([actor]))[0]) if self.nodes else NO_NODE

    def pulse(self) -> tuple[int, int] | None:
        """From which node to which the message went that is handled at the playhead."""
        if not 0 < self.run.playhead <= self.run.total:
            return None
        row = self.run.events.row(self.run.playhead - 1)
        source, target = self.node_of(row.sender), self.node_of(row.actor)
        return (source, target) if source >= 0 and target >= 0 and source != target else None

    def next_on_edge(self, source: int, target: int, moment: int) -> int | None:
        """The number of the next event after a moment that went from node to node; from the first again after the
        last."""
        for start, stop in ((moment, self._store.total), (0, moment)):
            for first, senders in self._store.pieces("sender", start, stop):
                actors = self._store.column("actor", first, first + len(senders))
                hits = (self._counts.node_of(senders) == source) & (self._counts.node_of(actors) == target)
                found = np.flatnonzero(hits)
                if len(found):
                    return first + int(found[0])
        return None

    # --- catching up --------------------------------------------------------------------------------

    def catch_up(self, budget_seconds: float) -> bool:
        """Takes in what came, for about so long; whether nothing is left to do. Events are counted before nodes are
        moved, so that the numbers keep up with the other views."""
        until = perf_counter() + budget_seconds
        if not self.count(budget_seconds):
            return False
        while self._work is not None or self._begin_step():
            self._place_round()
            if perf_counter() > until:
                return False
        return True

    def count(self, budget_seconds: float) -> bool:
        """Counts the events that came, for about so long; whether all are counted."""
        until = perf_counter() + budget_seconds
        if self._actors_seen < self._store.cast.acting:
            self._rebuild()
        while not self._counts.extend(self._store):
            if perf_counter() > until:
                return False
        return True

    def _restart(self) -> None:
        """Another run or branch is shown: nothing that was counted of the one before holds any more."""
        if self._store.program is not self.run.events.program:
            self._known_places.clear()
            self._opened.clear()
        self._store = self.run.events
        self._actors_seen = 0
        self._edge_cache = self._state_cache = self._size_cache = None
        self._rebuild()

    def _rebuild(self) -> None:
        """Lays out the nodes; counts are kept where actors keep their nodes."""
        cast = self._store.cast
        grouped = cast.acting > NODES_AT_MOST
        was = self.nodes
        acting = np.flatnonzero(cast.first >= 0).tolist() if not grouped else []
        shown = self._group_nodes() if grouped else [self._actor_node(actor) for actor in acting]
        nodes = (_OUTSIDE, *shown)
        size = max(64, 1 << len(nodes).bit_length())
        grown = 0 < len(was) <= len(nodes) and all(a.key == b.key for a, b in zip(was, nodes, strict=False))
        if not grown:
            self._placed_up_to = -1
            self._work = None
            if grouped and was and not any(node.kind == "group" for node in was):
                self._known_places.clear()
        if not grown or size != self._counts.size or not self._actors_seen:
            self._counts = EdgeCounts(size)
            self._actors_seen = 0
        kept = len(was) if grown else 0
        places = [self._place_of(i, node) for i, node in enumerate(nodes[kept:], kept)]
        self.places = np.concatenate([self.places[:kept], np.array(places, np.float32).reshape(-1, 2)])
        self.nodes = nodes
        self._firsts = np.array([node.first for node in nodes], np.int64)
        self._assign(grouped)
        self.version += 1

    def _actor_node(self, actor: int) -> Node:
        cast = self._store.cast
        kind = cast.program.actor_type(cast.type_of(actor))
        return Node(("actor", actor), cast.name(actor), kind.kind, kind.id, actor, 1, int(cast.first[actor]))

    def _group_nodes(self) -> list[Node]:
        cast = self._store.cast
        nodes: list[Node] = []
        for kind in cast.program.types:
            members = cast.members(kind.id)
            if len(members) == 1 or (kind.id in self._opened and len(members)):
                nodes.extend(self._actor_node(int(a)) for a in members[:OPENED_AT_MOST])
                members = members[OPENED_AT_MOST:]
            if len(members):
                first = int(cast.first[members].min())
                nodes.append(Node(("type", kind.id), kind.name, "group", kind.id, -1, len(members), first))
        return nodes

    def _assign(self, grouped: bool) -> None:
        cast = self._store.cast
        of_type = np.full(len(cast.program.types) + 1, NO_NODE, np.int64)
        if grouped:
            for i, node in enumerate(self.nodes):
                if node.kind == "group":
                    of_type[node.actor_type] = i
        assigned = of_type[cast.types]
        for i, node in enumerate(self.nodes):
            if node.actor >= 0:
                assigned[node.actor] = i
        self._counts.assign(0, assigned)
        self._actors_seen = cast.acting

    # --- placement --------------------------------------------------------------------------------------

    def _place_of(self, index: int, node: Node) -> npt.NDArray[np.float32]:
        known = self._known_places.get(node.key)
        if known is not None:
            return known
        if index == OUTSIDE_NODE:
            return self._beside_receiver()
        parent = self._known_places.get(("type", node.actor_type))
        if parent is None and node.actor >= 0:
            parent = self._known_places.get(("actor", int(self._store.cast.parents[node.actor])))
        return beside(parent, index)

    def _beside_receiver(self) -> npt.NDArray[np.float32]:
        """A place for the outside: near the node that it first sends to, in the direction with the most room."""
        sources, targets, uses = self._counts.first_uses()
        sent = np.flatnonzero(sources == OUTSIDE_NODE)
        target = int(targets[sent[np.argmin(uses[sent])]]) if len(sent) else NO_NODE
        receiver = self.nodes[target].key if 0 <= target < len(self.nodes) else _OUTSIDE.key
        middle = self._known_places.get(receiver)
        if middle is None:
            return beside(None, 0)
        others = [place for key, place in self._known_places.items() if key not in (_OUTSIDE.key, receiver)]
        return roomiest(middle, np.array(others, np.float32).reshape(-1, 2))

    def _begin_step(self) -> bool:
        """Begins to place what appeared next; whether there was anything."""
        sources, targets, uses = self._counts.first_uses()
        complete = self.run.total if self.run.state != "running" else self.run.total - self.run.total % STEP_EVENTS
        firsts = self._firsts[1:]
        changes = np.concatenate([firsts, uses])
        changes = changes[(changes > self._placed_up_to) & (changes < complete)]
        if not len(changes):
            return False
        begin = int(changes.min())
        stop = min(begin - begin % STEP_EVENTS + STEP_EVENTS, complete)
        used = uses < stop
        shown = self._firsts < stop
        shown[OUTSIDE_NODE] = bool((sources[used] == OUTSIDE_NODE).any())
        chosen = np.flatnonzero(shown)
        fresh = np.array([self.nodes[i].key not in self._known_places for i in chosen], np.bool_)
        self._placed_up_to = stop - 1
        for i in sorted(chosen.tolist(), key=lambda i: i == OUTSIDE_NODE):
            self.places[i] = self._place_of(i, self.nodes[i])
            self._known_places[self.nodes[i].key] = self.places[i].copy()
        self._moving = chosen
        edges = self._pairs(sources[used], targets[used], chosen)
        self._work = settle(self.places[chosen], edges, fresh, rounds_for(len(chosen), int(fresh.sum())))
        return True

    def _pairs(self, sources: Ints, targets: Ints, chosen: Ints) -> Ints:
        """The edges between chosen nodes, spawning included, as pairs of positions in ``chosen``, each once."""
        actors = np.array([self.nodes[i].actor for i in chosen], np.int64)
        children = chosen[actors > 0]
        parents = self._counts.node_of(self._store.cast.parents[actors[actors > 0]])
        children, parents = children[parents != NO_NODE], parents[parents != NO_NODE]
        position = np.full(self._counts.size, -1, np.int64)
        position[chosen] = np.arange(len(chosen))
        ends = position[np.stack([np.append(sources, parents), np.append(targets, children)], axis=1)]
        ends = np.sort(ends[(ends >= 0).all(axis=1) & (ends[:, 0] != ends[:, 1])], axis=1)
        unique: Ints = np.unique(ends, axis=0)
        return unique

    def _place_round(self) -> None:
        assert self._work is not None
        moved = next(self._work, None)
        if moved is not None:
            self.places[self._moving] = moved
        else:
            self._work = None
            for i in self._moving.tolist():
                self._known_places[self.nodes[i].key] = self.places[i].copy()
        self.version += 1
