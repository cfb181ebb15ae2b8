"""What our rules must say about the exercise, and about the same morning without its attacks."""
from cases import START

from scenarios import exercise as provincial
from scenarios.exercise import HOME, HOME_NAME, HOME_TLS_NAME

IMPLANT_JA3 = "28f42a91baa9849974f7e7379f2dafcf"      # of the TLS that calls home; the list of indicators names it
DROPPED = HOME_NAME + "/files/update.exe"

EXPECTED = {                # rules by sid, indicators by value
    "430100-changsha": {9100101, 9100110, 9100111, 9100301, 9100302, 9100303, 9100304, 9100306, 9100307, 9100313,
                        9100315, 9100401, 9100402, 9100503, 9100504, 9102501, HOME_TLS_NAME, IMPLANT_JA3},
    "430600-yueyang": {9100101, 9100102, 9100104, 9100201, 9100203, 9100210, 9100211, 9100501, 9100502, 9100613,
                       9100623, 9100653, 9102501, HOME, HOME_NAME},
    "430400-hengyang": {9100101, 9100501, 9100502, 9100505, 9100611, 9100612, 9100621, 9100631, 9100632, 9100653,
                        9102501, HOME, HOME_NAME, DROPPED},
}


def honest_morning():
    """The exercise with every attack left out."""
    return provincial.scenario(START, attacked=False)


def exercise():
    return provincial.scenario(START)
