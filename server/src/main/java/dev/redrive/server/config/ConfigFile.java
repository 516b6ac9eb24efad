// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.config;

import dev.redrive.InvalidOptionsException;
import dev.redrive.WorkerPool;
import dev.redrive.server.json.Fields;
import dev.redrive.server.keys.ApiKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Reads the configuration: a YAML or JSON file with the same keys, and the environment. What the
 * environment says ({@code REDRIVE_BIND}, {@code REDRIVE_TRANSPORT}) goes before the file.
 */
public final class ConfigFile {
  private static final int BYTES_MAX = 4 << 20;

  // YAML 1.2 without types of its own: `no` is a text, a time is a text, and a class is never made.
  private static final LoadSettings SETTINGS =
      LoadSettings.builder()
          .setAllowDuplicateKeys(false)
          .setMaxAliasesForCollections(50)
          .setCodePointLimit(BYTES_MAX)
          .build();

  private ConfigFile() {}

  /** The defaults and the environment, without a file. */
  public static ServerConfig none(Map<String, String> environment) {
    return read("the environment", Map.of(), environment);
  }

  /**
   * Reads the file.
   *
   * @throws InvalidOptionsException if it cannot be read or holds mistakes, naming them all
   */
  public static ServerConfig load(Path file, Map<String, String> environment) {
    String subject = file.toString();
    try {
      if (Files.size(file) > BYTES_MAX) {
        throw new InvalidOptionsException(subject, List.of("is larger than 4 MiB"));
      }
      return parse(subject, Files.readString(file), environment);
    } catch (NoSuchFileException e) {
      throw new InvalidOptionsException(
          subject, List.of("does not exist: name another file with --config"));
    } catch (IOException e) {
      throw new InvalidOptionsException(
          subject, List.of("cannot be read (" + e + "): it must be a text file in UTF-8"));
    }
  }

  /**
   * Reads a text in YAML or JSON.
   *
   * @throws InvalidOptionsException naming every mistake
   */
  public static ServerConfig parse(String subject, String text, Map<String, String> environment) {
    Object tree;
    try {
      tree = new Load(SETTINGS).loadFromString(text);
    } catch (MarkedYamlEngineException e) {
      String place =
          e.getProblemMark()
              .map(mark -> "line " + (mark.getLine() + 1) + ", column " + (mark.getColumn() + 1))
              .orElse("somewhere");
      throw unsound(subject, place + ": " + e.getProblem());
    } catch (YamlEngineException e) {
      throw unsound(subject, String.valueOf(e.getMessage()));
    }
    if (tree == null) {
      return read(subject, Map.of(), environment);
    }
    if (tree instanceof Map<?, ?> map) {
      return read(subject, map, environment);
    }
    throw unsound(subject, "it must be an object with keys such as `queues`");
  }

  private static InvalidOptionsException unsound(String subject, String why) {
    return new InvalidOptionsException(subject, List.of("is no sound YAML or JSON: " + why));
  }

  private static ServerConfig read(
      String subject, Map<?, ?> tree, Map<String, String> environment) {
    List<String> missing = new ArrayList<>();
    Map<String, Object> filled = new EnvironmentText(environment, missing).fill(tree);
    putIfSet(filled, "bind", environment.get("REDRIVE_BIND"));
    putIfSet(filled, "transport", environment.get("REDRIVE_TRANSPORT"));
    Fields fields = Fields.of(filled);
    missing.forEach(fields::problem);
    ServerConfig config = read(fields);
    fields.endOrThrow(subject);
    return config;
  }

  private static ServerConfig read(Fields fields) {
    ServerConfig defaults = ServerConfig.defaults();
    Map<String, QueueConfig> queues = new LinkedHashMap<>();
    fields
        .objects("queues")
        .forEach(
            (name, each) ->
                QueueReader.read(name, each).ifPresent(queue -> queues.put(name, queue)));
    Map<String, WorkerPool> pools = new LinkedHashMap<>();
    fields
        .objects("pools")
        .forEach(
            (name, each) -> PoolConfig.pool(name, each).ifPresent(pool -> pools.put(name, pool)));
    List<ApiKey> apiKeys =
        fields.list("apiKeys").stream().map(ApiKeyReader::read).flatMap(Optional::stream).toList();
    return new ServerConfig(
        fields.parsed("bind", BindAddress::parse).orElse(defaults.bind()),
        fields.text("transport").orElse(defaults.transport()),
        fields.parsed("dataDir", Path::of).orElse(defaults.dataDir()),
        queues,
        pools,
        fields.object("breakers").map(BreakersConfig::read).orElse(defaults.breakers()),
        fields.object("telemetry").map(TelemetryConfig::read).orElse(defaults.telemetry()),
        fields.object("limits").map(LimitsConfig::read).orElse(defaults.limits()),
        apiKeys,
        fields.textSet("hosts"),
        fields.parsed("logs", LogFormat::parse).orElse(defaults.logs()),
        defaults.firstQueue());
  }

  private static void putIfSet(Map<String, Object> tree, String name, @Nullable String value) {
    if (value != null && !value.isEmpty()) {
      tree.put(name, value);
    }
  }
}
