// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import dev.redrive.retry.DurationText;
import dev.redrive.transport.kafka.KafkaTransportConfig.Compression;
import dev.redrive.transport.kafka.KafkaTransportConfig.GroupProtocol;
import java.io.IOException;
import java.io.Reader;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/** Reads {@code kafka://host:port,host:port?option=value}. */
final class KafkaUri {
  static final String SCHEME = "kafka";
  private static final int PORT = 9092;

  private KafkaUri() {}

  static KafkaTransportConfig parse(URI uri) {
    String authority = uri.getRawAuthority() == null ? "" : uri.getRawAuthority();
    String path = uri.getRawPath() == null ? "" : uri.getRawPath();
    if (uri.isOpaque() || authority.contains("@") || path.length() > 1) {
      throw malformed(
          "after kafka:// come host:port, then ? and options; a user and a password"
              + " stand in the file that client names");
    }
    KafkaTransportConfig.Builder config = KafkaTransportConfig.builder();
    config.servers(servers(authority));
    if (uri.getRawQuery() != null) {
      for (String option : uri.getRawQuery().split("&", -1)) {
        option(config, option);
      }
    }
    return config.build();
  }

  private static List<String> servers(String text) {
    return Arrays.stream(text.split(",", -1))
        .map(server -> server.isEmpty() ? "localhost" : server)
        .map(server -> server.matches(".*:[0-9]+") ? server : server + ":" + PORT)
        .toList();
  }

  private static void option(KafkaTransportConfig.Builder config, String option) {
    int equals = option.indexOf('=');
    String name = equals < 0 ? option : option.substring(0, equals);
    String value = equals < 0 ? "" : decoded(option.substring(equals + 1));
    switch (name) {
      case "prefix" -> config.prefix(value);
      case "group" -> config.group(value);
      case "instance" -> config.instance(value);
      case "groupProtocol" -> config.groupProtocol(groupProtocol(value));
      case "partitions" -> config.partitions(number(name, value));
      case "replication" -> config.replication(number(name, value));
      case "retention" -> config.retention(DurationText.parse(value));
      case "compression" -> config.compression(compression(value));
      case "attemptMarks" -> config.attemptMarks(isTrue(name, value));
      case "orderBy" -> config.orderBy(orderBy(value));
      case "requestTime" -> config.requestTime(DurationText.parse(value));
      case "transactionTime" -> config.transactionTime(DurationText.parse(value));
      case "sessionTime" -> config.sessionTime(DurationText.parse(value));
      case "graceTime" -> config.graceTime(DurationText.parse(value));
      case "downMax" -> config.downMax(DurationText.parse(value));
      case "client" -> config.client(settings(Path.of(value)));
      default ->
          throw malformed(
              "'"
                  + name
                  + "' is no option; there are prefix, group, instance, groupProtocol, partitions, replication,"
                  + " retention, compression, attemptMarks, orderBy, requestTime, transactionTime,"
                  + " sessionTime, graceTime, downMax, client");
    }
  }

  private static GroupProtocol groupProtocol(String value) {
    try {
      return GroupProtocol.valueOf(value.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException unknown) {
      throw new IllegalArgumentException(
          "groupProtocol must be auto, classic or consumer, not " + value, unknown);
    }
  }

  private static Compression compression(String value) {
    try {
      return Compression.valueOf(value.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException unknown) {
      throw new IllegalArgumentException(
          "compression must be none, lz4, snappy or zstd, not " + value, unknown);
    }
  }

  private static OrderBy orderBy(String value) {
    try {
      return OrderBy.valueOf(value.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException unknown) {
      throw new IllegalArgumentException("orderBy must be key or partition, not " + value, unknown);
    }
  }

  private static boolean isTrue(String name, String value) {
    return switch (value) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException(name + " must be true or false, not " + value);
    };
  }

  private static int number(String name, String value) {
    try {
      return Integer.parseInt(value);
    } catch (NumberFormatException malformed) {
      throw new IllegalArgumentException(name + " must be a number, not " + value, malformed);
    }
  }

  /** The file that Kafka's own tools take as well, with what security asks for. */
  private static Map<String, String> settings(Path file) {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    } catch (IOException failure) {
      throw new IllegalArgumentException(
          "cannot read the clients' settings in " + file + ": " + failure, failure);
    }
    Map<String, String> settings = new TreeMap<>();
    properties.stringPropertyNames().forEach(key -> settings.put(key, properties.getProperty(key)));
    return settings;
  }

  // A plus is a plus here, not a space.
  private static String decoded(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  private static IllegalArgumentException malformed(String why) {
    return new IllegalArgumentException(
        "cannot read the Kafka URI: " + why + "; write kafka://one:9092,two:9092?prefix=redrive");
  }
}
