"""Well-typed programs at random: what a person would not think of writing.

Every choice is a number from a ``Choices``, 0 being the simplest, so that hypothesis can shrink what differs.
"""
