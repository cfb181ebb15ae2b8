"""How records are counted into the shape of a truth. A counter takes a protocol's events and gives a number or a table."""
import collections


class Counted:
    """A protocol's truth key and how one event counts towards it: `key(event, record)` gives a key, or None for not at all."""

    def __init__(self, key):
        self.key = key

    def of(self, events, name):
        keys = (self.key(e, e[name]) for e in events)
        return dict(collections.Counter(str(k) for k in keys if k is not None))


class Total(Counted):
    def of(self, events, name):
        return sum(1 for e in events if self.key(e, e[name]) is not None)


class Sum(Counted):
    def of(self, events, name):
        return sum(self.key(e, e[name]) or 0 for e in events)


class Nested(Counted):
    """The same with an outer key: `key` gives (outer, inner)."""

    def of(self, events, name):
        counts = collections.defaultdict(collections.Counter)
        for e in events:
            pair = self.key(e, e[name])
            if pair is not None:
                counts[str(pair[0])][str(pair[1])] += 1
        return {outer: dict(inner) for outer, inner in counts.items()}


def only(field, **where):
    """The record's value of `field` where its other fields are as said."""
    return lambda e, r: r.get(field) if all(r.get(k) == v for k, v in where.items()) else None


class Every(Counted):
    """`key` gives any number of keys for one event."""

    def of(self, events, name):
        return dict(collections.Counter(k for e in events for k in self.key(e, e[name])))


def between(e, r):
    return f"{e['src_ip']}>{e['dest_ip']}"
