"""A system test's cases: the methods of one object whose names are sentences, in the order in which they stand."""
import time


def hold(cases):
    """Says of each whether it holds, then how many. True: one does not."""
    passed = failed = 0
    for name in [n for n in vars(type(cases)) if n.count("_") > 3 and not n.startswith("_")]:
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
