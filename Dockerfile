# hhgit with git, for CI jobs and bots. docs/docker.md says how to run it.
FROM docker.io/library/rust:1.95.0-slim-bookworm AS build
WORKDIR /src
COPY Cargo.toml Cargo.lock ./
COPY src src
COPY benches benches
RUN cargo install --locked --path . --root /opt/hhgit

FROM docker.io/library/debian:bookworm-slim
# git does the transport: over https with the system's certificates, or over ssh.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates git openssh-client \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 10001 hhgit \
    && git config --system safe.directory /repo
COPY --from=build /opt/hhgit/bin/hhgit /usr/local/bin/hhgit
USER 10001
WORKDIR /repo
ENTRYPOINT ["hhgit"]
CMD ["help"]
