"""How much each sign and each place speaks for a line explaining the failure: numbers of a linear model.

Logistic regression on hand-marked failure logs of public builds (408 logs, 52 repositories; measured with repositories
held out), in hundredths; the text of those logs is no part of this project. The line's own weight of nine signs that
builds rarely show and sandboxes often do (killed, denied, fatal, panic, level, crash, timeout ...) was raised by hand.
"""

from typing import Final

# For each sign of signals.py, in that order: the line itself, the line before it, the line after it, each of the lines
# 2-4 before, 2-4 after, 5-10 before, 5-10 after.
SIGN_WEIGHTS: Final[tuple[tuple[int, ...], ...]] = (
    (6, 2, -11, -12, -12, -16, 4),  # error_colon
    (20, 10, -6, 9, -1, -4, 3),  # error_word
    (41, 13, 25, 12, 11, 7, -16),  # error_start
    (15, 3, 12, 9, 10, -7, 14),  # camel_error
    (10, 4, 6, 17, 6, 11, 5),  # camel_colon
    (-1, 1, 4, 0, 0, -13, 1),  # exception
    (12, 5, 4, -4, 7, -2, 3),  # fail_upper
    (29, 18, 18, 15, 8, -7, -5),  # fail_word
    (70, 1, 3, 4, 5, 4, 9),  # fatal
    (80, -1, 2, -2, -1, 0, -1),  # panic
    (40, -5, -12, -12, -1, -25, 11),  # level
    (60, -2, 1, -3, 6, 5, 10),  # level_bracket
    (60, 5, 11, 5, 14, 2, 9),  # trace_head
    (13, 9, 11, 16, 24, -1, 7),  # trace_frame
    (29, 2, 24, -15, 42, -24, 42),  # exit_bad
    (-9, -2, -7, -2, 2, 6, 13),  # exit_good
    (10, -9, 17, -11, 50, -14, 27),  # command_failed
    (-4, 0, 11, 0, 5, 0, -8),  # build_end
    (15, 0, 9, -7, -3, -1, -15),  # cannot
    (18, 11, 7, 4, -8, -21, -3),  # not_found
    (50, -3, -6, -16, -9, -5, 0),  # denied
    (60, 7, 12, 1, 4, 11, -2),  # timeout
    (80, 3, 3, 3, 2, -4, -14),  # killed
    (40, 4, -1, 2, -3, 3, -5),  # crash
    (6, -1, 4, 1, 3, 0, 12),  # syntax
    (19, 19, 37, 39, 24, 12, -3),  # assert
    (19, 12, 13, 9, 2, 23, -9),  # got
    (29, 19, 5, 28, 19, 32, -1),  # bad_mark
    (19, 15, -1, 33, 6, 27, 8),  # test_head
    (20, 9, 16, -3, 10, -8, -5),  # tap
    (-11, 1, -1, 0, -8, -19, 5),  # skipped
    (-5, 0, -4, -1, -12, -3, -25),  # should_fail
    (20, 10, -2, 27, 4, 19, 4),  # numbered
    (-33, -19, -19, -29, -8, 2, 26),  # good_mark
    (4, -11, -4, -3, -16, 5, -30),  # passed
    (-6, -2, -4, -7, -4, 13, 0),  # zero_bad
    (-5, -5, -8, -3, 2, -15, 18),  # count_bad
    (-11, -10, -11, -25, -9, -20, -35),  # warning
    (-4, -8, -10, 3, -25, -2, -23),  # deprecated
    (-1, 0, 0, -2, -2, -3, -1),  # gha_warning
    (4, 1, -5, 1, -9, -5, -7),  # compile_error
    (65, 25, 16, 12, 15, -5, 12),  # location
    (24, 16, 12, 13, -2, -2, 3),  # lint_row
    (11, 6, 8, 2, 25, 2, 38),  # caret
    (0, 1, 1, 0, -8, -5, 2),  # pytest_e
    (-25, -21, -11, -32, -5, 0, 8),  # npm_err
    (7, 14, 13, 4, 16, -19, 5),  # diff
    (3, 14, 5, 15, -3, -7, -1),  # section
    (4, 6, 2, 6, -4, 3, -14),  # section_bad
    (-19, 12, -18, -11, -39, 19, -2),  # shell
    (-16, -9, -14, -14, -34, 12, -30),  # progress
    (-2, 9, -4, -16, 17, -14, 0),  # travis
    (2, 6, 0, -4, 0, -2, 9),  # url
    (1, -2, 1, -2, 8, 3, 21),  # json
    (-4, -4, -4, -9, -1, -9, -1),  # usage
    (10, 3, -5, -7, -10, 9, 4),  # test_name
    (10, -2, 3, 8, 10, 13, 3),  # quoted
    (8, 1, 9, 13, 8, 24, 6),  # ends_colon
    (6, -4, 3, -8, 8, -14, 20),  # ends_dot
    (-3, 0, -2, 2, -6, 4, -10),  # retry
    (-15, -6, -9, -16, -5, 2, 2),  # debug
    (23, -1, 8, -6, 2, -4, 14),  # please
    (7, 10, 6, 11, 16, 9, 6),  # reason
    (-56, -2, 23, 15, 35, 12, 26),  # blank
)

# For each bucketed feature of features.py, in that order, the weight of each bucket.
PLACE_WEIGHTS: Final[tuple[tuple[int, ...], ...]] = (
    (-4, 1, -2, -3, 3, 39, 33, 5, -34, 5, -19, -8, -8, -23, -16, 31),  # to_end
    (10, 6, -36, -5, -6, -24, -21, -6, 18, 65),  # decile
    (10, 18, 29, 22, 55, 37, -4, -17, -37, -52, -22, -30, -3, -5),  # to_failed
    (0, -9, -4, -16, -9, -7, 9, -5, -17, -5, -6, 12, 19, 37),  # past_failed
    (76, 39, 37, 18, 7, -25, -28, -57, -40, -28),  # to_strong
    (0, 24, 44, 28, 17, -10, -23, -49, -18, -15),  # past_strong
    (-26, 3, 1, -1, -1, -11, -7, 0, 4, 16, -15, -5, 24, 17, 5, -4),  # past_first_strong
    (0, 11, 11, 8, -2, -10, -13, -2, -5, 6, -2, -2),  # count
    (45, -45),  # repeat
    (-51, 7, 6, -1, 34, 5),  # indent
    (-17, -4, -6, -4, 8, 21, 12, -8, -1),  # length
)
