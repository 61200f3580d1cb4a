"""How often things happen: rates with the public figures that they come from."""

from datetime import timedelta

FIRST_CALL = {"warm": 0.34, "incoming": 0.53, "referral": 0.53, "cold": 0.12}
"""The chance that a reachable person takes the first call.

Hiya and Pew: 19-24% answer an unknown number, 53% one they know; Gong, CallTime and Baylor: 5-28%
of cold calls. 0.34, for those who left their number, leads to six calls reaching 6 in 10.
"""

ATTEMPT = (1.0, 0.89, 0.72, 0.58, 0.40, 0.37, 0.27, 0.24, 0.18)
"""The chance of the second call and later ones beside the first (UCI Bank Marketing data)."""

HOUR = {
    8: 0.91, 9: 0.95, 10: 0.98, 11: 1.0, 12: 0.98, 13: 0.98, 14: 1.0, 15: 1.0, 16: 1.02,
    17: 1.03, 18: 1.03, 19: 1.02, 20: 0.98,
}  # fmt: skip
"""By local hour: first calls to mobiles in US telephone surveys (PMC5875189), Velocify 2016."""

NIGHT = 0.3
"""An hour in which nobody calls; an estimate."""

DAY = (0.97, 1.02, 1.02, 1.03, 0.93, 0.0, 1.0)
"""By weekday from Monday on (UCI Bank Marketing data, shrunk halfway); nobody on a Saturday."""

BAD_NUMBER, NEVER_ANSWERS = 0.027, 0.27
"""Parts of all leads (X Education's lead data)."""

NO_SHOW = 0.22
"""The part that misses an agreed time (published figures of 15-30%)."""

CLOSE = 0.25
"""The part of those reached who buy: between Olist's 13% of leads and X Education's 38.5%."""

CLOSE_BY = {"referral": 2.3, "search": 1.03, "social": 0.5, "list": 0.24}
"""Times ``CLOSE``, by where they came from (X Education, Olist, Implisit; cold calls 6%)."""

TALK, TALK_OF_SALE = timedelta(seconds=221), timedelta(seconds=537)
"""The mean length of a conversation without a sale and with one (UCI Bank Marketing data)."""

BLANK_PHONE, BROKEN_PHONE = 0.05, 0.01
TWO_NUMBERS = 0.124
"""Of numbers in lists: nothing there, unreadable, two in a cell (a public list of clinics)."""

PLACEHOLDER, DOUBLE = 0.243, 0.139
"""Of rows: 'Select' in place of a city, and the same row again (X Education's lead data)."""

LANDLINE = 0.04
"""The part that leaves a landline; an estimate."""

MISSED_AS = {"noanswer": 0.72, "voicemail": 0.15, "busy": 0.09, "unavailable": 0.04}
"""What a call that nobody takes sounds like; an estimate."""
