#!/usr/bin/env python3
"""A million made-up indicators as CSV on standard output, always the same: names, addresses, networks, URLs, digests."""
import random


def main():
    rng = random.Random(5)
    print("type,value,name,severity,source,expires")
    for n in range(1000000):
        kind = n % 10
        if kind < 4:
            row = "domain,%x.h%x.badhost%d.example" % (rng.getrandbits(40), rng.getrandbits(24), n)
        elif kind < 7:
            row = "address,%d.%d.%d.%d" % (rng.randint(20, 90), rng.randrange(256), rng.randrange(256), rng.randrange(1, 255))
        elif kind == 7:
            row = "url,http://%x.example/%x/dropper.exe" % (rng.getrandbits(40), rng.getrandbits(40))
        elif kind == 8:
            row = "sha256,%064x" % rng.getrandbits(256)
        else:
            row = "address,%d.%d.%d.0/24" % (rng.choice((45, 46, 77, 78, 91, 185)), rng.randrange(256), rng.randrange(256))
        print(row + ",made up,3,bench,2035-12-31")


if __name__ == "__main__":
    main()
