"""Every scenario by name. A scenario takes its start (nanoseconds since the epoch) and gives its
captures: a dictionary of file stem to Tap. One capture is written as a file, several as a folder."""
from scenarios import basics, building, controllers, exercise, others, substation, tcp_zoo, zoo

SCENARIOS = {**basics.SCENARIOS, **building.SCENARIOS, **controllers.SCENARIOS, **others.SCENARIOS, **substation.SCENARIOS,
             "decode-zoo": zoo.scenario, "exercise": exercise.scenario, "tcp-zoo": tcp_zoo.scenario}


def sentence(name):
    """What a scenario is, from its own first line."""
    return SCENARIOS[name].__doc__.strip().splitlines()[0]
