"""Families of generated logs, first part: what builds and tests write."""

from benchmarks.cause_scene import Scene

_PYTEST = Scene(
    name="pytest",
    opening="$ nox --session tests\n============ test session starts ============\nplatform linux -- Python 3.12.4, pytest-8.3.2",
    work=(
        "tests/{word}/test_{word1}.py::test_{word2}_{n} PASSED                      [ {pct}%]",
        "tests/{word}/test_{word1}.py::test_{word2}_is_kept_for_{word3}[{n}-{word4}] PASSED  [ {pct}%]",
        "tests/{word}/test_{word1}.py::test_{word2}_{n} SKIPPED (needs a display)    [ {pct}%]",
        "---------- {n} passed in {ms}s ----------\nnox > pytest packages/{word}/tests",
        "INFO     {word}.{word1}:{n} settled {n1} entries of {word2} in {ms} ms",
    ),
    harmless=(
        "tests/{word}/test_errors.py::test_error_page_fails_with_{n}_when_{word1}_is_missing PASSED  [ {pct}%]",
        "tests/{word}/test_{word1}.py::test_exception_is_raised_for_bad_{word2}[{n}] PASSED  [ {pct}%]",
        "tests/{word}/test_{word1}.py::test_{word2} XFAIL (upstream rounds twice)   [ {pct}%]",
        "  packages/{word}/{word1}.py:{n}: DeprecationWarning: {word2}() is deprecated, use {word3}() instead",
        "collected {n} items / 0 errors / {n1} skipped",
    ),
    handled=(
        "WARNING  {word}.client:{n} request {hex} failed: ReadTimeout, attempt 1 of 4\nINFO     {word}.client:{n} attempt 2 succeeded",
        'Traceback (most recent call last):\n  File "/srv/{word}/retry.py", line {n}, in call\n    return send(frame)\nConnectionResetError: peer {hex} went away\nINFO     {word}.retry:{n} reconnected after {ms} s',
    ),
    causes=(
        "  ______________ test_{word}_sums_to_{n} ______________\n    def test_{word}_sums_to_{n}(book):\n        total = book.close({n1})\n! >       assert total == {big}\n! E       assert {big1} == {big}\n! tests/{word}/test_{word1}.py:{n2}: AssertionError",
        "  ______________ ERROR collecting tests/{word}/test_{word1}.py ______________\n  tests/{word}/test_{word1}.py:{n}: in <module>\n      from {word}.{word2} import Reader{n1}\n! E   ImportError: cannot import name 'Reader{n1}' from '{word}.{word2}' (/srv/{word}/{word2}.py)",
        "  ______________ test_{word}_round_trip_{n} ______________\n  packages/{word}/codec.py:{n1}: in unpack\n      return table[tag]\n! E   KeyError: '{word1}-{hex}'",
        '! tests/{word}/test_{word1}.py::test_native_{n} Fatal Python error: Segmentation fault\n  \n! Current thread 0x{hex} (most recent call first):\n!   File "/srv/{word}/native_{n1}.py", line {n2} in scan_{word2}',
    ),
    follows=(
        "tests/{word}/test_{word1}.py::test_depends_on_{word2}_{n} ERROR             [ {pct}%]",
        "tests/{word}/test_report.py::test_{word1}_{n} SKIPPED (an earlier test failed)  [ {pct}%]",
    ),
    ending="nox > Session tests failed.\nUploading coverage of 41 packages ... done\nSaving cache key nox-3.12 ... done\nJob finished with exit code 1",
)

_TYPESCRIPT = Scene(
    name="typescript",
    opening="> storefront@4.2.0 build\n> turbo run build --concurrency=4",
    work=(
        "@shop/{word}:build: dist/assets/{word1}-{hex}.js      {n}.{n1} kB | gzip: {n2} kB",
        "@shop/{word}:build: transforming ({n}) src/{word1}/{word2}.tsx",
        "@shop/{word}:build: rendering chunks ({n})...",
        "@shop/{word}:lint: {n} files checked in {ms}s",
        "@shop/{word}:build: cache hit, replaying output {hex}",
        "@shop/{word}:test: PASS src/{word1}/{word2}.test.ts ({ms} s)",
    ),
    harmless=(
        "@shop/{word}:build: dist/assets/error-handler-{hex}.js      {n} kB | gzip: {n1} kB",
        "@shop/{word}:lint: 0 errors, {n} warnings",
        "@shop/{word}:test:   ✓ fails with a clear error when {word1} is empty ({n} ms)",
        "@shop/{word}:build: (!) Some chunks are larger than 500 kB after minification",
        "npm warn deprecated {word}-{word1}@{n}.0.1: this module is no longer supported",
    ),
    handled=(
        "@shop/{word}:build: fetch of {word1}-{n}.woff2 failed (socket hang up), retry 1 of 3\n@shop/{word}:build: fetched {word1}-{n}.woff2",
        "@shop/{word}:test: console.error\n@shop/{word}:test:     Error: expected by the test: {word1} {hex}\n@shop/{word}:test:       at Object.<anonymous> (src/{word1}.test.ts:{n}:{n1})",
    ),
    causes=(
        "! @shop/{word}:build: src/{word1}/total.ts({n},{n1}): error TS2339: Property '{word2}Cents{n2}' does not exist on type 'Order{n3}'.\n  @shop/{word}:build: npm error Lifecycle script `build` failed",
        "  @shop/{word}:build: node:internal/modules/cjs/loader\n! @shop/{word}:build: Error: Cannot find module './{word1}-{hex}/index.js'\n! @shop/{word}:build: Require stack:\n! @shop/{word}:build: - /app/packages/{word}/{word2}-{n}.js",
        '! @shop/{word}:build: npm error ERESOLVE could not resolve {word1}-kit@{n}.1.0\n! @shop/{word}:build: npm error peer {word2}-core@"^{n1}.0.0" from {word1}-kit@{n}.1.0 conflicts with {word2}-core@{n2}.4.2',
        "! @shop/{word}:build: ENOENT: no such file or directory, open '/app/packages/{word}/src/{word1}/{hex}.css'\n  @shop/{word}:build:     at Object.openSync (node:fs:573:18)",
        "! @shop/{word}:build: <--- Last few GCs --->\n! @shop/{word}:build: [{n}:0x{hex}] Mark-Compact {big} ms: 4061 MB, allocation failure\n! @shop/{word}:build: heap limit reached while bundling {word1}-{n1}",
    ),
    follows=(
        "@shop/{word}:build: skipped, a dependency was not built",
        "@shop/{word}:test: command finished with a failure, but continuing",
        "@shop/{word}:build: Could not load ../{word1}/dist/index.d.ts",
    ),
    ending="Tasks:    38 successful, 41 total\nCached:    17 cached, 41 total\n  Time:    6m12.4s\nPost job: saving the npm cache\nCache saved (211 MB)",
)

_MAVEN = Scene(
    name="maven",
    opening="[INFO] Scanning for projects...\n[INFO] Reactor Build Order: 44 modules",
    work=(
        "[INFO] Tests run: {n}, Failures: 0, Errors: 0, Skipped: {n1}, Time elapsed: {ms} s - in org.{word}.{word1}Test",
        "[INFO] Compiling {n} source files to /build/{word}/{word1}/target/classes",
        "[INFO] --- jar:3.4.1:jar (default-jar) @ {word}-{word1} ---",
        "{time}.{n} [main] DEBUG org.{word}.{word1}.Pool - lease {hex} returned after {ms} ms",
        "[INFO] Building {word}-{word1} {n}.2 [{n1}/44]",
    ),
    harmless=(
        "[INFO] Running org.{word}.ErrorPage{word1}FailsTest",
        "[WARNING] /build/{word}/src/main/java/{word1}.java:[{n},{n1}] unchecked call to add(E)",
        "{time}.{n} [worker-{n1}] INFO org.{word}.ExceptionMapper - registered {n2} mappers",
        "[INFO] Tests run: {n}, Failures: 0, Errors: 0, Skipped: 0 - in org.{word}.FailureInjection{word1}IT",
    ),
    handled=(
        "{time}.{n} [worker-{n1}] WARN org.{word}.Feed - poll failed, will try again\njava.net.SocketTimeoutException: Read timed out\n\tat org.{word}.Feed.poll(Feed.java:{n2})\n\tat java.base/java.lang.Thread.run(Thread.java:1583)\n{time}.{n} [worker-{n1}] INFO org.{word}.Feed - poll recovered",
    ),
    causes=(
        "  {time}.{n} [main] ERROR org.{word}.Boot - context refresh gave up\n  java.lang.IllegalStateException: context {hex} is closed\n  \tat org.{word}.Boot.start(Boot.java:{n1})\n! Caused by: org.{word}.ConfigMissing: no value for {word1}.{word2}.url{n2}\n! \tat org.{word}.Config.require{n2}(Config.java:{n3})\n  \t... {n4} more",
        "  [ERROR] Tests run: {n}, Failures: 1, Errors: 0, Skipped: 0, Time elapsed: {ms} s <<< FAILURE!\n! org.{word}.{word1}Test.keepsOrder{n1}  expected: <{big}> but was: <{big1}>\n! \tat org.{word}.{word1}Test.keepsOrder{n1}({word1}Test.java:{n2})",
        "! Caused by: java.net.BindException: Address already in use: 0.0.0.0:{big}\n! \tat org.{word}.Listener.bind{n}(Listener.java:{n1})",
        "! [{word}] org.{word}:{word1}-api:jar:{n}.{n1}: checksum mismatch, expected {hex} got {hex1}\n  [{word}] the artifact was discarded",
        "! java.lang.OutOfMemoryError: GC overhead limit exceeded in {word1}-index-{n}\n! \tat org.{word}.Index.grow{n1}(Index.java:{n2})",
    ),
    follows=(
        "{time}.{n} [worker-{n1}] ERROR org.{word}.Health - upstream {word1} is not ready",
        "[WARNING] Tests run: {n}, Failures: 0, Errors: {n1}, Skipped: 0 - in org.{word}.{word1}IT",
        "[INFO] {word}-{word1} ............ SKIPPED",
    ),
    ending="[INFO] ------------------------------------------------------------\n[INFO] BUILD FAILURE\n[INFO] Total time:  14:02 min\n[INFO] Finished\nArchiving surefire reports (212 files)\nRemoving workspace",
)

_GO = Scene(
    name="go",
    opening="+ go test -v -count=1 ./...",
    work=(
        "=== RUN   Test{word}/{word1}_{n}",
        "--- PASS: Test{word}{n} ({ms}s)",
        "    --- PASS: Test{word}/{word1}_{n} (0.0{n1}s)",
        "ok  \texample.org/{word}/{word1}\t{ms}s",
        "    {word}_test.go:{n}: replica {hex} caught up after {ms} ms",
        "?   \texample.org/{word}/{word1}/cmd\t[no test files]",
    ),
    harmless=(
        "--- PASS: TestFailsWhen{word}IsMissing{n} ({ms}s)",
        "    --- PASS: TestErrors/returns_error_for_bad_{word}_{n} (0.00s)",
        "    {word}_test.go:{n}: got the expected error: invalid {word1} {hex}",
        "--- SKIP: TestPanicRecovery{word} ({ms}s)",
    ),
    handled=(
        "{time} http: panic serving 127.0.0.1:{big}: injected by the test\ngoroutine {n} [running]:\nexample.org/{word}.(*conn).serve(0xc{hex})\n\t/src/{word}/conn.go:{n1} +0x1b4\n{time} recovered, connection closed",
        "    {word}_test.go:{n}: dial tcp: i/o timeout, trying again\n    {word}_test.go:{n}: connected",
    ),
    causes=(
        "! panic: runtime error: index out of range [{n}] with length {n1}\n  \n  goroutine {n2} [running]:\n! example.org/{word}/{word1}.(*Window).at{n}(...)\n! \t/src/{word}/{word1}/window_{n3}.go:{n4} +0x1d",
        "  --- FAIL: Test{word}Order{n} ({ms}s)\n!     {word1}_order_test.go:{n1}: rows of {hex}: got {n2}, want {n3}",
        "  ==================\n! WARNING: DATA RACE\n! Write at 0x{hex} by goroutine {n}:\n!   example.org/{word}/{word1}.(*Cache).put{n1}()\n  ==================",
        "! panic: test timed out after 10m0s\n! \trunning tests:\n! \t\tTest{word}Drain{n} (9m{n1}s)",
        "! # example.org/{word}/{word1}\n! {word1}/{word2}_{n}.go:{n1}:{n2}: undefined: new{word3}Codec{n3}\n  note: module requires Go 1.23",
    ),
    follows=(
        "FAIL\texample.org/{word}/{word1} [build failed]",
        "--- FAIL: Test{word}Uses{word1}{n} (0.00s)",
        "    {word}_test.go:{n}: setup of {word1} did not finish",
    ),
    ending="FAIL\nexit status 1\n+ tar czf /tmp/profiles.tgz profiles\n+ upload /tmp/profiles.tgz\nuploaded 3.1 MB",
)

_NATIVE = Scene(
    name="native",
    opening="-- Configuring done (2.1s)\n-- Generating done (0.4s)\n+ cmake --build build --parallel 4",
    work=(
        "[ {pct}%] Building CXX object src/{word}/CMakeFiles/{word}.dir/{word1}_{n}.cpp.o",
        "   Compiling {word}-{word1} v0.{n}.{n1} (/src/crates/{word})",
        "[ {pct}%] Linking CXX static library lib{word}_{word1}.a",
        "test {word}::{word1}::tests::keeps_{word2}_{n} ... ok",
        "-- Installing: /out/include/{word}/{word1}_{n}.hpp",
    ),
    harmless=(
        "[ {pct}%] Building CXX object src/error/CMakeFiles/error.dir/fatal_{word}_{n}.cpp.o",
        "/src/{word}/{word1}.cpp:{n}:{n1}: warning: unused variable '{word2}' [-Wunused-variable]",
        "test {word}::errors::fails_on_short_{word1}_{n} ... ok",
        "warning: use of deprecated function `{word}::{word1}`: will be removed",
        "test result: ok. {n} passed; 0 failed; {n1} ignored",
    ),
    handled=(
        "   Downloading crates of {word} ... spurious network failure (3 tries remaining)\n   Downloaded {word}-{word1} v0.{n}.1",
        "-- Performing Test HAVE_{word}_{n}\n-- Performing Test HAVE_{word}_{n} - Failed\n-- Using the bundled {word1}",
    ),
    causes=(
        "! error[E0382]: borrow of moved value: `{word}_frame_{n}`\n!    --> crates/{word1}/src/{word2}.rs:{n1}:{n2}\n      |\n  {n1} |     send({word}_frame_{n});\n      |          ^^^^^^ value borrowed here after move",
        "! /usr/bin/ld: {word}_{n}.cpp.o: in function `{word1}::open(int)':\n! {word}.cpp:(.text+0x{hex}): undefined reference to `{word2}_probe_{n1}'\n  collect2: error: ld returned 1 exit status",
        "! c++: fatal error: Killed signal terminated program cc1plus while compiling {word}_{n}.cpp\n  compilation terminated.",
        "! ./build/bin/{word}_gen_{n}: symbol lookup error: lib{word1}.so.{n1}: undefined symbol: _ZN{n2}{word2}Ev\n  gmake[2]: *** [src/{word}/CMakeFiles/gen.dir/build.make:{n3}: tables_{n}.inc] Error 127",
        "  thread 'tests::{word}_{n}' panicked at crates/{word1}/src/lib.rs:{n1}:9:\n! assertion `left == right` failed: checksum of {hex}\n!   left: {big}\n!  right: {big1}",
    ),
    follows=(
        "gmake[2]: *** [src/{word}/CMakeFiles/{word}.dir/build.make:{n}: {word1}.o] Error 1",
        "warning: build failed, waiting for other jobs to finish...",
        "error: could not compile `{word}-{word1}` (lib) due to {n} previous errors",
    ),
    ending="gmake: *** [Makefile:146: all] Error 2\nccache: 4102 hits, 377 misses\nStoring ccache (1.9 GB)\nstored",
)

BUILDS = (_PYTEST, _TYPESCRIPT, _MAVEN, _GO, _NATIVE)
