"""How much each sign and each place speaks for a line explaining the failure: numbers of a linear model.

Logistic regression on hand-marked failure logs of public builds (408 logs, 52 repositories; measured with repositories
held out), in hundredths; the text of those logs is no part of this project.
"""

from typing import Final

# For each sign of signals.py, in that order: the line itself, the line before it, the line after it, each of the lines
# 2-4 before, 2-4 after, 5-10 before, 5-10 after.
SIGN_WEIGHTS: Final[tuple[tuple[int, ...], ...]] = (
    (-2, -3, -66, -53, -34, -53, 12),  # error_colon
    (36, 41, -38, 24, -5, 0, 14),  # error_word
    (120, 21, 96, 21, 3, 32, -32),  # error_start
    (45, 3, 52, -9, 26, -34, 22),  # camel_error
    (53, 27, 42, 76, 22, 55, 2),  # camel_colon
    (-10, 8, 35, 16, -9, -57, 16),  # exception
    (25, -7, 18, -45, 0, 10, 21),  # fail_upper
    (51, 55, 20, 12, 0, -17, -27),  # fail_word
    (16, 1, 16, 33, 48, 33, 72),  # fatal
    (5, -10, 15, -11, -11, 7, 7),  # panic
    (-86, 3, -46, -30, 2, -62, 12),  # level
    (52, -11, 14, -19, 24, 9, 34),  # level_bracket
    (11, 21, 41, 18, 29, -9, 7),  # trace_head
    (15, 23, 37, 36, 25, -5, -13),  # trace_frame
    (91, 11, 74, -87, 53, -95, 62),  # exit_bad
    (-66, -5, -51, -8, 3, 48, 55),  # exit_good
    (14, -37, 47, -9, 77, -15, 14),  # command_failed
    (-16, 0, 54, 0, -7, 0, -75),  # build_end
    (39, 0, 23, -22, -7, 12, -29),  # cannot
    (52, 44, 26, -8, -18, -68, 3),  # not_found
    (-6, -18, -39, -75, -47, -17, -14),  # denied
    (70, 29, 40, -4, 3, 16, -2),  # timeout
    (-15, 18, 25, -1, -21, -29, -82),  # killed
    (24, 22, -8, 20, -18, 28, -18),  # crash
    (19, -20, 8, -27, 9, -7, 16),  # syntax
    (30, 67, 125, 54, 45, -9, -20),  # assert
    (70, 50, 53, 2, 13, 51, -24),  # got
    (116, 75, 25, 96, 71, 61, -19),  # bad_mark
    (146, 68, -14, 149, 10, 91, -2),  # numbered
    (-115, -49, -45, -56, 18, 16, 40),  # good_mark
    (-3, -45, -13, -8, -50, -1, -46),  # passed
    (-41, -2, -17, -10, -13, 64, 4),  # zero_bad
    (-60, -49, -49, -15, 9, -43, 57),  # count_bad
    (-62, -36, -43, -57, -23, -39, -75),  # warning
    (-3, -37, -41, 9, -88, -17, -30),  # deprecated
    (-5, 0, 0, -23, -10, -22, -3),  # gha_warning
    (26, 9, -22, 43, -21, -4, -2),  # compile_error
    (127, 24, 13, -2, 17, -3, 23),  # location
    (46, 77, 42, 39, -24, 5, 4),  # lint_row
    (57, 17, 36, -28, 80, -21, 58),  # caret
    (12, -3, 4, 9, -11, -8, 22),  # pytest_e
    (-113, -69, -36, -83, -1, 5, 1),  # npm_err
    (16, 33, 43, 11, 36, -29, 6),  # diff
    (30, 60, 17, 53, -3, -7, -5),  # section
    (12, 27, 5, 34, 3, 17, -45),  # section_bad
    (-67, 39, -68, -27, -109, 35, -3),  # shell
    (-52, -7, -42, -20, -87, 22, -45),  # progress
    (1, 44, 14, -42, 36, -26, -21),  # travis
    (5, 18, -1, -1, 8, -15, 17),  # url
    (11, -7, 0, -4, 29, -4, 33),  # json
    (-23, -18, -24, -37, -6, -30, -10),  # usage
    (4, 4, 5, -5, -2, 5, 5),  # test_name
    (12, -4, -4, 9, 15, 24, 2),  # quoted
    (12, -6, 24, 15, 11, 34, 15),  # ends_colon
    (-13, -9, -8, -27, 9, -25, 33),  # ends_dot
    (-24, -3, -22, 20, -38, 22, -57),  # retry
    (-63, -6, -27, -45, 1, -12, -2),  # debug
    (71, 7, 17, -12, 4, -11, 5),  # please
    (18, 61, 27, 44, 38, 25, 3),  # reason
    (-242, -14, 48, 8, 52, 5, 26),  # blank
)

# For each bucketed feature of features.py, in that order, the weight of each bucket.
PLACE_WEIGHTS: Final[tuple[tuple[int, ...], ...]] = (
    (-13, -3, -47, -31, 15, 75, 73, 15, -36, 59, -2, -1, -17, -106, -86, 95),  # to_end
    (96, 23, -132, 5, -13, -60, -46, -3, 51, 69),  # decile
    (14, 61, 67, 80, 107, 63, -15, -30, -49, -129, -71, -88, -2, -18),  # to_failed
    (0, -37, -5, -52, -50, -22, 13, -11, -48, -20, -30, 42, 126, 85),  # past_failed
    (102, 76, 79, 42, 15, -27, -18, -131, -84, -64),  # to_strong
    (0, 25, 80, 62, 44, -17, -33, -119, -46, -6),  # past_strong
    (-73, 17, -2, -6, 10, -44, -10, 13, 4, 11, -28, -1, 67, 48, 20, -37),  # past_first_strong
    (0, -10, 9, 17, -6, -1, -22, -23, 14, 20, -4, -4),  # count
    (63, -73),  # repeat
    (-82, 36, 6, -22, 48, 4),  # indent
    (24, -1, -4, 1, 8, 20, 24, -54, -28),  # length
)
