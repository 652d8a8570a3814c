"""Actors the way a plain Python program has them: objects and one queue of deliveries."""

import sys
import time
from collections import deque

queue: deque = deque()
answer = None


class Node:
    """An actor of the ring."""

    __slots__ = ("next",)

    def receive(self, left):
        global answer
        if left == 0:
            answer = "done"
        else:
            queue.append((self.next, left - 1))


class Player:
    """An actor of the ping-pong."""

    __slots__ = ()

    def receive(self, message):
        global answer
        other, left = message
        if left == 0:
            answer = "done"
        else:
            queue.append((other, (self, left - 1)))


class Tree:
    """An actor of the tree."""

    __slots__ = ("answers", "first", "parent", "size", "sum")

    def __init__(self, parent, first, size):
        self.parent, self.first, self.size, self.sum, self.answers = parent, first, size, 0, 0

    def receive(self, message):
        if message is not None:
            self.sum += message
            self.answers += 1
            if self.answers == 10:
                self.tell(self.sum)
        elif self.size == 1:
            self.tell(self.first)
        else:
            part = self.size // 10
            for i in range(10):
                queue.append((Tree(self, self.first + i * part, part), None))

    def tell(self, value):
        global answer
        if self.parent is None:
            answer = value
        else:
            queue.append((self.parent, value))


start = time.perf_counter_ns()
if sys.argv[1] == "thread_ring":
    nodes = [Node() for _ in range(100)]
    for i, node in enumerate(nodes):
        node.next = nodes[(i + 1) % 100]
    queue.append((nodes[0], 1_000_000))
elif sys.argv[1] == "ping_pong":
    queue.append((Player(), (Player(), 1_000_000)))
else:
    queue.append((Tree(None, 0, 1_000_000), None))
while queue:
    actor, message = queue.popleft()
    actor.receive(message)
print(answer, time.perf_counter_ns() - start)
