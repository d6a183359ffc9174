# One replica of a hosted sandscope: `docker build -t sandscope .`, and compose.yaml for three of them.
#
# The base is named by tag, not by digest: whoever builds gets its security updates, and pins what was tested
# (`docker buildx imagetools inspect python:3.13-slim-bookworm` tells the digest to write behind an @).
FROM python:3.13-slim-bookworm AS build
WORKDIR /build
COPY constraints.txt pyproject.toml README.md LICENSE ./
COPY mcp_server mcp_server
# Whatever is installed is checked against the hashes in constraints.txt, uv itself as well.
RUN sed -n '/^uv==/,/[^\\]$/p' constraints.txt > uv.txt \
    && pip install --no-cache-dir --require-hashes --requirement uv.txt \
    && uv venv /opt/sandscope \
    && uv pip install --python /opt/sandscope --no-cache --compile-bytecode \
        --constraint constraints.txt --build-constraint constraints.txt '.[redis]'

FROM python:3.13-slim-bookworm
# Nothing here belongs to the user it runs as but the folder for its state, so that the root may be read-only.
RUN useradd --system --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin sandscope \
    && install --directory --owner 10001 --group 10001 --mode 0700 /var/lib/sandscope
COPY --from=build /opt/sandscope /opt/sandscope
ENV PATH=/opt/sandscope/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONDONTWRITEBYTECODE=1 \
    SANDSCOPE_STATE_DIR=/var/lib/sandscope
USER 10001:10001
WORKDIR /var/lib/sandscope
EXPOSE 8000
# Keys come at run time, as variables or files; none is in a layer.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-I", "-c", "import http.client as h; c = h.HTTPConnection('127.0.0.1', 8000, timeout=2); c.request('GET', '/healthz'); raise SystemExit(c.getresponse().status != 200)"]
ENTRYPOINT ["sandscope"]
# Serves whoever has the bearer in SANDSCOPE_HTTP_TOKEN; docs/hosting.md has the other ways, and --allow-host for a name.
CMD ["serve", "--transport", "http", "--host", "0.0.0.0", "--port", "8000", "--auth", "token"]
