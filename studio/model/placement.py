"""Where the nodes of a graph lie: a force placement that starts from where they were.

A new node begins beside its parent, at an angle that only its number decides, and then edges pull and all nodes push
for a fixed number of rounds; nodes that were there before move little. There is no randomness and no clock in it: the
same nodes and edges in the same order give the same picture. (Fruchterman and Reingold, 1991, with springs that
tire with length, and a weak pull to the middle.)
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

Points = npt.NDArray[np.float32]
Pairs = npt.NDArray[np.int64]

DISTANCE = 1.0
"""The length of an edge at rest; positions are in this unit."""
_GOLDEN_ANGLE = np.float32(2.399963)
_PUSH = np.float32(0.5)
_REACH = np.float32(2.4)
"""Nodes farther apart than this do not push each other."""
_OLD_STEP = np.float32(0.06)


def beside(parent: npt.NDArray[np.float32] | None, number: int) -> npt.NDArray[np.float32]:
    """Where the ``number``-th node begins: near its parent, or on a spiral around the middle if it has none."""
    angle = np.float32(number) * _GOLDEN_ANGLE
    direction = np.array([np.cos(angle), np.sin(angle)], np.float32)
    if parent is None:
        return direction * np.float32(0.6 * np.sqrt(number))
    return parent + direction * np.float32(0.7)


def roomiest(middle: npt.NDArray[np.float32], others: Points) -> npt.NDArray[np.float32]:
    """The place at an edge's length from ``middle`` that is farthest from the others."""
    angles = np.arange(24, dtype=np.float32) * np.float32(2 * np.pi / 24)
    spots = middle + np.stack([np.cos(angles), np.sin(angles)], axis=1) * np.float32(DISTANCE)
    if not len(others):
        best: npt.NDArray[np.float32] = spots[0]
        return best
    difference = spots[:, None] - others[None]
    room = (difference * difference).sum(axis=2).min(axis=1)
    best = spots[int(np.argmax(room))]
    return best


def rounds_for(count: int, fresh: int) -> int:
    """How many rounds settle so many nodes of which so many are new."""
    if count <= 60:
        return 90 if fresh else 24
    return max(12, 6000 // count) if fresh else 8


def settle(points: Points, edges: Pairs, fresh: npt.NDArray[np.bool_], rounds: int) -> Iterator[Points]:
    """Moves the points round by round and gives them after each; ``edges`` has shape (m, 2)."""
    points = points.copy()
    count = len(points)
    if count < 2:
        yield points
        return
    cap = np.where(fresh, np.float32(0.35), _OLD_STEP)
    if fresh.all():
        cap = np.full(count, np.float32(0.5))
    for done in range(rounds):
        push = _push(points)
        if len(edges):
            _pull(points, edges, push)
        middle = points.mean(axis=0)
        push -= (points - middle) * np.float32(0.09)
        length = np.sqrt((push * push).sum(axis=1))
        limit = cap * np.float32(1.0 - 0.9 * done / rounds)
        points += push * (np.minimum(length, limit) / np.maximum(length, np.float32(1e-6)))[:, None]
        yield points


def _push(points: Points) -> Points:
    """All nodes push each other, with the square of nearness."""
    x, y = points[:, 0], points[:, 1]
    dx = x[:, None] - x[None, :]
    dy = y[:, None] - y[None, :]
    near = dx * dx
    near += dy * dy
    near += np.float32(0.01)
    force = _PUSH / near
    force -= _PUSH / (_REACH * _REACH)
    np.maximum(force, 0, out=force)
    dx *= force
    dy *= force
    return np.stack([dx.sum(axis=1), dy.sum(axis=1)], axis=1)


def _pull(points: Points, edges: Pairs, force: Points) -> None:
    """Edges pull their ends together, and apart when they are too near."""
    difference = points[edges[:, 1]] - points[edges[:, 0]]
    length = np.sqrt((difference * difference).sum(axis=1)) + np.float32(1e-4)
    strength = np.float32(0.5) * (length - np.float32(DISTANCE)) / length
    strength /= np.float32(1.0) + np.float32(0.25) * length
    pull = difference * strength[:, None]
    degree = np.bincount(edges.ravel(), minlength=len(points)).astype(np.float32)
    share = np.float32(1.6) / np.maximum(degree, 2) ** np.float32(0.8)
    for axis in (0, 1):
        force[:, axis] += np.bincount(edges[:, 0], pull[:, axis], len(points)).astype(np.float32) * share
        force[:, axis] -= np.bincount(edges[:, 1], pull[:, axis], len(points)).astype(np.float32) * share
