"""Families of generated logs, second part: what images, machines, scripts, services and agents write."""

from benchmarks.cause_scene import Scene

_DOCKER = Scene(
    name="docker",
    opening="#1 [internal] load build definition from Dockerfile\n#1 DONE 0.0s\n#2 [base 1/9] FROM registry.test/base:24",
    work=(
        "#{n} {ms} Unpacking lib{word}-{word1} ({n1}.{n2}-1) ...",
        "#{n} {ms} Setting up lib{word}{n1}:amd64 ...",
        "#{n} sha256:{hex} {n1}.3MB / {n2}.1MB {ms}s",
        "#{n} [{word} {n1}/24] COPY {word1}/ /opt/{word1}/",
        "#{n} DONE {ms}s",
        "#{n} {ms} added {n1} packages in {n2}s",
    ),
    harmless=(
        "#{n} {ms} Selecting previously unselected package liberror-{word}-perl.",
        "#{n} {ms} debconf: unable to initialize frontend: Dialog",
        "#{n} {ms} WARNING: running as the root user can result in broken permissions",
        "#{n} {ms} found 0 vulnerabilities",
        "#{n} {ms} update-alternatives: warning: skip creation of /usr/share/man/{word}.1.gz",
    ),
    handled=(
        "#{n} {ms} Err:{n1} mirror.test/{word} Connection timed out\n#{n} {ms} Get:{n1} mirror2.test/{word} [{n2} kB]",
        "#{n} CANCELED\n#{n} [{word} {n1}/24] RUN make {word1}\n#{n} CACHED",
    ),
    causes=(
        '  #{n} [{word} {n1}/24] RUN fetch-tool {word1}\n! #{n} {ms} curl: (60) SSL certificate problem: certificate has expired (tools-{hex}.test)\n  #{n} ERROR: process "/bin/sh -c fetch-tool {word1}" did not complete successfully: exit code: 60',
        "! #{n} {ms} write /var/cache/{word}/{hex}.layer: no space left on device\n  #{n} ERROR: failed to copy",
        '! #{n} {ms} E: Unable to locate package lib{word}{n1}-dev\n  #{n} ERROR: process "/bin/sh -c install" did not complete successfully: exit code: 100',
        '! #{n} {ms} /opt/{word}-{n1}.tgz: FAILED\n! #{n} {ms} sha256sum: WARNING: 1 computed checksum did NOT match for {word}-{n1}\n  #{n} ERROR: process "/bin/sh -c verify" did not complete successfully: exit code: 1',
        '! #{n} {ms} {word}-sdk=={n1}.4 depends on {word1}<{n2}, but {word1}=={n3}.1 was asked for: version conflict\n  #{n} ERROR: process "/bin/sh -c sync" did not complete successfully: exit code: 1',
    ),
    follows=(
        "#{n} CANCELED",
        "#{n} [{word} {n1}/24] RUN make {word1}: skipped, its stage did not complete",
    ),
    ending="------\n > [final 24/24] assembling\n------\nbuild of target final did not finish\nPruning builder: reclaimed 3.2GB\nLogged out of registry.test",
)

_CLUSTER = Scene(
    name="cluster",
    opening="[    0.000000] Linux version 6.8.0-41-generic\n[    0.412210] Command line: BOOT_IMAGE=/vmlinuz quiet",
    work=(
        "[{up}] eth0: port {n} entered forwarding state",
        "{time} kubelet[{n}]: pod {word}-{hex} container {word1} is running (restarts 0)",
        "{time} scheduler: bound {word}-{word1}-{hex} to node-{n}",
        "[{up}] audit: type=1400 apparmor=ALLOWED profile={word} pid={big}",
        "{time} {word}-{n}: batch {hex} done, {n1} rows, rss {n2} MiB",
    ),
    harmless=(
        "[{up}] ACPI: _OSC failed for node {n}; ignoring",
        "{time} {word}-{n}: error_rate=0.000 errors=0 timeouts=0",
        "{time} kubelet[{n}]: readiness of {word}-{hex} not yet known, waiting",
        "[{up}] EXT4-fs (sd{n}): mounted filesystem with errors=remount-ro",
    ),
    handled=(
        "{time} kubelet[{n}]: liveness probe of {word}-{hex} failed: status 503 (1 of 5)\n{time} kubelet[{n}]: liveness probe of {word}-{hex} is good again",
        "{time} {word}-{n}: lost the leader, election begins\n{time} {word}-{n}: leader is {word1}-{n1}",
    ),
    causes=(
        "  [{up}] {word}-worker invoked oom-killer: gfp_mask=0xcc0, order=0\n! [{up}] Memory cgroup out of memory: Killed process {big} ({word}-worker) total-vm:{big1}kB, anon-rss:{big2}kB\n! {time} kubelet[{n}]: container {word}-worker-{hex} ended: exit code 137",
        "! [{up}] {word}-sync[{big}]: segfault at 0 ip {hex} sp {hex1} in lib{word1}.so\n  [{up}] Code: 48 8b 07 c3 0f 1f 40 00",
        "! {time} kubelet[{n}]: evicting {word}-{hex}: the node is low on ephemeral-storage, {word1} used {n1}Gi of {n2}Gi",
        "! {time} controller: cannot create {word}-{hex}: exceeded quota: team-{word1}, requested cpu={n}, limited cpu={n1}",
        "! {time} kubelet[{n}]: pulling registry.test/{word}:{hex}: manifest unknown\n  {time} kubelet[{n}]: back-off, next try in 5m",
    ),
    follows=(
        "{time} {word}-{n}: connection to {word1}-worker reset by peer",
        "{time} ingress: upstream {word} gave 502 for /v1/{word1}/{n}",
        "{time} controller: {word}-{hex} is not available, {n} of {n1} ready",
    ),
    ending="{time} job-runner: job did not complete\n{time} job-runner: collecting volumes\n{time} job-runner: namespace removed\n{time} job-runner: bye",
)

_SCRIPT = Scene(
    name="script",
    opening="+ set -eu\n+ cd /srv/release",
    work=(
        "+ cp -a stage/{word}/{word1}.conf /etc/{word}/{word1}.conf",
        "+ install -m 0644 {word}-{n}.service /usr/lib/units/",
        "{word}/{word1}/part-{n}.bin",
        "     {big}  {pct}%   {n}.{n1}MB/s    0:00:{n2}",
        "+ echo 'host {word}-{n}: {word1} is current'\nhost {word}-{n}: {word1} is current",
    ),
    harmless=(
        "+ test -f /etc/{word}/error_pages/{n}.html",
        "+ grep -c failed /var/log/{word}.log || true\n0",
        "rm: cannot remove '/tmp/{word}-{n}': No such file or directory (ignored)",
        "+ systemctl reset-failed {word}-{n}.service",
    ),
    handled=(
        "+ wait_for {word}-{n}:8080\n{word}-{n}: connection refused, waiting 1s\n{word}-{n}: up after {ms}s",
        "ssh: connect to host {word}-{n}: Connection timed out\nretrying with the bastion\nconnected to {word}-{n}",
    ),
    causes=(
        "  + render {word}-{n}\n! ./release.sh: line {n1}: {word1}fmt{n2}: command not found",
        "! install: cannot create regular file '/opt/{word}/{hex}': Permission denied",
        "! tar: {word}/{word1}/part-{big}.bin: Cannot write: No space left on device\n  tar: Exiting with failure status due to previous errors",
        "! ./release.sh: line {n}: {big} Killed                  ./bin/{word}-pack --level 9 {word1}-{n1}",
        "! bind: {word}-{hex}.sock: address already in use",
        "! {word}-migrate: step {n} of {n1} stopped, exit status 3 ({hex})",
    ),
    follows=(
        "host {word}-{n}: not updated",
        "cat: /srv/release/out/{word}-{n}.json: No such file or directory",
        "host {word}-{n}: {word1} is stale, left as it was",
    ),
    ending="+ cleanup\n+ rm -rf /tmp/release.k2\n+ unlock\nreleased the lock\n+ notify ops",
)

_DATABASE = Scene(
    name="database",
    opening="{time} INFO  app boot version=7.4.1 env=staging",
    work=(
        "{time} INFO  app.http request_id={hex} GET /v2/{word}/{n} 200 {ms}ms",
        "{time} DEBUG app.sql SELECT id FROM {word}_{word1} WHERE tenant = {n} ({ms} ms)",
        "{time} INFO  app.migrate applied {n}_{word}_{word1} in {ms}s",
        "{time} INFO  app.jobs {word} queue depth {n}",
        "{time} DEBUG app.pool checked out connection {hex} ({n} of 40)",
    ),
    harmless=(
        "{time} INFO  app.http request_id={hex} GET /v2/errors/{n} 200 {ms}ms",
        "{time} INFO  app.metrics failures=0 errors=0 slow={n}",
        "{time} WARN  app.sql slow statement {ms}s on {word}_{word1}",
        "{time} INFO  app.http request_id={hex} GET /v2/{word}/{n} 404 {ms}ms",
    ),
    handled=(
        "{time} WARN  app.pool connection {hex} was closed by the server, opening another\n{time} INFO  app.pool replaced {hex}",
        "{time} ERROR app.jobs {word} job {n} failed, attempt 1: lock timeout\n{time} INFO  app.jobs {word} job {n} done, attempt 2",
    ),
    causes=(
        '! {time} ERROR app.migrate {n}_{word}_{word1}: column "{word2}_{n1}" of relation "{word}_{hex}" does not exist',
        "! {time} FATAL app.pool cannot reach db-{word}-{hex}:5432: connection refused\n  {time} INFO  app.pool giving up after 6 tries",
        '  {time} INFO  app.migrate begin {n}_{word}_{word1}\n! duplicate key value violates unique constraint "{word}_{word1}_{hex}"\n! DETAIL:  Key (code)=({word2}-{n1}) already exists.',
        "! {time} WARN  app.pool server said: sorry, too many clients already (pool {word}-{hex})",
        "! {time} WARN  app.auth role {word}_{hex}: password authentication was rejected",
    ),
    follows=(
        "{time} ERROR app.http request_id={hex} POST /v2/{word} 500 {ms}ms",
        "{time} ERROR app.jobs {word} job {n} abandoned: current transaction is aborted",
        "{time} WARN  app.health {word} degraded",
    ),
    ending="{time} INFO  app shutdown requested\n{time} INFO  app draining 12 connections\n{time} INFO  app flushed metrics\n{time} INFO  app stopped code=1",
)

_AGENT = Scene(
    name="agent",
    opening='{{"t":"{time}","type":"run","state":"started","model":"m-4"}}',
    work=(
        '{{"t":"{time}","type":"thought","text":"I will look at {word}/{word1}.py next, then at {word2}."}}',
        '{{"t":"{time}","type":"tool_call","id":"c{line}","tool":"shell","input":"sed -n {n},{n1}p {word}/{word1}.py"}}',
        '{{"t":"{time}","type":"tool_output","id":"c{line}","exit_code":0,"output":"def {word}_{n}(book):\\n    return book.{word1}"}}',
        '{{"t":"{time}","type":"usage","input_tokens":{big},"output_tokens":{n}}}',
        '{{"t":"{time}","type":"tool_call","id":"c{line}","tool":"read_file","input":"{word}/{word1}/{word2}.toml"}}',
    ),
    harmless=(
        '{{"t":"{time}","type":"thought","text":"The error handling in {word}/errors.py looks right; no failure there."}}',
        '{{"t":"{time}","type":"tool_output","id":"c{line}","exit_code":0,"output":"{n} passed, 0 failed"}}',
        '{{"t":"{time}","type":"tool_call","id":"c{line}","tool":"shell","input":"grep -rn \'raise ValueError\' {word}/"}}',
    ),
    handled=(
        '{{"t":"{time}","type":"tool_output","id":"c{line}","exit_code":1,"output":"{n} passed, 1 failed: test_{word}_{n1}"}}\n{{"t":"{time}","type":"thought","text":"I forgot the import; adding it."}}\n{{"t":"{time}","type":"tool_output","id":"c{line}","exit_code":0,"output":"{n} passed"}}',
        '{{"t":"{time}","type":"retry","reason":"overloaded","after_s":{n}}}\n{{"t":"{time}","type":"usage","input_tokens":{big},"output_tokens":{n}}}',
    ),
    causes=(
        '! {{"t":"{time}","type":"tool_output","id":"{hex}","exit_code":137,"output":"bash: line {n}: {big} Killed  python {word}/train.py"}}',
        '! {{"t":"{time}","type":"model","state":"stopped","reason":"quota exceeded for team {word}-{hex}: {n} of {n} credits used"}}',
        '! {{"t":"{time}","type":"tool_output","id":"{hex}","exit_code":128,"output":"remote: Write access to repository {word}-{word1} not granted.\\nfatal: unable to access the remote"}}',
        '! {{"t":"{time}","type":"context","state":"overflow","detail":"{big} tokens asked for, window holds 200000 ({word} {hex})"}}',
        '! {{"t":"{time}","type":"sandbox","state":"lost","detail":"no heartbeat from sb-{hex} for {n}s"}}',
    ),
    follows=(
        '{{"t":"{time}","type":"tool_output","id":"c{line}","exit_code":1,"output":"{word}: not available"}}',
        '{{"t":"{time}","type":"thought","text":"The last call did not work. Trying {word} another way."}}',
    ),
    ending='{{"t":"{time}","type":"run","state":"uploading"}}\n{{"t":"{time}","type":"run","state":"snapshot","bytes":{big}}}\n{{"t":"{time}","type":"run","state":"failed"}}',
)

SERVICES = (_DOCKER, _CLUSTER, _SCRIPT, _DATABASE, _AGENT)
