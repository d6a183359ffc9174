"""How much each sign and each place speaks for a line explaining the failure: numbers of a linear model.

Logistic regression on hand-marked failure logs of public builds (408 logs, 52 repositories; measured with repositories
held out), in hundredths; the text of those logs is no part of this project. The line's own weight of nine signs that
builds rarely show and sandboxes often do (killed, denied, fatal, panic, level, crash, timeout ...) was raised by hand.
"""

from typing import Final

# For each sign of signals.py, in that order: the line itself, the line before it, the line after it, each of the lines
# 2-4 before, 2-4 after, 5-10 before, 5-10 after.
SIGN_WEIGHTS: Final[tuple[tuple[int, ...], ...]] = (
    (6, 0, -14, -19, -14, -18, 2),  # error_colon
    (23, 11, -9, 14, 1, 5, 6),  # error_word
    (46, 12, 29, 6, 10, 5, -20),  # error_start
    (15, 0, 15, 3, 9, -12, 14),  # camel_error
    (14, 5, 9, 22, 10, 14, 6),  # camel_colon
    (-3, 1, 6, 1, 0, -17, 1),  # exception
    (16, 3, 3, -11, 4, -6, 2),  # fail_upper
    (34, 21, 20, 20, 7, 1, -9),  # fail_word
    (70, 1, 4, 5, 6, 5, 12),  # fatal
    (80, -1, 3, -2, -2, 0, -1),  # panic
    (40, -8, -15, -14, 0, -28, 10),  # level
    (60, -1, 3, 1, 10, 12, 14),  # level_bracket
    (60, 4, 12, 4, 14, 2, 11),  # trace_head
    (15, 11, 12, 19, 25, -2, 7),  # trace_frame
    (31, 2, 29, -15, 47, -24, 46),  # exit_bad
    (-9, -2, -6, 5, 17, 15, 31),  # exit_good
    (18, -8, 28, -5, 49, -21, 17),  # command_failed
    (-4, 0, 14, 0, 3, 0, -6),  # build_end
    (14, 0, 9, -12, -5, 1, -23),  # cannot
    (21, 13, 10, 2, -8, -22, -1),  # not_found
    (50, -4, -7, -19, -10, -6, 3),  # denied
    (60, 8, 17, 1, 7, 12, 0),  # timeout
    (80, 4, 5, 1, -2, -8, -24),  # killed
    (40, 5, -2, 3, -4, 6, -5),  # crash
    (8, -2, 5, -4, 1, -5, 8),  # syntax
    (20, 21, 44, 40, 27, 8, -8),  # assert
    (22, 14, 16, 5, 4, 21, -15),  # got
    (40, 25, 7, 36, 23, 37, -4),  # bad_mark
    (21, 13, -4, 25, 4, 10, 2),  # test_head
    (22, 10, 19, -3, 10, -12, -8),  # tap
    (-15, 2, -1, 2, -12, -23, 2),  # skipped
    (-7, -1, -5, -3, -16, -9, -31),  # should_fail
    (28, 12, -3, 35, 4, 25, 3),  # numbered
    (-39, -22, -23, -28, -13, 3, 22),  # good_mark
    (7, -13, -5, -5, -18, 3, -35),  # passed
    (-9, -3, -6, -12, -6, 10, -2),  # zero_bad
    (-9, -9, -13, -6, -3, -19, 15),  # count_bad
    (-14, -13, -14, -30, -3, -20, -41),  # warning
    (-4, -10, -11, 1, -28, -2, -25),  # deprecated
    (-1, 0, 0, -3, -2, -4, -1),  # gha_warning
    (6, 3, -6, 4, -12, 1, -6),  # compile_error
    (74, 24, 13, 8, 13, -5, 11),  # location
    (26, 19, 16, 18, -3, 6, 7),  # lint_row
    (13, 8, 10, -3, 29, -4, 41),  # caret
    (-3, -1, 1, -1, -12, -6, 5),  # pytest_e
    (-34, -25, -15, -37, -4, -2, 6),  # npm_err
    (4, 15, 16, 4, 17, -18, 6),  # diff
    (2, 15, 6, 14, -8, -12, -5),  # section
    (21, 12, -6, 1, 3, -13, -3),  # section_bad
    (-23, 21, -22, -11, -48, 20, -6),  # shell
    (-20, -12, -17, -20, -39, 12, -31),  # progress
    (-1, 10, -5, -22, 19, -16, -3),  # travis
    (2, 6, 0, -4, 1, -3, 10),  # url
    (-11, -11, -20, -13, 7, 5, 16),  # json
    (-6, -5, -6, -11, 0, -8, -1),  # usage
    (7, 2, -9, -6, -9, 12, 8),  # test_name
    (17, 14, 8, 18, 7, 6, 0),  # quoted
    (9, 0, 11, 9, 8, 26, 6),  # ends_colon
    (3, -7, -1, -11, 7, -19, 19),  # ends_dot
    (-7, 0, -4, 3, -11, 1, -16),  # retry
    (-20, -8, -12, -21, -6, 3, 0),  # debug
    (29, -2, 10, -9, 3, -2, 16),  # please
    (6, 12, 9, 9, 22, 7, 8),  # reason
    (-73, -4, 25, 13, 40, 11, 27),  # blank
)

# For each bucketed feature of features.py, in that order, the weight of each bucket.
PLACE_WEIGHTS: Final[tuple[tuple[int, ...], ...]] = (
    (-4, 3, -3, -2, 8, 43, 39, 4, -38, 7, -24, -11, -10, -27, -19, 35),  # to_end
    (5, 4, -49, -6, 1, -29, -22, -3, 30, 69),  # decile
    (18, 30, 43, 29, 66, 46, -10, -22, -47, -73, -35, -35, -1, -10),  # to_failed
    (0, -8, 0, -16, -26, -13, 20, 4, -12, -11, -10, -20, 7, 85),  # past_failed
    (85, 49, 47, 21, 10, -28, -23, -64, -49, -48),  # to_strong
    (0, 25, 48, 33, 23, -7, -18, -51, -41, -12),  # past_strong
    (-17, 15, 10, 3, -4, -17, -22, -16, 12, 20, -25, -11, 27, 24, 14, -13),  # past_first_strong
    (0, 6, 15, 11, -3, -1, -15, -23, -1, 16, -4, 0),  # count
    (48, -48),  # repeat
    (-57, 8, 11, -8, 39, 6),  # indent
    (-17, -8, -8, -5, 9, 20, 17, -8, -1),  # length
)
