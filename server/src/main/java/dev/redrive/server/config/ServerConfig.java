// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.config;

import dev.redrive.WorkerPool;
import dev.redrive.server.keys.ApiKey;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How a server is set up. Immutable; read by {@link ConfigFile}.
 *
 * @param bind where it listens
 * @param transport the URI of the transport that keeps its messages
 * @param dataDir where it keeps the settings made over the API, and API keys
 * @param queues the queues of the configuration, by name
 * @param pools the attempts that queues may share, by name
 * @param breakers the circuit breakers of dependencies
 * @param telemetry spans, and what logs show
 * @param limits what bounds the requests
 * @param apiKeys the API keys of the configuration
 * @param hosts names under which clients may address a server that listens on this machine only, in
 *     addition to {@code localhost} and its addresses
 * @param logs how the process is to write its logs
 * @param firstQueue a queue to make where there is none at all, so that there is something to try
 */
public record ServerConfig(
    BindAddress bind,
    String transport,
    Path dataDir,
    Map<String, QueueConfig> queues,
    Map<String, WorkerPool> pools,
    BreakersConfig breakers,
    TelemetryConfig telemetry,
    LimitsConfig limits,
    List<ApiKey> apiKeys,
    Set<String> hosts,
    LogFormat logs,
    Optional<String> firstQueue) {

  /** Copies the collections. */
  public ServerConfig {
    queues = Map.copyOf(queues);
    pools = Map.copyOf(pools);
    apiKeys = List.copyOf(apiKeys);
    hosts = Set.copyOf(hosts);
  }

  /** 127.0.0.1:8080, the embedded transport in {@code ./redrive-data}, no queues, no keys. */
  public static ServerConfig defaults() {
    return new ServerConfig(
        new BindAddress("127.0.0.1", 8080),
        "embedded:./redrive-data",
        Path.of("redrive-data"),
        Map.of(),
        Map.of(),
        BreakersConfig.defaults(),
        TelemetryConfig.defaults(),
        LimitsConfig.defaults(),
        List.of(),
        Set.of(),
        LogFormat.TEXT,
        Optional.empty());
  }

  /** The same, listening elsewhere. */
  public ServerConfig withBind(BindAddress other) {
    return with(other, transport, firstQueue);
  }

  /** The same on another transport. */
  public ServerConfig withTransport(String other) {
    return with(bind, other, firstQueue);
  }

  /** The same, making this queue where there is none at all. */
  public ServerConfig withFirstQueue(String name) {
    return with(bind, transport, Optional.of(name));
  }

  private ServerConfig with(
      BindAddress otherBind, String otherTransport, Optional<String> otherFirst) {
    return new ServerConfig(
        otherBind,
        otherTransport,
        dataDir,
        queues,
        pools,
        breakers,
        telemetry,
        limits,
        apiKeys,
        hosts,
        logs,
        otherFirst);
  }
}
