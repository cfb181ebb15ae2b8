"""FETCH and WRITE: no capture that holds it has a truth; none may be found in the others."""
from counting import Total

TRUTH = {"fetchwrite": {"pdus": Total(lambda e, r: 1)}}
