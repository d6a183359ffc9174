"""What the wording of a line says: which of the known signs of failure, of success and of noise it carries."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final

from mcp_server.logs.linear import LinearSet, Pattern, linear

# Name -> RE2 expression on one line. Order is kept: weights.py names them. A sign says nothing alone; weights do.
SIGNS: Final[tuple[tuple[str, str], ...]] = (
    ("error_colon", r"(?i)\berrors?(?:\[\w+\])?:(?:\s|$)"),
    ("error_word", r"(?i)\berrors?\b"),
    ("error_start", r"(?i)^\W{0,12}(?:error|fatal|err!|failure|failed|fail)\b"),
    ("camel_error", r"\b[A-Z][\w.]*(?:Error|Exception|Fault|Failure|Panic)\b"),
    ("camel_colon", r"^\W{0,8}(?:\w+[.:]+)*[A-Z]\w*(?:Error|Exception|Failure|Warning|Exit|Interrupt):?(?:\s|$)"),
    ("exception", r"(?i)\bexceptions?\b"),
    ("fail_upper", r"\bFAIL(?:ED|URE|URES|S)?\b"),
    ("fail_word", r"(?i)\bfail(?:ed|ure|ures|ing|s)?\b"),
    ("fatal", r"(?i)\bfatal\b"),
    ("panic", r"(?i)\bpanic(?:ked)?\b|goroutine \d+ \["),
    ("level", r"\b(?:ERROR|CRITICAL|SEVERE|FATAL|ERR|EMERG|ALERT)\b"),
    (
        "level_bracket",
        r"""(?i)\[\s*(?:error|fatal|severe|critical|err)\s*\]|##\[error\]|\b(?:level|severity)=(?:error|fatal|critical)|\"level\":\s*\"(?:error|fatal)""",
    ),
    ("trace_head", r"(?i)Traceback \(most recent|stack ?trace|Caused by:|^\s*thread .* panicked|backtrace"),
    (
        "trace_frame",
        r"""^\s*(?:at\s+\S.*[(:\d]|File \".*\", line \d|from \S+:\d+|#\d+\s|\.\.\. \d+ more|\w[\w./-]*\.\w+:\d+: in )""",
    ),
    (
        "exit_bad",
        r"(?i)\bexit(?:ed|ing|s)?(?: with| in)?(?: (?:code|status|value))?[ :=(]{1,2}-?[1-9]\d*\b|exit[_ ]?code\W{1,3}-?[1-9]|\b(?:returned|return code:?|rc=|errno|signal) ?-?[1-9]\d*|Error [1-9]\d*$|exit(?:ed)? (?:with )?non-?zero",
    ),
    ("exit_good", r"(?i)\bexit(?:ed|s)?(?: with)?(?: (?:code|status))?[ :=(]{1,2}0\b|exit[_ ]?code\W{1,3}0\b"),
    (
        "command_failed",
        r"(?i)the command .* (?:exited with [1-9]|failed)|command failed|exited with [1-9]|process completed with exit code [1-9]|ELIFECYCLE|make(?:\[\d+\])?: \*\*\*|BUILD FAILED|\bexecution failed\b",
    ),
    ("build_end", r"Done\. Your build exited|Cleaning up orphan processes|^Post job cleanup"),
    (
        "cannot",
        r"(?i)\b(?:cannot|can't|can not|could ?n[o']t|couldn't|unable to|not able to|won't|does ?n[o']t|didn't|not allowed|not permitted|not supported)\b",
    ),
    (
        "not_found",
        r"(?i)\bnot found\b|no such|does not exist|doesn't exist|\bundefined\b|unresolved|\bunknown\b|\bmissing\b|not recognized|not defined|no module named|not installed|no matching",
    ),
    (
        "denied",
        r"(?i)\bdenied\b|forbidden|unauthori[sz]ed|\brefused\b|rejected|\bnot (?:granted|authenticated)\b|\bexpired\b|\b(?:401|403|404|429|50[0234])\b",
    ),
    (
        "timeout",
        r"(?i)timed? ?out|timeout|deadline|no output has been received|stalled|unreachable|connection reset|disconnected",
    ),
    (
        "killed",
        r"(?i)\bkilled\b|\boom\b|oomkilled|out of memory|outofmemory|segmentation fault|segfault|core dumped|\baborted\b|bus error|\bterminated\b|exceeded|no space left|SIG(?:KILL|SEGV|ABRT|TERM|BUS)",
    ),
    ("crash", r"(?i)\bcrash(?:ed|es)?\b|\bbroken\b|\bcorrupt"),
    (
        "syntax",
        r"(?i)syntax ?error|\bunexpected\b|\binvalid\b|illegal|malformed|conflict|mismatch|incompatible|unsupported|violat|\bparse error\b|\bbad\b|duplicate|unterminated|unrecognized",
    ),
    ("assert", r"(?i)\bassert(?:ion)?\w*|\bexpected\b|\bexpecting\b|\bto (?:equal|be|eq|have)\b"),
    ("got", r"(?i)\b(?:actual|got|received|but was|instead)\b|^\s*[-+] ?(?:actual|expected)"),
    (
        "bad_mark",
        r"[\x{2717}\x{2716}\x{2718}\x{d7}\x{274c}\x{2a2f}]|^\s*\[-\]|^\s*not ok\b|^\s*--- FAIL|^\s*FAIL\b|\bF[.F]*$|^\s*●|^!!",
    ),
    ("test_head", r"^___+ |^===+ \w|^\s*\d{1,3}\) \S|^FAIL(?:ED)?:? \S"),
    ("tap", r"Dubious, test returned|^\s*not ok\b|\bFailed \d+/\d+|\bFailed tests?:"),
    ("skipped", r"(?i)\bskip(?:ped|ping)?\b|\bxfail|\bpending\b|\bTODO\b"),
    (
        "should_fail",
        r"(?i)\bshould (?:fail|error|throw|raise|reject|not)\b|\bfails? (?:with|when|if|on)\b|\bexpected (?:error|failure)",
    ),
    ("numbered", r"^\s*\d{1,3}\)\s"),
    ("good_mark", r"✓|✔|√|^\s*\[\+\]|^\s*ok \d|\bPASS(?:ED)?\b|\.\.\. ?ok\b|\bok$|^ok\b"),
    ("passed", r"(?i)\bpass(?:ed|es|ing)?\b|\bsucce(?:ss|ssful|ssfully|eded)\b|\bup to date\b|\bcompleted?\b"),
    (
        "zero_bad",
        r"(?i)\b(?:0|no|without) (?:errors?|failures?|failed|failing|warnings?|problems?|offenses|issues)|(?:failures?|errors?|failed|warnings?|skipped)[:=] ?0\b",
    ),
    (
        "count_bad",
        r"(?i)\b[1-9]\d* (?:\w+ )?(?:errors?|failures?|failed|failing|problems?|offen[sc]es?|violations?|tests? failed|broken|errored|vulnerabilit)|(?:failures?|errors?|failed|errored|bad)[:=] ?[1-9]",
    ),
    ("warning", r"(?i)\bwarn(?:ing|ings)?\b|\[W\]|\bW:"),
    ("deprecated", r"(?i)deprecat|\bnotice\b|\bobsolete"),
    ("gha_warning", r"##\[warning\]|npm WARN|yarn warn"),
    (
        "compile_error",
        r"error [A-Z]{1,4}\d+|: (?:fatal )?error:|error\[E\d+\]|: error\b|\bundefined reference|ld returned|\bTS\d{4}\b",
    ),
    ("location", r"[\w./\\-]+\.[a-zA-Z]\w{0,9}(?::\d+|\(\d+|, line \d+|\[\d+)|\bline \d+\b|\bon line\b"),
    ("lint_row", r"^\s*\d+:\d+\s|:\d+:\d+:?\s|\bcol(?:umn)? \d+"),
    ("caret", r"^[\s|.]*[~^-]*\^+[~^\s-]*$|^\s*[~-]{3,}\^?$"),
    ("pytest_e", r"^E\s|^>\s|^\s*E\s{3}"),
    ("npm_err", r"npm ERR!|yarn error|error Command failed|gyp ERR|ERR_\w+|\bE[A-Z]{5,}\b"),
    ("diff", r"^\s*[-+][^-+]|^@@|^\s*[<>] "),
    ("section", r"^\W{0,3}(?:={3,}|-{3,}|_{3,}|\*{3,})"),
    (
        "section_bad",
        r"(?i)^\W{2,}\s*(?:\w+\s)?(?:fail|error)|^failures?:|^failed (?:tests|examples|scenarios)|^errors?:$|failed tests?:|^short test summary|problems? found|^Summary",
    ),
    (
        "shell",
        r"^\$ |^\+{1,3} ?[\w./]|^\[command\]|^##\[(?:group|command)\]|^> [\w@./-]+|^\s*RUN |^Step \d+/|^Running ",
    ),
    (
        "progress",
        r"(?i)^\W*(?:(?:download|fetch|install|unpack|setting up|compil|resolv|receiv|select|prepar|build|check|process|remov|extract|retriev|load|link|generat|creat|copy)[a-z]*(?:[^\w:]|$)|get:\d|hit:\d|ign:\d|remote:|\[\s*\d+%|\d+%)",
    ),
    (
        "travis",
        r"^travis_(?:time|fold)|store build cache|cache uploaded|changes detected|uploading .*\.tgz|/home/travis/\.(?:rvm|travis)",
    ),
    ("url", r"https?://"),
    ("json", r"^\s*[{\[\x22]|[}\],]$"),
    ("usage", r"^\s*-{1,2}[a-zA-Z][\w-]*[ ,=]"),
    ("test_name", r"(?i)\btests?\b|\bspec\b|_test\b|\btest_\w+|\w+Test\b"),
    ("quoted", r"['`\x{2018}\x{201c}][\w$./<@-]|\w['`\x{2019}\x{201d}]\B"),
    ("ends_colon", r":\s*$"),
    ("ends_dot", r"[.!]\s*$"),
    ("retry", r"(?i)\bretry|\bretries|attempt|trying again|will try"),
    ("debug", r"(?i)\b(?:debug|trace|info|verbose)\b"),
    (
        "please",
        r"(?i)\bplease\b|\bmust\b|\brequire[sd]?\b|\bshould\b|\btry\b|\bhint\b|\bhelp\b|\bensure\b|\bmake sure\b|\brun\b",
    ),
    (
        "reason",
        r"(?i)\b(?:because|due to|reason|cause[ds]?|since|abort(?:ing|ed)?|stopp(?:ing|ed)|giving up|exiting)\b",
    ),
    ("blank", r"^\s*$"),
    (
        "exhausted",
        r"(?i)no space left|\bquota\b|\btoo (?:many|large|long|big)\b|\blow on\b|\bevict|limit (?:exceeded|reached)|\bexceed|\boverflow|exhaust|insufficient|not enough|allocation failure|heap (?:limit|out)|out of (?:memory|disk|space|range|bounds)|\boom\b|back-?off|crashloop",
    ),
    (
        "unreachable",
        r"(?i)refused|reset by|unreachable|no route|could not resolve|name resolution|certificate|handshake|x509|broken pipe|hang ?up|already in use|heartbeat|\blost\b|closed by|unknown host|ENOTFOUND|ECONN|EADDR|EAI_|manifest unknown|not (?:reachable|responding|ready|available)|unavailable",
    ),
    (
        "differs",
        r"(?i)mismatch|checksum|does ?n[o']t match|did not match|differ(?:s|ent)?\b|\bconflict|incompatib|\bwant(?:ed)?\b.*\bgot\b|\bgot\b.*\bwant|\bbut (?:was|got|found)\b|\bdrift|outdated|stale",
    ),
    (
        "race",
        r"(?i)data race|race (?:detected|condition)|deadlock|could not serialize|lock (?:timeout|wait)|recursion|circular|\bcycl(?:e|ic)\b|unhandled|uncaught|already exists|duplicate",
    ),
    (
        "ended",
        r"(?i)\b(?:stopped|interrupted|abandoned|cancell?ed|discarded|gave up|giving up|shutting down|unhealthy|lost|dead|hung)\b",
    ),
    ("upper_code", r"\bE[A-Z]{4,}\b|\bSIG[A-Z]{3,}\b|\bERR_\w+|\b[A-Z]{2,4}\d{3,5}\b"),
    (
        "ignored",
        r"(?i)\bignor(?:ed|ing|e)\b|\bexpected\b.*\berror|\|\| true|\bas expected\b|recovered|reconnect|succeeded|\bwill (?:retry|try)|continue-on-error|allowed to fail",
    ),
    (
        "ok_row",
        r"(?i)(?:\.{3}|\s)(?:ok|ignored.*|passed?|skipped.*)\s*$|^\s*(?:---|===) (?:PASS|RUN|SKIP|CONT|PAUSE)\b|\bPASSED\b|<testcase",
    ),
)
_SIGNS_PER_SET: Final = 16
_CHUNK_LINES: Final = 8192

# A superset of the bad signs above, cheap on a whole megabyte at once: only lines it hits, their neighbours and the
# last lines are ever looked at one by one.
_BAD: Final = linear(
    rb"(?i)error|exception|fail|fatal|panic|traceback|stack ?trace|caused by|\bexit(?:ed|s|ing)?\b.{0,30}?[ :=(]-?[1-9]|cannot|can't"
    rb"|could ?n[o']t|unable to|not found|no such|not exist|undefined|unresolved|not recognized|not defined|denied|forbidden|unauthori"
    rb"|refused|timed? ?out|timeout|deadline|\bkilled|\boom|out of |segmentation|segfault|core dumped|\babort|exceed|no space left"
    rb"|sig(?:kill|segv|abrt|term)|crash|unexpected|invalid|illegal|malformed|conflict|mismatch|incompatib|unsupported|violat|assert"
    rb"|expected|[\x{2717}\x{2716}\x{2718}\x{d7}\x{274c}\x{25cf}]|not ok|\berr!|\*\*\*|critical|severe|missing|broken|corrupt|disconnect|no module|returned [1-9]"
    rb"|offen[sc]e|\bbad\b|must |required|\[-\]|\bunknown|\bexpired|reject|\bquota|too many|too large|already in use|already exists|\bevict"
    rb"|\blow on\b|not granted|overflow|exhaust|insufficient|not enough|heartbeat|data race|deadlock|allocation failure|heap limit|want .{0,40}got"
    rb"|got .{0,40}want|not match|\bdiffer|checksum|certificate|reset by|unreachable|resolve host|unhandled|uncaught|gave up|giving up|interrupted"
    rb"|back-?off|unavailable|unhealthy|\bstopped|duplicate|\blost\b|not (?:permitted|allowed|supported|installed)|(?-i:\bE[A-Z]{5})"
)


def bad_lines(lines: Sequence[str]) -> Iterator[tuple[int, bytes]]:
    """The lines that may tell of a failure, ascending: index, and the words it tells it by."""
    return lines_with(_BAD, lines, 0, len(lines))


def lines_with(pattern: Pattern, lines: Sequence[str], start: int, stop: int) -> Iterator[tuple[int, bytes]]:
    """The lines from index `start` up to `stop` in which an expression matches, ascending: index, and its first match."""
    for begin in range(start, stop, _CHUNK_LINES):
        data = "\n".join(lines[begin : min(begin + _CHUNK_LINES, stop)]).encode("utf-8", "replace")
        position, index = 0, begin
        while (match := pattern.search(data, position)) is not None:
            # One call for both ends: each costs as much as the search of a short line.
            first, behind = match.span()
            index += data.count(b"\n", position, behind - 1)
            yield index, data[first:behind]
            end = data.find(b"\n", behind - 1)
            if end < 0:
                break
            position, index = end + 1, index + 1


def bad_span(line: str) -> tuple[int, int]:
    """Where in a line its first bad sign stands (first character, and the one behind); 0, 0 without any."""
    return span_in(_BAD, line)


def span_in(pattern: Pattern, line: str) -> tuple[int, int]:
    """Where in a line an expression first matches, in characters; 0, 0 if it does not."""
    data = line.encode("utf-8", "replace")
    match = pattern.search(data)
    if match is None:
        return 0, 0
    start, end = match.span()
    return len(data[:start].decode("utf-8", "ignore")), len(data[:end].decode("utf-8", "ignore"))


@cache
def _sign_sets() -> tuple[tuple[range, LinearSet], ...]:
    """Compiled at first use, once: it takes milliseconds, and start-up must not pay for it.

    Several sets, because the automaton of one grows with the product of what may be under way at the same time.
    """
    parts = (range(start, min(start + _SIGNS_PER_SET, len(SIGNS))) for start in range(0, len(SIGNS), _SIGNS_PER_SET))
    return tuple((numbers, LinearSet(SIGNS[n][1] for n in numbers)) for numbers in parts)


def signs_of(line: str) -> tuple[int, ...]:
    """Positions in `SIGNS` of the signs a line carries, ascending; a few linear passes over the line."""
    data = line.encode("utf-8", "replace")
    return tuple(sorted(numbers[n] for numbers, signs in _sign_sets() for n in signs.matches(data)))
