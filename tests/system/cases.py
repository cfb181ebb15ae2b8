"""A system test's cases: the methods of one object whose names are sentences, in the order in which they stand."""
import time


def names_of(cases):
    return [n for n in vars(type(cases)) if n.count("_") > 3 and not n.startswith("_")]


def hold(cases, names=None):
    """Says of each, or of those named, whether it holds, then how many. True: one does not."""
    passed = failed = 0
    for name in names or names_of(cases):
        began = time.monotonic()
        try:
            getattr(cases, name)()
            print("ok      %s (%.1f s)" % (name.replace("_", " "), time.monotonic() - began), flush=True)
            passed += 1
        except AssertionError as why:
            print("FAILED  %s: %s" % (name.replace("_", " "), why), flush=True)
            failed += 1
    print("%d passed, %d failed" % (passed, failed))
    return failed != 0
